//! The lines of an MCP connection: a trace of ours, or a refusal.

use scenario::import::Format;

use super::{Target, import};

pub(super) const TARGET: Target = Target {
    name: "tape",
    feed: |data| import::judge(data, Format::Tape),
    longest: 4096,
    compares: false,
    words: &[
        "{\"jsonrpc\":\"2.0\",",
        "\"id\":1",
        "\"method\":\"tools/call\"",
        "\"method\":\"initialize\"",
        "\"method\":\"server/discover\"",
        "\"params\":{\"name\":\"t\",\"arguments\":{}}",
        "\"result\":{\"content\":[]}",
        "\"result\":{\"serverInfo\":{\"name\":\"s\"}}",
        "\"error\":{\"code\":-1}",
        "\"isError\":true",
        "\"structuredContent\":{",
        "\"_meta\":{",
        "{\"$blob\":1}",
        "{\"at_ns\":9007199254740991,\"message\":",
        "/tmp/example-data",
        "<data>",
        "\\u001b",
        "\n",
        "[",
    ],
};
