//! A subject that dies leaves behind what explains it: its last words, how it ended, and the request that it died of.

use std::path::Path;

use harness::again;
use harness::clock::Monotonic;
use harness::input::Places;
use harness::launch::{Made, Programs};
use harness::peer::{Peer, Subject};
use harness::server::Server;
use harness::standin::Standins;
use record::{Digest, Outcome, Packaging, Transport};

/// A shell that accepts the handshake, and does with the call what the test wants.
fn doomed(then: &str) -> (Made, Server) {
    let mut server: Server = toml::from_str(
        r#"
name = "doomed"
title = "Doomed"
package = "doomed"
call = [{ id = "a", tool = "burn", input = "small", expect = { text = { equal = "ok" } }, source = { origin = "hand" } }]
"#,
    )
    .expect("a server");
    let accept = r#"read hello; echo '{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25"}}'; read initialized; read call"#;
    server.arguments = vec!["-c".to_owned(), format!("{accept}; {then}")];
    let made = Made {
        server: "doomed".to_owned(),
        packaging: Packaging::Native,
        digest: Digest::of(b"doomed"),
        file: "/bin/sh".into(),
        precompiled: None,
        interpreted: None,
        own: None,
        image: None,
        web: harness::launch::Web::Own,
    };
    (made, server)
}

fn programs() -> Programs {
    Programs {
        runtime: "/none".into(),
        compiler: "/none".into(),
        wasmtime: None,
        docker: None,
    }
}

/// Asks the scripted subject by hand and again as `rerun` does.
fn ask(then: &str, check: impl Fn(&Subject<'_>, &Path, &Monotonic)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ((made, server), programs) = (doomed(then), programs());
    let subject = Subject {
        made: &made,
        server: &server,
        programs: &programs,
        cache: Path::new("/none"),
        generated: true,
        standins: &Standins::default(),
    };
    check(&subject, folder.path(), &Monotonic::new());
}

#[test]
fn a_signal_and_the_last_words_are_kept_with_the_exact_request() {
    ask(
        "echo 'disk on fire' >&2; kill -9 $$",
        |subject, folder, clock| {
            let places = Places::new(folder, folder, subject.standins);
            let mut peer = Peer::start(subject, places, clock).expect("it accepts the handshake");
            let request = peer.render("burn", &serde_json::json!({"at": 451}));
            let failure = peer.ask(&request, clock).expect_err("it dies");
            let failed = peer.fail(failure, clock);
            assert!(
                matches!(&failed.outcome, Outcome::Crashed { how } if how.contains("signal 9") && how.contains("disk on fire")),
                "{:?}",
                failed.outcome
            );
            assert_eq!(failed.evidence.signal, Some(9));
            assert_eq!(failed.evidence.stderr, ["disk on fire"]);
            assert_eq!(failed.request.as_deref(), Some(request.line()));
        },
    );
}

#[test]
fn what_is_done_again_shows_request_answer_verdict_and_end() {
    let wrong = r#"echo '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"no"}]}}'; echo 'warm here' >&2; read end; exit 7"#;
    ask(wrong, |subject, folder, clock| {
        let call = &subject.server.calls[0];
        let again = again::call(subject, call, folder, Transport::Stdio, clock).expect("done");
        assert!(
            again
                .request
                .as_deref()
                .is_some_and(|request| request.contains("\"burn\""))
        );
        assert!(
            again
                .answer
                .is_some_and(|answer| answer.to_string().contains("\"no\""))
        );
        assert!(again.verdict.is_err_and(|why| why.contains("no")));
        assert_eq!(
            (again.evidence.exit, again.evidence.signal),
            (Some(7), None)
        );
        assert_eq!(again.evidence.stderr, ["warm here"]);
    });
    ask("exit 3", |subject, folder, clock| {
        let call = &subject.server.calls[0];
        let again = again::call(subject, call, folder, Transport::Stdio, clock).expect("done");
        assert!(again.verdict.is_err());
        assert_eq!((again.answer, again.evidence.exit), (None, Some(3)));
    });
}
