//! The model: chat completions as OpenAI's interface has them, answered by rule, the same for the same request.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use http::{HeaderValue, Method, Request, StatusCode, header};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, whole};
use crate::fail;
use crate::serve::{Handle, body};
use crate::summary::{summary, tokens};

pub const JSON: &str = "application/json";

/// What models are said to be made at, 2025-01-01 00:00 UTC: an answer must not depend on the clock.
const MADE: u64 = 1_735_689_600;

/// Most tokens of an answer where the request names no bound.
const MOST: usize = 256;

/// A model that thinks for so long.
pub struct Model {
    think: Duration,
    /// Names that were told to come again.
    refused: RefCell<BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Asked {
    model: String,
    messages: Vec<Message>,
    max_tokens: Option<u64>,
    max_completion_tokens: Option<u64>,
    #[serde(default)]
    stream: bool,
}

#[derive(Deserialize)]
struct Message {
    role: String,
    content: Value,
}

impl Message {
    /// A string, or the text parts of a list.
    fn text(&self) -> String {
        match &self.content {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts
                .iter()
                .filter_map(|part| part.get("text").and_then(Value::as_str))
                .collect(),
            _ => String::new(),
        }
    }
}

impl Model {
    pub fn new(think: Duration) -> Model {
        Model {
            think,
            refused: RefCell::default(),
        }
    }

    /// Whether a name comes for the first time; of no more than a thousand names is that known.
    pub fn is_first(&self, name: &str) -> bool {
        let mut refused = self.refused.borrow_mut();
        refused.len() < 1_000 && refused.insert(name.to_owned())
    }

    async fn complete(&self, asked: &[u8]) -> Answer {
        let asked: Asked = match serde_json::from_slice(asked) {
            Ok(asked) => asked,
            Err(error) => {
                let what = format!("the request is not understood: {error}");
                return refusal(StatusCode::BAD_REQUEST, &what, "invalid_request_error");
            }
        };
        if asked.stream {
            let what = "this model answers at once; leave stream out";
            return refusal(StatusCode::BAD_REQUEST, what, "invalid_request_error");
        }
        let Some(last) = asked
            .messages
            .iter()
            .rfind(|message| message.role == "user")
        else {
            let what = "there is no message of a user; send one";
            return refusal(StatusCode::BAD_REQUEST, what, "invalid_request_error");
        };
        let most = asked.max_completion_tokens.or(asked.max_tokens);
        let most = most.map_or(MOST, |most| usize::try_from(most).unwrap_or(usize::MAX));
        let texts: Vec<String> = asked.messages.iter().map(Message::text).collect();
        let list = asked
            .messages
            .iter()
            .zip(&texts)
            .any(|(message, text)| message.role == "system" && text.contains("bullet"));
        let said = summary(&last.text(), most, list);
        let prompt: usize = texts.iter().map(|text| tokens(text)).sum();
        if !self.think.is_zero() {
            tokio::time::sleep(self.think).await;
        }
        let answer = json!({
            "id": format!("chatcmpl-{:016x}", hash(&texts)),
            "object": "chat.completion",
            "created": MADE,
            "model": asked.model,
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": said.text, "refusal": null},
                "logprobs": null,
                "finish_reason": if said.cut { "length" } else { "stop" },
            }],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": said.tokens,
                "total_tokens": prompt + said.tokens,
            },
            "system_fingerprint": "fp_standin",
        });
        whole(StatusCode::OK, JSON, answer.to_string())
    }
}

/// FNV-1a: the same request has the same name.
fn hash(texts: &[String]) -> u64 {
    texts
        .iter()
        .flat_map(|text| text.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        })
}

/// An error in the form of the interface.
pub fn refusal(status: StatusCode, what: &str, kind: &str) -> Answer {
    let error = json!({"error": {"message": what, "type": kind, "param": null, "code": null}});
    whole(status, JSON, error.to_string())
}

impl Handle for Model {
    async fn handle(&self, request: Request<Incoming>) -> Answer {
        let path = request.uri().path().to_owned();
        let key = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(|key| key.trim().to_owned())
            .filter(|key| !key.is_empty());
        let Some(key) = key else {
            let what = "no key was sent; send Authorization: Bearer KEY, with any key";
            let mut answer = refusal(StatusCode::UNAUTHORIZED, what, "invalid_request_error");
            let scheme = HeaderValue::from_static("Bearer");
            answer
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
            return answer;
        };
        let (failure, path) = match path
            .strip_prefix("/fail/")
            .and_then(|rest| rest.split_once('/'))
        {
            Some((failure, rest)) => (Some(failure), format!("/{rest}")),
            None => (None, path.clone()),
        };
        match (request.method(), path.as_str()) {
            (&Method::GET, "/v1/models") => {
                let model = json!({"id": "standin-extractive", "object": "model", "created": MADE, "owned_by": "wasmmcp-bench"});
                let list = json!({"object": "list", "data": [model]});
                whole(StatusCode::OK, JSON, list.to_string())
            }
            (&Method::POST, "/v1/chat/completions") => {
                let Some(asked) = body(request).await else {
                    let what = "the request is too long, or broke off";
                    return refusal(StatusCode::PAYLOAD_TOO_LARGE, what, "invalid_request_error");
                };
                if let Some(failure) = failure
                    && let Some(answer) = fail::answer(self, failure, &key).await
                {
                    return answer;
                }
                self.complete(&asked).await
            }
            (_, "/v1/models" | "/v1/chat/completions") => {
                let what = "not by this method";
                refusal(
                    StatusCode::METHOD_NOT_ALLOWED,
                    what,
                    "invalid_request_error",
                )
            }
            _ => refusal(
                StatusCode::NOT_FOUND,
                "there is no such route",
                "invalid_request_error",
            ),
        }
    }
}
