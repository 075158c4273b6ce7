//! The library: calls and sessions in this very process.

mod kit;

use bytes::Bytes;
use kit::served;
use std::time::Duration;
use wasmmcp_runtime::{
    CacheChoice, CacheOutcome, CallError, Host, HostOptions, Limits, Loaded, ServerSpec, SessionEnd,
};

fn load(limits: Limits) -> Option<Loaded> {
    let component = kit::hostile()?;
    // Made by the other program, so that this process needs no compiler.
    let made = kit::finish(
        kit::runtime()
            .arg("compile")
            .arg("--cache")
            .arg(kit::cache())
            .arg(component),
    );
    assert!(made.status.success(), "{}", kit::said(&made));
    let host = Host::new(HostOptions { instances: 32 }).expect("a small pool fits everywhere");
    let spec = ServerSpec {
        name: "hostile".to_owned(),
        component: component.to_owned(),
        limits,
        cache: CacheChoice::Folder(kit::cache().to_owned()),
        ..ServerSpec::default()
    };
    let loaded = host.load(spec).expect("loaded");
    // The other program allocates on demand and this one from a pool: one file of code serves both.
    assert_eq!(loaded.cache(), CacheOutcome::Hit);
    Some(loaded)
}

fn request(id: u32, tool: &str) -> http::Request<Bytes> {
    http::Request::post("/hostile/mcp")
        .header("host", "localhost")
        .body(served::stateless(id, tool).into())
        .expect("a request")
}

#[test]
fn a_call_says_where_its_time_went() {
    let Some(loaded) = load(Limits::default()) else {
        return;
    };
    let (response, phases) = loaded.call(request(1, "ok")).expect("answered");
    assert_eq!(response.status(), 200);
    let body: serde_json::Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!(body["result"]["content"][0]["text"], "ok");
    assert!(
        phases.load > Duration::ZERO
            && phases.instantiate > Duration::ZERO
            && phases.run > Duration::ZERO
    );
    assert!(phases.total >= phases.instantiate + phases.run);
}

#[test]
fn calls_past_the_limit_are_refused_and_the_rest_goes_on() {
    let limits = Limits {
        concurrency: 1,
        timeout: Duration::from_millis(300),
        ..Limits::default()
    };
    let Some(loaded) = load(limits) else { return };
    let first = loaded
        .prepare(request(1, "ok"))
        .expect("there is room for one");
    assert!(matches!(
        loaded.call(request(2, "ok")),
        Err(CallError::Busy)
    ));
    drop(first);
    let failed = loaded.call(request(3, "loop")).expect_err("it never ends");
    let answer: serde_json::Value =
        serde_json::from_slice(&failed.answer(request(3, "loop").body())).expect("JSON");
    kit::assert_failed(&answer, 3, "timeout");
    assert!(loaded.call(request(4, "ok")).is_ok());
}

#[test]
fn a_session_is_advanced_by_whoever_waits_for_it() {
    let limits = Limits {
        sessions: 1,
        timeout: Duration::from_millis(300),
        ..Limits::default()
    };
    let Some(loaded) = load(limits) else { return };
    let mut session = loaded.session().expect("room for one");
    assert!(loaded.session().is_err());
    for id in 1..4 {
        session.send(kit::call(id, "ok").as_bytes());
        let line: serde_json::Value =
            serde_json::from_slice(&session.recv().expect("answered")).expect("JSON");
        assert_eq!(line["id"], id);
    }
    session.send(kit::call(9, "sleep").as_bytes());
    let line = serde_json::from_slice(&session.recv().expect("the host's error")).expect("JSON");
    kit::assert_failed(&line, 9, "timeout");
    assert!(matches!(session.recv(), Err(SessionEnd::Failed(_))));
    drop(session);
    let mut session = loaded.session().expect("room again");
    session.close();
    assert_eq!(session.recv(), Err(SessionEnd::Done));
}
