//! Tools that tell of their work while they do it: messages, progress, and one that goes on until it is taken back.

use wasmmcp::prelude::*;

/// Logs three messages.
#[tool]
pub(crate) fn test_tool_with_logging(cx: &mut Context) -> &'static str {
    for message in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ] {
        cx.log(Level::Info, "", message);
    }
    "logged"
}

/// Logs a message.
#[tool]
pub(crate) fn test_logging_tool(cx: &mut Context) -> &'static str {
    cx.log(Level::Info, "everything", "a message");
    "logged"
}

/// Reports progress three times.
#[tool]
pub(crate) fn test_tool_with_progress(cx: &mut Context) -> &'static str {
    for done in [0.0, 50.0, 100.0] {
        cx.progress(done, Some(100.0), "");
    }
    "done"
}

/// Counts until it is taken back.
#[tool]
pub(crate) fn count_until_cancelled(cx: &mut Context) -> String {
    let mut counted = 0_u64;
    while !cx.cancelled() {
        counted += 1;
        cx.progress(counted as f64, None, "");
        std::thread::yield_now();
    }
    format!("stopped at {counted}")
}
