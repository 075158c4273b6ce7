//! What goes wrong with models, by name, for whoever must survive it.

use std::time::Duration;

use http::{HeaderValue, StatusCode, header};

use crate::answer::{Answer, Pieces, pieces, whole};
use crate::model::{JSON, Model, refusal};

/// The failure of this name; none where the request is to be answered after all.
pub async fn answer(model: &Model, failure: &str, key: &str) -> Option<Answer> {
    let again = |seconds: &'static str| {
        let what = "too many requests; come again later";
        let mut answer = refusal(StatusCode::TOO_MANY_REQUESTS, what, "rate_limit_error");
        let seconds = HeaderValue::from_static(seconds);
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
        answer
    };
    if let Some(name) = failure.strip_prefix("429-once-") {
        return model.is_first(name).then(|| again("0"));
    }
    Some(match failure {
        "429" => again("1"),
        "500" => {
            let what = "the server had an error";
            refusal(StatusCode::INTERNAL_SERVER_ERROR, what, "server_error")
        }
        "malformed" => whole(StatusCode::OK, JSON, "{\"choices\": [{\"message\": "),
        "empty" => whole(StatusCode::OK, JSON, "{\"choices\": []}"),
        // some servers say which key they did not like: nobody may pass that on
        "echo-key" => {
            let what = format!("incorrect key: {key}");
            refusal(StatusCode::UNAUTHORIZED, &what, "invalid_request_error")
        }
        "endless" => pieces(JSON, Pieces::of("[".repeat(4_096), None)),
        "silent" => std::future::pending().await,
        "slow" => {
            tokio::time::sleep(Duration::from_secs(2)).await;
            return None;
        }
        _ => refusal(
            StatusCode::NOT_FOUND,
            "there is no such failure",
            "invalid_request_error",
        ),
    })
}
