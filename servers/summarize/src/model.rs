//! Asking the model: one request, repeated where that may help; the key is in one header and in nothing that is said.

use serde::{Deserialize, Serialize};
use wasmmcp::outgoing::{Failure, Method, Patience, Request, Response, rest};

use crate::{
    endpoint::Endpoint,
    prompt::{self, Style},
    retry,
};

/// How large an answer may be, in bytes.
const LARGEST: usize = 4 << 20;

#[derive(Serialize)]
struct Asked<'a> {
    model: &'a str,
    messages: [Message<'a>; 2],
    max_tokens: u32,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Deserialize)]
struct Answered {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Said,
}

#[derive(Deserialize)]
struct Said {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    error: Reason,
}

#[derive(Deserialize)]
struct Reason {
    code: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Has a text summarised.
///
/// # Errors
///
/// Why there is no summary, with the remedy; never the key, nor what the other side said beyond one word.
pub fn summarise(
    endpoint: &Endpoint,
    text: &str,
    words: u32,
    style: Style,
) -> Result<String, String> {
    let key = ["Bearer ", endpoint.key()?].concat();
    let instructions = prompt::instructions(style, words);
    let message = |role, content| Message { role, content };
    let asked = Asked {
        model: &endpoint.model,
        messages: [message("system", &instructions), message("user", text)],
        max_tokens: prompt::tokens(words),
    };
    let body = serde_json::to_vec(&asked).map_err(|error| error.to_string())?;
    let request = Request {
        method: Method::Post,
        to: &endpoint.to,
        headers: &[
            ("authorization", &key),
            ("content-type", "application/json"),
            ("accept", "application/json"),
        ],
        body: &body,
        patience: Patience::each(endpoint.timeout),
        private: false,
    };
    let mut attempts = 0;
    loop {
        attempts += 1;
        let last = attempts > endpoint.retries;
        let (why, wait) = match request.send() {
            Ok(response) if response.status == 200 => return read(response),
            Ok(response) => {
                let status = response.status;
                let wait = (!last && retry::may_change(status))
                    .then(|| {
                        let header = |name| response.header(name).map(std::borrow::Cow::into_owned);
                        retry::wait(
                            attempts,
                            header("retry-after").as_deref(),
                            header("date").as_deref(),
                        )
                    })
                    .flatten();
                if wait.is_none() {
                    return Err(refusal(endpoint, response));
                }
                (String::new(), wait)
            }
            Err(failure) => {
                let passes = matches!(
                    failure,
                    Failure::Broken(_) | Failure::Refused { .. } | Failure::Timeout { .. }
                );
                let wait = (!last && passes)
                    .then(|| retry::wait(attempts, None, None))
                    .flatten();
                (failure.to_string(), wait)
            }
        };
        match wait {
            Some(time) => rest(time),
            None => return Err(why),
        }
    }
}

fn read(response: Response) -> Result<String, String> {
    let body = response
        .body(LARGEST)
        .map_err(|failure| failure.to_string())?;
    let answered: Answered = serde_json::from_slice(&body).map_err(|_| {
        "the model's endpoint does not answer as OpenAI's does; correct its base URL".to_owned()
    })?;
    let text = answered
        .choices
        .into_iter()
        .next()
        .and_then(|choice| choice.message.content)
        .map(|text| text.trim().to_owned())
        .unwrap_or_default();
    if text.is_empty() {
        return Err("the model answered without a text; try again, or another model".to_owned());
    }
    Ok(text)
}

/// What a status means, and the one word that the other side gives for it. Its sentences are left out: they are known to hold keys.
fn refusal(endpoint: &Endpoint, response: Response) -> String {
    let status = response.status;
    let word = response
        .start(64 << 10)
        .ok()
        .and_then(|body| serde_json::from_slice::<Refused>(&body).ok())
        .and_then(|refused| refused.error.code.or(refused.error.kind))
        .filter(|word| {
            is_name(word) && !endpoint.key().is_ok_and(|key| key.contains(word.as_str()))
        });
    let remedy = match status {
        401 | 403 => ["set ", endpoint.key_name, " to a key that is valid there"].concat(),
        404 => "correct the base URL or SUMMARIZE_MODEL".to_owned(),
        413 => "pass a shorter text".to_owned(),
        429 => "try again later".to_owned(),
        500.. => "try again later".to_owned(),
        _ => "correct the base URL or SUMMARIZE_MODEL, or pass another text".to_owned(),
    };
    let word = word.map_or(String::new(), |word| [" (", &word, ")"].concat());
    [
        "the model's endpoint answers with status ",
        &status.to_string(),
        &word,
        "; ",
        &remedy,
    ]
    .concat()
}

fn is_name(word: &str) -> bool {
    (1..=40).contains(&word.len())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
