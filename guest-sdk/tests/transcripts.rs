//! Golden transcripts of both wires: messages in, lines out, through the engine and the stdio loop without a process.

#[path = "../../servers/everything/src/lib.rs"]
mod everything;

use std::collections::VecDeque;

use expect_test::{Expect, expect};
use wasmmcp::{
    engine::Engine,
    stdio::{self, Pipe},
};

/// A client that is played: each piece is read at once; what is written is kept.
struct Played {
    pieces: VecDeque<Vec<u8>>,
    written: Vec<u8>,
}

impl Pipe for &mut Played {
    fn read(&mut self, buffer: &mut Vec<u8>) -> bool {
        match self.pieces.pop_front() {
            Some(piece) => {
                buffer.extend_from_slice(&piece);
                true
            }
            None => false,
        }
    }

    fn ready(&mut self) -> bool {
        !self.pieces.is_empty()
    }

    fn write(&mut self, bytes: &[u8]) -> bool {
        self.written.extend_from_slice(bytes);
        true
    }
}

fn play(pieces: impl IntoIterator<Item = Vec<u8>>, limit: usize) -> String {
    let mut played = Played {
        pieces: pieces.into_iter().collect(),
        written: Vec::new(),
    };
    stdio::serve(&mut Engine::new(&everything::SERVER), &mut played, limit);
    let text = String::from_utf8(played.written).expect("every line is UTF-8");
    text.lines().map(|line| timeless(line) + "\n").collect()
}

/// Takes the measured times out of a line.
fn timeless(line: &str) -> String {
    const KEY: &str = r#""dev.wasmmcp/timing":{"#;
    match line.split_once(KEY) {
        Some((before, after)) => {
            let (_, after) = after.split_once('}').expect("the times are an object");
            format!("{before}{KEY}}}{after}")
        }
        None => line.to_owned(),
    }
}

fn check(lines: &[&str], expected: Expect) {
    expected.assert_eq(&play(
        lines.iter().map(|line| format!("{line}\n").into_bytes()),
        1 << 20,
    ));
}

/// A request of the stateless wire.
fn modern(method: &str, params: &str) -> String {
    let meta = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{},"roots":{}}}"#;
    let comma = if params.is_empty() { "" } else { "," };
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}{comma}{meta}}}}}"#)
}

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{},"sampling":{},"roots":{}},"clientInfo":{"name":"t","version":"1"}}}"#;

#[test]
fn initialize_answers_the_asked_revision_if_it_knows_it() {
    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let answer = play(
            [INITIALIZE.replace("2025-11-25", revision).into_bytes()],
            4096,
        );
        assert!(
            answer.contains(&format!(r#""protocolVersion":"{revision}""#)),
            "{answer}"
        );
    }
    for unknown in ["2026-07-28", "1999-01-01", ""] {
        let answer = play(
            [INITIALIZE.replace("2025-11-25", unknown).into_bytes()],
            4096,
        );
        assert!(
            answer.contains(r#""protocolVersion":"2025-11-25""#),
            "{answer}"
        );
    }
    check(
        &[INITIALIZE],
        expect![[r#"
        {"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"logging":{},"tools":{},"prompts":{},"resources":{"subscribe":true},"completions":{}},"instructions":"A fixture: every feature under the names that the conformance suite asks for.","serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"}}}
    "#]],
    );
    check(
        &[r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#],
        expect![[r#"
            {"jsonrpc":"2.0","id":0,"error":{"code":-32602,"message":"initialize needs protocolVersion; send the revision that you speak"}}
        "#]],
    );
}

#[test]
fn the_older_wire_lists_and_calls() {
    check(
        &[
            INITIALIZE,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":"two","method":"tools/call","params":{"name":"test_multiple_content_types"}}"#,
            r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"test_error_handling","arguments":{}}}"#,
            r#"{"jsonrpc":"2.0","id":4,"method":"prompts/get","params":{"name":"test_prompt_with_arguments","arguments":{"arg1":"a","arg2":"b"}}}"#,
            r#"{"jsonrpc":"2.0","id":5,"method":"resources/templates/list"}"#,
            r#"{"jsonrpc":"2.0","id":6,"method":"resources/read","params":{"uri":"test://template/a%20b/data"}}"#,
            r#"{"jsonrpc":"2.0","id":7,"method":"resources/read","params":{"uri":"test://static-binary"}}"#,
            r#"{"jsonrpc":"2.0","id":8,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":"par"}}}"#,
            r#"{"jsonrpc":"2.0","id":9,"method":"resources/subscribe","params":{"uri":"test://watched-resource"}}"#,
            r#"{"jsonrpc":"2.0","id":10,"method":"logging/setLevel","params":{"level":"warning"}}"#,
            r#"{"jsonrpc":"2.0","id":11,"method":"tools/call","params":{"name":"test_logging_tool"}}"#,
        ],
        expect![[r#"
            {"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"logging":{},"tools":{},"prompts":{},"resources":{"subscribe":true},"completions":{}},"instructions":"A fixture: every feature under the names that the conformance suite asks for.","serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"}}}
            {"jsonrpc":"2.0","id":1,"result":{}}
            {"jsonrpc":"2.0","id":"two","result":{"content":[{"type":"text","text":"Multiple content types test:"},{"type":"image","data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP4z8DwHwAFAAH/VscvDQAAAABJRU5ErkJggg==","mimeType":"image/png"},{"type":"resource","resource":{"uri":"test://mixed-content-resource","mimeType":"application/json","text":"{\"test\":\"data\",\"value\":123}"}}],"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"This tool intentionally returns an error for testing"}],"isError":true,"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":4,"result":{"messages":[{"role":"user","content":{"type":"text","text":"Prompt with arguments: arg1='a', arg2='b'"}}],"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":5,"result":{"resourceTemplates":[{"uriTemplate":"test://template/{id}/data","name":"Template","description":"Data by number.","mimeType":"application/json"}]}}
            {"jsonrpc":"2.0","id":6,"result":{"contents":[{"uri":"test://template/a%20b/data","mimeType":"application/json","text":"{\"id\":\"a b\",\"templateTest\":true,\"data\":\"Data for ID: a b\"}"}],"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":7,"result":{"contents":[{"uri":"test://static-binary","mimeType":"image/png","blob":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP4z8DwHwAFAAH/VscvDQAAAABJRU5ErkJggg=="}],"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":8,"result":{"completion":{"values":["paris","park","party"],"total":3,"hasMore":false}}}
            {"jsonrpc":"2.0","id":9,"result":{}}
            {"jsonrpc":"2.0","id":10,"result":{}}
            {"jsonrpc":"2.0","id":11,"result":{"content":[{"type":"text","text":"logged"}],"_meta":{"dev.wasmmcp/timing":{}}}}
        "#]],
    );
}

#[test]
fn handlers_report_and_log_before_they_answer() {
    check(
        &[
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"test_tool_with_progress","_meta":{"progressToken":"p"}}}"#,
            r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"test_tool_with_logging"}}"#,
            r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"test_tool_with_progress"}}"#,
        ],
        expect![[r#"
            {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":0,"total":100}}
            {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":50,"total":100}}
            {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":100,"total":100}}
            {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"done"}],"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"Tool execution started"}}
            {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"Tool processing data"}}
            {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"Tool execution completed"}}
            {"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"logged"}],"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"done"}],"_meta":{"dev.wasmmcp/timing":{}}}}
        "#]],
    );
}

#[test]
fn errors_have_their_codes() {
    check(
        &[
            "nonsense",
            "[]",
            r#"{"jsonrpc":"2.0","id":1,"method":"no/such"}"#,
            r#"{"jsonrpc":"2.0","id":2,"method":"server/discover"}"#,
            r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{}}"#,
            r#"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"nobody"}}"#,
            r#"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"test_sampling","arguments":[]}}"#,
            r#"{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"test_sampling","arguments":{}}}"#,
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"test_sampling","arguments":{"prompt":7}}}"#,
            r#"{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"test_sampling","arguments":{"prompt":"x"}}}"#,
            r#"{"jsonrpc":"2.0","id":9,"method":"resources/read","params":{"uri":"test://nothing"}}"#,
            r#"{"jsonrpc":"2.0","id":10,"method":"prompts/get","params":{"name":"nobody"}}"#,
            r#"{"jsonrpc":"2.0","id":11,"method":"prompts/get","params":{"name":"test_prompt_with_arguments","arguments":{"arg1":"a"}}}"#,
            r#"{"jsonrpc":"2.0","id":12,"method":"logging/setLevel","params":{"level":"loud"}}"#,
            r#"{"jsonrpc":"2.0","id":13,"method":"completion/complete","params":{}}"#,
            r#"{"jsonrpc":"2.0","id":14,"method":"tools/call","method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":15,"result":{}}"#,
        ],
        expect![[r#"
            {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"the message is not valid JSON; send one JSON-RPC message"}}
            {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batches are not accepted; send each message by itself"}}
            {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"there is no method no/such here; see the revision's list of methods"}}
            {"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"_meta needs io.modelcontextprotocol/protocolVersion (a string) and io.modelcontextprotocol/clientCapabilities (an object); send both"}}
            {"jsonrpc":"2.0","id":3,"error":{"code":-32602,"message":"tools/call needs name (a string); send it"}}
            {"jsonrpc":"2.0","id":4,"error":{"code":-32602,"message":"unknown tool nobody; tools/list names those there are"}}
            {"jsonrpc":"2.0","id":5,"error":{"code":-32602,"message":"arguments is not an object; send named arguments"}}
            {"jsonrpc":"2.0","id":6,"result":{"content":[{"type":"text","text":"tool test_sampling: argument prompt is missing; pass it as the input schema says"}],"isError":true,"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"tool test_sampling: argument prompt: expected a string; pass a value that fits the input schema"}],"isError":true,"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":8,"error":{"code":-32021,"message":"the client does not declare the capability sampling; call again from a client that has it","data":{"requiredCapabilities":{"sampling":{}}}}}
            {"jsonrpc":"2.0","id":9,"error":{"code":-32002,"message":"no such resource; resources/list names those there are","data":{"uri":"test://nothing"}}}
            {"jsonrpc":"2.0","id":10,"error":{"code":-32602,"message":"unknown prompt nobody; prompts/list names those there are"}}
            {"jsonrpc":"2.0","id":11,"error":{"code":-32602,"message":"tool test_prompt_with_arguments: argument arg2 is missing; pass it as the input schema says"}}
            {"jsonrpc":"2.0","id":12,"error":{"code":-32602,"message":"logging/setLevel needs level; send one of debug, info, notice, warning, error, critical, alert, emergency"}}
            {"jsonrpc":"2.0","id":13,"error":{"code":-32602,"message":"completion/complete needs ref (name or uri) and argument (name, value); pass both"}}
            {"jsonrpc":"2.0","id":14,"error":{"code":-32600,"message":"a key occurs twice in one object, or there are more than 1024; send each key once"}}
        "#]],
    );
}

#[test]
fn the_stateless_wire_needs_no_handshake() {
    let old = modern("tools/list", "").replace("2026-07-28", "2025-11-25");
    check(
        &[
            &modern("server/discover", ""),
            &modern("tools/call", r#""name":"test_simple_text""#),
            &modern("prompts/list", ""),
            &modern("resources/list", ""),
            &modern("resources/read", r#""uri":"test://static-text""#),
            &modern("resources/read", r#""uri":"test://nothing""#),
            &modern(
                "completion/complete",
                r#""ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":"x"}"#,
            ),
            &modern(
                "subscriptions/listen",
                r#""notifications":{"toolsListChanged":true}"#,
            ),
            &modern("tools/call", r#""name":"test_missing_capability""#),
            &modern("tools/call", r#""name":"test_logging_tool""#),
            &modern("tools/call", r#""name":"test_logging_tool""#).replace(
                r#""_meta":{"#,
                r#""_meta":{"io.modelcontextprotocol/logLevel":"info","#,
            ),
            &old,
        ],
        expect![[r#"
            {"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"capabilities":{"logging":{},"tools":{},"prompts":{},"resources":{},"completions":{}},"instructions":"A fixture: every feature under the names that the conformance suite asks for.","resultType":"complete","ttlMs":3600000,"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"}}}}
            {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"This is a simple text response for testing."}],"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"},"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":1,"result":{"prompts":[{"name":"test_simple_prompt","description":"A prompt without arguments.","arguments":[]},{"name":"test_prompt_with_arguments","description":"A prompt with two arguments.","arguments":[{"name":"arg1","description":"First test argument.","required":true},{"name":"arg2","description":"Second test argument.","required":true}]},{"name":"test_prompt_with_embedded_resource","description":"A prompt that holds a resource.","arguments":[{"name":"resourceUri","description":"The resource's address.","required":true}]},{"name":"test_prompt_with_image","description":"A prompt that holds an image.","arguments":[]},{"name":"test_input_required_result_prompt","description":"A prompt that asks before it is made.","arguments":[]}],"resultType":"complete","ttlMs":3600000,"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"}}}}
            {"jsonrpc":"2.0","id":1,"result":{"resources":[{"uri":"test://static-text","name":"Static text","description":"A text that stays.","mimeType":"text/plain"},{"uri":"test://static-binary","name":"Static binary","description":"Bytes that stay.","mimeType":"image/png"},{"uri":"test://watched-resource","name":"Watched","description":"A text that could change.","mimeType":"text/plain"},{"uri":"test://example-resource","name":"Example","description":"A text that is an example.","mimeType":"text/plain"}],"resultType":"complete","ttlMs":3600000,"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"}}}}
            {"jsonrpc":"2.0","id":1,"result":{"contents":[{"uri":"test://static-text","mimeType":"text/plain","text":"This is the content of the static text resource."}],"ttlMs":0,"cacheScope":"private","resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"},"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no such resource; resources/list names those there are","data":{"uri":"test://nothing"}}}
            {"jsonrpc":"2.0","id":1,"result":{"completion":{"values":[],"total":0,"hasMore":false},"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"}}}}
            {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1},"notifications":{"toolsListChanged":true}}}
            {"jsonrpc":"2.0","id":1,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":1},"resultType":"complete"}}
            {"jsonrpc":"2.0","id":1,"error":{"code":-32021,"message":"the client does not declare the capability sampling; call again from a client that has it","data":{"requiredCapabilities":{"sampling":{}}}}}
            {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"logged"}],"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"},"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"everything","data":"a message"}}
            {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"logged"}],"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"},"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"this revision is not served statelessly; use one of the supported ones","data":{"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"requested":"2025-11-25"}}}
        "#]],
    );
    for gone in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
    ] {
        let answer = play([modern(gone, r#""uri":"x""#).into_bytes()], 4096);
        assert!(answer.contains(r#""code":-32601"#), "{gone}: {answer}");
    }
}

#[test]
fn the_older_wire_asks_while_the_call_waits() {
    // Two pieces come only when the server asks: a ping and a list meanwhile, then the answer.
    check(
        &[
            INITIALIZE,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"test_elicitation","arguments":{"message":"Who?"}}}"#,
            r#"{"jsonrpc":"2.0","id":"meanwhile","method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":"later","method":"prompts/get","params":{"name":"test_simple_prompt"}}"#,
            r#"{"jsonrpc":"2.0","id":77,"result":{"action":"not asked"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{"username":"u"}}}"#,
            r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"test_sampling","arguments":{"prompt":"p"}}}"#,
            r#"{"jsonrpc":"2.0","id":2,"error":{"code":-1,"message":"the user said no"}}"#,
        ],
        expect![[r#"
            {"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"logging":{},"tools":{},"prompts":{},"resources":{"subscribe":true},"completions":{}},"instructions":"A fixture: every feature under the names that the conformance suite asks for.","serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"}}}
            {"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"message":"Who?","requestedSchema":{"type":"object","properties":{"username":{"type":"string","description":"User's response"},"email":{"type":"string","description":"User's email address"}},"required":["username","email"]}}}
            {"jsonrpc":"2.0","id":"meanwhile","result":{}}
            {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"User response: {\"action\":\"accept\",\"content\":{\"username\":\"u\"}}"}],"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":"later","result":{"messages":[{"role":"user","content":{"type":"text","text":"This is a simple prompt for testing."}}],"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":2,"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":{"type":"text","text":"p"}}],"maxTokens":100}}
            {"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"the user said no"}],"isError":true,"_meta":{"dev.wasmmcp/timing":{}}}}
        "#]],
    );
}

#[test]
fn a_call_that_asks_can_be_taken_back() {
    check(
        &[
            INITIALIZE,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"test_elicitation","arguments":{"message":"Who?"}}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
            r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#,
        ],
        expect![[r#"
            {"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"logging":{},"tools":{},"prompts":{},"resources":{"subscribe":true},"completions":{}},"instructions":"A fixture: every feature under the names that the conformance suite asks for.","serverInfo":{"name":"everything","version":"0.1.0","title":"Everything"}}}
            {"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"message":"Who?","requestedSchema":{"type":"object","properties":{"username":{"type":"string","description":"User's response"},"email":{"type":"string","description":"User's email address"}},"required":["username","email"]}}}
            {"jsonrpc":"2.0","id":2,"result":{}}
        "#]],
    );
}

#[test]
fn a_call_that_is_taken_back_is_not_answered_on_either_wire() {
    let cancel = |id: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{id},"reason":"enough"}}}}"#
        )
    };
    let modern = modern("tools/call", r#""name":"count_until_cancelled""#);
    check(
        &[
            r#"{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"count_until_cancelled"}}"#,
            r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#,
            // Taken back before it was begun: it never is.
            r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"test_simple_text"}}"#,
            r#"{"jsonrpc":"2.0","id":4,"method":"prompts/get","params":{"name":"test_simple_prompt"}}"#,
            &cancel("3"),
            // Nobody's, not an id, and a request that was answered.
            &cancel("99"),
            &cancel("{}"),
            &cancel("2"),
            &cancel(r#""c""#),
            &modern,
            &cancel("1"),
            r#"{"jsonrpc":"2.0","id":5,"method":"ping"}"#,
            // Too late: it was answered, and whoever uses the id again is not meant.
            &cancel("5"),
            r#"{"jsonrpc":"2.0","id":5,"method":"ping"}"#,
        ],
        expect![[r#"
            {"jsonrpc":"2.0","id":2,"result":{}}
            {"jsonrpc":"2.0","id":4,"result":{"messages":[{"role":"user","content":{"type":"text","text":"This is a simple prompt for testing."}}],"_meta":{"dev.wasmmcp/timing":{}}}}
            {"jsonrpc":"2.0","id":5,"result":{}}
            {"jsonrpc":"2.0","id":5,"result":{}}
        "#]],
    );
    // What opens the connection cannot be taken back.
    let answers = play(
        [
            r#"{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"count_until_cancelled"}}"#,
            INITIALIZE,
            &cancel("0"),
            &cancel(r#""c""#),
        ]
        .map(|line| format!("{line}\n").into_bytes()),
        1 << 20,
    );
    assert!(
        answers.starts_with(r#"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion""#),
        "{answers}"
    );
    assert_eq!(answers.lines().count(), 1, "{answers}");
}

/// The value of a string member of the only line.
fn member(answer: &str, key: &str) -> String {
    let value: serde_json::Value =
        serde_json::from_str(answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    value["result"][key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {answer}"))
        .to_owned()
}

#[test]
fn the_stateless_wire_asks_by_results_and_keeps_what_it_was_told_in_a_sealed_state() {
    let call = |rest: &str| {
        play(
            [modern(
                "tools/call",
                &format!(r#""name":"test_input_required_result_multi_round"{rest}"#),
            )
            .into_bytes()],
            1 << 20,
        )
    };
    let first = call("");
    assert!(first.contains(r#""resultType":"input_required","inputRequests":{"step1":{"method":"elicitation/create""#), "{first}");
    let state = member(&first, "requestState");
    let second = call(&format!(
        r#","requestState":"{state}","inputResponses":{{"step1":{{"action":"accept","content":{{"name":"Ada"}}}},"other":{{}}}}"#
    ));
    assert!(second.contains(r#""inputRequests":{"step2":"#), "{second}");
    let state = member(&second, "requestState");
    let answers = r#""inputResponses":{"step2":{"action":"accept","content":{"color":"red"}}}"#;
    let third = call(&format!(r#","requestState":"{state}",{answers}"#));
    assert!(
        third.contains(r#"Ada"#)
            && third.contains("red")
            && third.contains(r#""resultType":"complete""#),
        "{third}"
    );

    // Without the state the first answer is gone, and is asked for again.
    assert!(call(&format!(",{answers}")).contains(r#""inputRequests":{"step1":"#));
    // Any change to the state, or its use for another call, is refused.
    for at in [0, 20, 50, state.len() - 1] {
        let mut tampered = state.clone().into_bytes();
        tampered[at] = if tampered[at] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(tampered).expect("letters");
        assert!(
            call(&format!(r#","requestState":"{tampered}",{answers}"#))
                .contains(r#""code":-32602"#),
            "byte {at}"
        );
    }
    for forged in ["", "AAAA", "not base64!", &state[..40]] {
        assert!(
            call(&format!(r#","requestState":"{forged}",{answers}"#)).contains(r#""code":-32602"#),
            "{forged}"
        );
    }
    let elsewhere = modern(
        "tools/call",
        &format!(r#""name":"test_input_required_result_elicitation","requestState":"{state}""#),
    );
    assert!(play([elsewhere.into_bytes()], 1 << 20).contains(r#""code":-32602"#));
    assert!(call(r#","inputResponses":7"#).contains(r#""code":-32602"#));
    assert!(call(r#","inputResponses":{"step1":7}"#).contains(r#""inputRequests":{"step1":"#));
}

#[test]
fn lines_are_bounded_and_the_stream_finds_its_way_back() {
    let ping =
        |id: u32| format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\"}}\n").into_bytes();
    let huge: Vec<Vec<u8>> = std::iter::repeat_n(vec![b'x'; 1000], 50).collect();
    let pieces = [ping(1)]
        .into_iter()
        .chain(huge)
        .chain([b"tail\n".to_vec(), ping(2)]);
    expect![[r#"
        {"jsonrpc":"2.0","id":1,"result":{}}
        {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"the line is longer than is accepted; send less in one message"}}
        {"jsonrpc":"2.0","id":2,"result":{}}
    "#]].assert_eq(&play(pieces, 4096));
    // The same in one piece.
    let one: Vec<u8> = [ping(1), vec![b'x'; 50_000], b"\n".to_vec(), ping(2)].concat();
    expect![[r#"
        {"jsonrpc":"2.0","id":1,"result":{}}
        {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"the line is longer than is accepted; send less in one message"}}
        {"jsonrpc":"2.0","id":2,"result":{}}
    "#]].assert_eq(&play([one], 4096));
}

#[test]
fn lines_are_cut_wherever_the_pieces_end() {
    let text = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r\n\n  \n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}";
    let whole = play([text.to_vec()], 4096);
    for size in 1..text.len() {
        assert_eq!(
            play(text.chunks(size).map(<[u8]>::to_vec), 4096),
            whole,
            "pieces of {size}"
        );
    }
    expect![[r#"
        {"jsonrpc":"2.0","id":1,"result":{}}
        {"jsonrpc":"2.0","id":2,"result":{}}
        {"jsonrpc":"2.0","id":3,"result":{}}
    "#]]
    .assert_eq(&whole);
}

#[test]
fn invalid_utf8_is_answered() {
    expect![[r#"
        {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"the message is not UTF-8; send JSON encoded as UTF-8"}}
    "#]].assert_eq(&play(
        [b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}\n".to_vec()],
        4096,
    ));
}
