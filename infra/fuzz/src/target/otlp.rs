//! OpenTelemetry spans: a trace of ours, or a refusal.

use scenario::import::Format;

use super::{Target, import};

pub(super) const TARGET: Target = Target {
    name: "otlp",
    feed: |data| import::judge(data, Format::Otlp),
    longest: 4096,
    compares: false,
    words: &[
        "{\"resourceSpans\":[",
        "{\"scopeSpans\":[",
        "{\"spans\":[",
        "{\"key\":\"mcp.method.name\",\"value\":{\"stringValue\":\"tools/call\"}}",
        "{\"key\":\"gen_ai.operation.name\",\"value\":{\"stringValue\":\"execute_tool\"}}",
        "{\"key\":\"gen_ai.tool.name\",\"value\":{\"stringValue\":\"t\"}}",
        "{\"key\":\"gen_ai.tool.call.arguments\",\"value\":{\"stringValue\":\"{}\"}}",
        "{\"key\":\"gen_ai.tool.call.result\",\"value\":{\"kvlistValue\":{\"values\":[",
        "{\"arrayValue\":{\"values\":[",
        "\"parentSpanId\":\"",
        "\"startTimeUnixNano\":",
        "18446744073709551615",
        "\"kind\":2",
        "\"kind\":3",
        "SPAN_KIND_CLIENT",
        "\"status\":{\"code\":2}",
        "\"context\":{\"trace_id\":\"0x1\",\"span_id\":\"0x2\"}",
        "2026-11-22T09:01:04.438461Z",
        "\"attributes\":{",
    ],
};
