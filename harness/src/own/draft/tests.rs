//! Strangers' servers, each a shell script: met, asked, and found out.

use std::path::Path;

use expect_test::{Expect, expect};
use record::{Digest, Packaging, Wire};

use super::*;
use crate::clock::Monotonic;
use crate::launch::{Interpreted, Made, Programs};
use crate::own::meet::meet;
use crate::server::{Adjusted, Allowed, Server};
use crate::standin::Standins;

/// The beginning of every script that speaks the protocol: what it says to `$id` is `r RESULT` or `e MESSAGE`.
const SPEAKS: &str = r#"
r() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
e() { printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32602,"message":"%s"}}\n' "$id" "$1"; }
t() { r "{\"content\":[{\"type\":\"text\",\"text\":\"$1\"}]}"; }
turn() { id=${line#*\"id\":}; id=${id%%[,\}]*}; case "$line" in
*'"initialize"'*) r '{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}';;
*notifications*) ;;
"#;

/// A subject that is a script, with what it may.
struct Script {
    folder: tempfile::TempDir,
    made: Made,
    server: Server,
    programs: Programs,
}

impl Script {
    fn new(text: &str, timeout: Option<&str>) -> Script {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = Made {
            server: "mine".to_owned(),
            packaging: Packaging::Reference,
            digest: Digest::of(text.as_bytes()),
            file: "/bin/sh".into(),
            precompiled: None,
            interpreted: Some(Interpreted {
                title: "mine".to_owned(),
                arguments: Vec::new(),
                search: None,
                ships: Vec::new(),
            }),
            own: Some(vec!["-c".to_owned(), text.to_owned()]),
            image: None,
            web: crate::launch::Web::Own,
        };
        let adjusted = Adjusted {
            allowed: Allowed {
                timeout: timeout.map(str::to_owned),
                ..Allowed::default()
            },
            revision: Some(Wire::V2025_06_18),
            ..Adjusted::default()
        };
        let file = folder.path().join("server.toml");
        let text = "name = \"mine\"\ntitle = \"Mine\"\n";
        let text = Server::adjusted(text, &adjusted).expect("a description");
        std::fs::write(&file, text).expect("written");
        Script {
            server: Server::read_own(&file).expect("acceptable"),
            folder,
            made,
            programs: Programs {
                runtime: Default::default(),
                compiler: Default::default(),
                wasmtime: None,
                docker: None,
            },
        }
    }

    /// A server that answers `tools/list` with these tools, and calls by these arms of a `case` on the request's line.
    fn serving(tools: &str, calls: &str) -> Script {
        let list = format!("*tools/list*) r '{{\"tools\":[{tools}]}}';;");
        let turns = "while read -r line; do turn; done";
        Script::new(
            &format!("{SPEAKS}{list}\n{calls}\nesac; }}; {turns}"),
            Some("10 s"),
        )
    }

    fn with<Told>(&self, told: impl FnOnce(&Subject<'_>) -> Told) -> Told {
        told(&Subject {
            made: &self.made,
            server: &self.server,
            programs: &self.programs,
            cache: Path::new("/none"),
            generated: true,
            standins: &Standins::default(),
        })
    }

    fn met(&self) -> Result<Met> {
        self.with(|subject| meet(subject, self.folder.path(), &Monotonic::new()))
    }

    fn drafted(&self, leave: &Leave) -> Draft {
        let met = self.met().expect("it answers");
        let clock = Monotonic::new();
        let drafted = |subject: &Subject<'_>| {
            draft(subject, &met, leave, self.folder.path(), (&clock, &|| {}))
        };
        self.with(drafted).expect("a folder")
    }

    /// The exit code and message with which it is refused.
    fn refused(&self) -> String {
        let error = self.met().expect_err("it is no server");
        format!("{}: {error:#}", crate::exit::of(&error).code())
    }
}

fn tool(name: &str) -> String {
    format!(r#"{{"name":"{name}","inputSchema":{{"type":"object"}}}}"#)
}

fn all() -> Leave {
    Leave {
        all: true,
        ..Leave::default()
    }
}

fn check(script: &Script, leave: &Leave, expected: Expect) {
    let draft = script.drafted(leave);
    let line = |asked: &Asked| {
        let with = asked
            .arguments
            .as_ref()
            .map_or(String::new(), |with| format!(" {with}"));
        let came = match &asked.verdict {
            Ok(false) => "the same".to_owned(),
            Ok(true) => "varies".to_owned(),
            Err(why) => why.clone(),
        };
        format!("{}{with}: {came}\n", asked.tool)
    };
    expected.assert_eq(&draft.tools.iter().map(line).collect::<String>());
}

#[test]
fn an_older_server_is_met_in_its_revision() {
    let script = Script::serving(&tool("a"), "");
    let met = script.met().expect("it answers");
    assert_eq!(
        (met.revision, met.tools.len(), met.ends),
        (Wire::V2025_06_18, 1, true)
    );
    let stays = Script::new(
        &format!(
            "{SPEAKS}*tools/list*) r '{{\"tools\":[]}}';; esac; }}; while read -r line; do turn; done; exec sleep 1000"
        ),
        Some("10 s"),
    );
    assert!(!stays.met().expect("it answers").ends);
}

#[test]
fn each_tool_is_called_and_what_is_not_timed_says_why() {
    let tools = [
        tool("same"), tool("counts"), tool("fails"), tool("refuses"), tool("shapeless"), tool("dies"), tool("after"),
        r#"{"name":"asks","inputSchema":{"type":"object","required":["x"],"properties":{"x":{"type":"string","pattern":"^never$"}}}}"#.to_owned(),
        r#"{"name":"bare"}"#.to_owned(),
    ]
    .join(",");
    let calls = r#"
*'"same"'*) t ok;;
*'"counts"'*) n=$((n+1)); t "$n";;
*'"fails"'*) r '{"content":[{"type":"text","text":"no such\u001b[2J file"}],"isError":true}';;
*'"refuses"'*) e 'bad arguments';;
*'"shapeless"'*) r '"ok"';;
*'"dies"'*) echo 'out of luck' >&2; exit 7;;
*'"after"'*) t 'still here';;
"#;
    check(
        &Script::serving(&tools, calls),
        &all(),
        expect![[r#"
            same {}: the same
            counts {}: varies
            fails {}: it answered with an error: no such\u{1b}[2J file
            refuses {}: it was refused with error -32602: bad arguments
            shapeless {}: its answer is no result: the result is "\"ok\""
            dies {}: it did not answer: the process closed its output
            after {}: the same
            asks: arguments.x: no text was found that its pattern "^never$" takes
            bare: its inputSchema is no object
        "#]],
    );
}

#[test]
fn what_may_do_harm_is_not_called_unless_it_says_that_it_does_not() {
    let marked = |name: &str, hints: &str| {
        format!(r#"{{"name":"{name}","inputSchema":{{"type":"object"}},"annotations":{hints}}}"#)
    };
    let tools = [
        tool("unsaid"),
        marked("reads", r#"{"readOnlyHint":true}"#),
        marked("spares", r#"{"destructiveHint":false}"#),
        marked("destroys", r#"{"destructiveHint":true}"#),
    ]
    .join(",");
    let script = Script::serving(&tools, "*tools/call*) t ok;;");
    let called = |leave: &Leave| {
        let draft = script.drafted(leave);
        let called = draft
            .tools
            .into_iter()
            .filter(|asked| asked.verdict.is_ok());
        called.map(|asked| asked.tool).collect::<Vec<_>>()
    };
    assert_eq!(called(&Leave::default()), ["reads"]);
    let named = Leave {
        named: vec!["destroys".to_owned()],
        ..Leave::default()
    };
    assert_eq!(called(&named), ["reads", "destroys"]);
    let confined = Leave {
        harmless: true,
        ..Leave::default()
    };
    assert_eq!(called(&confined).len(), 4);
    let draft = script.drafted(&Leave::default());
    let why = draft.tools[0].verdict.as_ref().expect_err("not called");
    assert!(
        why.contains("--call unsaid") && why.contains("readOnlyHint"),
        "{why}"
    );
}

#[test]
fn a_path_is_called_where_it_is_and_kept_by_its_name() {
    let listing = r#"{"name":"list","inputSchema":{"type":"object","required":["path"],"properties":{"path":{"type":"string"}}}}"#;
    let calls = r#"*'"path":"/srv/notes"'*) t found;;
*tools/call*) r '{"content":[],"isError":true}';;"#;
    let leave = Leave {
        folder: Some(("{dir}".to_owned(), "/srv/notes".to_owned())),
        ..all()
    };
    let draft = Script::serving(listing, calls).drafted(&leave);
    assert_eq!(draft.tools[0].verdict, Ok(false), "{:?}", draft.tools);
    assert!(draft.text.contains("path = \"{dir}\"") && !draft.text.contains("/srv"));
}

#[test]
fn what_is_drafted_is_a_description_that_is_read_again() {
    let tools = [
        tool("same"),
        tool("long"),
        tool("counts"),
        tool("same/same"),
        tool("not\\nhere"),
    ]
    .join(",");
    let calls = r#"
*'"same"'*|*'"same/same"'*) t 'a \"quoted\" word';;
*'"long"'*) t "$(printf '%02000d' 7)";;
*'"counts"'*) n=$((n+1)); t "$n";;
"#;
    let draft = Script::serving(&tools, calls).drafted(&all());
    expect![[r##"
        # Made by `harness measure` of the server's own tools/list. Correct it and give it with --server-toml: better arguments, a call with
        # input = "large" for each tool, calls `before` one, and the right answer instead of the one that it gave. {dir} is the folder of --allow-dir.
    "##]]
    .assert_eq(&draft.text.lines().take(2).map(|line| format!("{line}\n")).collect::<String>());
    assert!(
        draft
            .text
            .contains("# not timed: not here: its name is empty"),
        "{}",
        draft.text
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("x.toml");
    std::fs::write(&file, &draft.text).expect("written");
    let server = Server::read_own(&file).expect("acceptable");
    let told = |call: &crate::server::Call| {
        let rule = match &call.expect {
            expect if expect.varies => "varies",
            expect if format!("{expect:?}").contains("Digest") => "digest",
            _ => "equal",
        };
        format!("{} {} {rule}", call.id, call.tool)
    };
    let calls: Vec<String> = server.calls.iter().map(told).collect();
    assert_eq!(
        calls,
        [
            "same same equal",
            "long long digest",
            "counts counts varies",
            "same_same same/same equal"
        ]
    );
}

#[test]
fn whoever_is_no_server_is_told_what_would_help() {
    let check = |script: &str, timeout: &str, expected: Expect| {
        let said = Script::new(script, Some(timeout)).refused();
        let end = said
            .find("\nIts process has")
            .expect("it says what would help");
        assert!(said[end..].contains("--allow-dir") && said[end..].contains("--timeout"));
        expected.assert_eq(&said[..end]);
    };
    check(
        "echo 'no config' >&2; exit 3",
        "10 s",
        expect![[r#"
            3: mine gave no answer to `initialize`: the process closed its output. It ended with exit code 3.
              its last words on standard error:
                no config"#]],
    );
    check(
        "echo 'Listening on port 80'; read x; echo '{}'; cat >/dev/null",
        "20 ms",
        expect![[r#"
            3: mine did not answer `initialize` within 20.0 ms: it hangs, or does not speak MCP over its standard input and output.
              it wrote "Listening on port 80" where the answer was expected; what is meant for people belongs on standard error
              it said nothing on standard error"#]],
    );
    check(
        r#"read x; echo '{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"1.0"}}'; cat"#,
        "10 s",
        expect![[r#"
            3: mine does not answer `initialize` as an MCP server does: wrong answer: the answer is no response: initialize was answered with "{\"protocolVersion\":\"1.0\"}", with none of the revisions 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25. It ended with exit code 0.
              it said nothing on standard error"#]],
    );
    check(
        "kill -9 $$",
        "10 s",
        expect![[r#"
            3: mine gave no answer to `initialize`: the process closed its output. It was ended by signal 9.
              it said nothing on standard error"#]],
    );
}

#[test]
fn what_a_stranger_says_is_bounded() {
    for (script, named) in [
        // a line without end
        ("cat /dev/zero".to_owned(), "a line of more than"),
        // a list without end
        (
            format!(
                "{SPEAKS}*tools/list*) r '{{\"tools\":[],\"nextCursor\":\"x\"}}';; esac; }}; while read -r line; do turn; done"
            ),
            "no end after 100 pages",
        ),
        (
            format!(
                "{SPEAKS}*tools/list*) r '{{\"tools\":{{}}}}';; esac; }}; while read -r line; do turn; done"
            ),
            "has no list of tools",
        ),
        (
            format!(
                "{SPEAKS}*tools/list*) r '{{\"tools\":[{{}}]}}';; esac; }}; while read -r line; do turn; done"
            ),
            "a tool without a name",
        ),
    ] {
        let said = Script::new(&script, Some("10 s")).refused();
        assert!(said.starts_with("3: ") && said.contains(named), "{said}");
        assert!(said.len() < 4_000, "{}", said.len());
    }
    let many = Script::serving(
        &(0..70)
            .map(|number| tool(&format!("t{number}")))
            .collect::<Vec<_>>()
            .join(","),
        "*tools/call*) t ok;;",
    );
    let draft = many.drafted(&all());
    let timed = draft.tools.iter().filter(|asked| asked.verdict.is_ok());
    assert_eq!((draft.tools.len(), timed.count()), (70, MOST));
}
