//! The three tools.

use wasmmcp::prelude::*;

use crate::{
    endpoint::Endpoint,
    model,
    prompt::{SHORT, STYLES, Style},
};

/// A summary.
#[derive(Serialize, Schema)]
pub(crate) struct Summary {
    /// The summary.
    summary: String,
}

/// A document's summary, or why there is none.
#[derive(Serialize, Schema)]
pub(crate) struct Outcome {
    /// The summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The documents' summaries.
#[derive(Serialize, Schema)]
pub(crate) struct Summaries {
    /// One for each document, in their order.
    summaries: Vec<Outcome>,
    /// How many have a summary.
    succeeded: usize,
    /// How many have none.
    failed: usize,
}

/// Which model answers.
#[derive(Serialize, Schema)]
pub(crate) struct Provider {
    /// The provider's name.
    provider: &'static str,
    /// The model's name.
    model: String,
    /// Whether a key is set.
    has_key: bool,
    /// The styles that a summary may have.
    available_styles: Vec<&'static str>,
    /// How many words a summary has at most where nothing is said.
    default_max_length: u32,
}

fn summarise(endpoint: &Endpoint, text: &str, words: u32, style: Style) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("the text is empty; pass a text to summarise".to_owned());
    }
    if text.chars().nth(SHORT - 1).is_none() {
        return Ok(text.to_owned());
    }
    model::summarise(endpoint, text, words, style)
}

/// Summarises a text by the language model that the server was started with. A text of fewer than 100 characters comes back as it is.
#[tool(title = "Summarise a text", read_only)]
pub(crate) fn summarize_text(
    /// The text.
    text: String,
    /// How many words the summary may have.
    #[arg(default = 150, minimum = 1, maximum = 4000)]
    max_length: u32,
    /// How it is written: concise (a few sentences), detailed (all main points), bullet (a list).
    #[arg(default = "concise")]
    style: Style,
) -> Result<Json<Summary>, ToolError> {
    let endpoint = Endpoint::of_environment()?;
    let summary = summarise(&endpoint, &text, max_length, style)?;
    Ok(Json::new(Summary { summary }))
}

/// Summarises several documents, each for itself and one after the other. Where one fails, its place says why and the others are summarised all the same.
#[tool(title = "Summarise documents", read_only)]
pub(crate) fn summarize_documents(
    cx: &mut Context,
    /// The documents' texts.
    #[arg(max_items = 100)]
    documents: Vec<String>,
    /// How many words each summary may have.
    #[arg(default = 100, minimum = 1, maximum = 4000)]
    max_length_per_doc: u32,
    /// How they are written: concise, detailed or bullet.
    #[arg(default = "concise")]
    style: Style,
) -> Result<Json<Summaries>, ToolError> {
    let endpoint = Endpoint::of_environment()?;
    let count = documents.len();
    let mut summaries = Vec::with_capacity(count);
    for (done, document) in documents.iter().enumerate() {
        if cx.cancelled() {
            return Err("the call was cancelled".into());
        }
        cx.progress(done as f64, Some(count as f64), "");
        let outcome = summarise(&endpoint, document, max_length_per_doc, style);
        summaries.push(match outcome {
            Ok(summary) => Outcome {
                summary: Some(summary),
                error: None,
            },
            Err(error) => Outcome {
                summary: None,
                error: Some(error),
            },
        });
    }
    let failed = summaries.iter().filter(|one| one.error.is_some()).count();
    Ok(Json::new(Summaries {
        succeeded: count - failed,
        failed,
        summaries,
    }))
}

/// Says which model summarises, whether its key is set, and which styles there are. Nothing is asked of the model.
#[tool(title = "Which model", read_only, idempotent, closed_world)]
pub(crate) fn get_provider_info() -> Result<Json<Provider>, ToolError> {
    let endpoint = Endpoint::of_environment()?;
    Ok(Json::new(Provider {
        provider: endpoint.provider,
        has_key: endpoint.has_key(),
        model: endpoint.model,
        available_styles: STYLES.to_vec(),
        default_max_length: 150,
    }))
}
