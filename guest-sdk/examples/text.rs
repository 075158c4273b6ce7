//! A small server: two tools, a prompt and a resource.

use wasmmcp::prelude::*;

/// How the words are put in order.
#[derive(Clone, Copy, Debug, Deserialize, Schema)]
#[serde(rename_all = "lowercase")]
enum Order {
    Given,
    Sorted,
}

#[derive(Serialize, Schema)]
#[serde(rename_all = "camelCase")]
struct Words {
    /// The words.
    words: Vec<String>,
    /// How many there are.
    word_count: usize,
}

/// Repeats a text.
#[tool(title = "Echo", read_only, idempotent, closed_world)]
fn echo(
    /// What to repeat.
    text: String,
    /// How often.
    #[arg(default = 1, minimum = 1, maximum = 10)]
    times: u32,
) -> String {
    vec![text; times as usize].join(" ")
}

/// Cuts a text into words.
#[tool(title = "Words", read_only)]
fn words(
    cx: &mut Context,
    /// What to cut.
    text: String,
    #[arg(name = "sortBy", default = "given")] order: Order,
    /// At most this many.
    head: Option<usize>,
) -> Result<Json<Words>, ToolError> {
    if text.trim().is_empty() {
        return Err(ToolError::new("the text holds no words; pass some"));
    }
    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    cx.progress(1.0, Some(2.0), "cut");
    if let Order::Sorted = order {
        cx.measure("sort", || words.sort());
    }
    words.truncate(head.unwrap_or(usize::MAX));
    Ok(Json::new(Words {
        word_count: words.len(),
        words,
    }))
}

/// Asks for a friendly greeting.
#[prompt(title = "Greeting")]
fn greeting(
    /// Who is greeted.
    name: String,
) -> String {
    format!("Greet {name} in one sentence.")
}

/// The alphabet.
#[resource(uri = "text://alphabet", mime = "text/plain")]
fn alphabet() -> &'static str {
    "abcdefghijklmnopqrstuvwxyz"
}

static SERVER: Server = Server::new("text", env!("CARGO_PKG_VERSION"))
    .title("Texts")
    .tools(tools![echo, words])
    .prompts(prompts![greeting])
    .resources(resources![alphabet]);

wasmmcp::main!(SERVER);
