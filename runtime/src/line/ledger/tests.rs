//! What the ledger notes, forgets and owes, and whose time runs when.

use super::*;
use crate::clock;

fn call(id: &str) -> Vec<u8> {
    format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\"}}\n").into_bytes()
}

fn to_guest(ledger: &mut Ledger, line: &[u8], now: Instant) -> Result<(), Vec<u8>> {
    let told = ledger.read(line)?;
    ledger.gives(told, line, now);
    Ok(())
}

fn cancel(id: &str) -> Vec<u8> {
    format!("{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{{\"requestId\":{id}}}}}\n").into_bytes()
}

fn question(id: &str) -> Vec<u8> {
    format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"roots/list\"}}\n").into_bytes()
}

/// A request whose end is not read here, and is none.
fn long(id: u32) -> Vec<u8> {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\",\"params\":{{\"a\":\"{}\",}}}}",
        "x".repeat(WHOLE)
    )
    .into_bytes()
}

const NULL: &[u8] = br#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}"#;

fn answer(id: &str) -> Vec<u8> {
    format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{}}}}\n").into_bytes()
}

#[test]
fn an_answer_passes_once_and_only_where_it_was_asked() {
    let now = clock::now();
    let mut ledger = Ledger::new(Duration::from_secs(1));
    assert_eq!(to_guest(&mut ledger, &call("1"), now), Ok(()));
    assert_eq!(ledger.from_guest(&answer("2"), now), Verdict::NeverAsked);
    assert_eq!(
        ledger.from_guest(&answer("\"1\""), now),
        Verdict::NeverAsked
    );
    assert_eq!(ledger.from_guest(&answer("1"), now), Verdict::Forward);
    assert_eq!(ledger.from_guest(&answer("1"), now), Verdict::NeverAsked);
    assert_eq!(ledger.from_guest(b"garbage\n", now), Verdict::NotProtocol);
    assert_eq!(
        ledger.counts(),
        Counts {
            requests: 1,
            failed: 0,
            dropped_lines: 1,
            dropped_answers: 3
        }
    );
}

#[test]
fn what_is_no_message_is_answered_here_and_what_is_too_long_to_tell_by_the_guest() {
    let now = clock::now();
    let mut ledger = Ledger::new(Duration::from_secs(1));
    for (line, id, code) in [
        (&b"{broken\n"[..], "null", -32700),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}\n",
            "null",
            -32700,
        ),
        (b"[]\n", "null", -32600),
        (br#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#, "7", -32600),
        (
            br#"{"jsonrpc":"2.0","id":7,"id":8,"method":"ping"}"#,
            "7",
            -32600,
        ),
        (
            br#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            "null",
            -32600,
        ),
    ] {
        let answer = to_guest(&mut ledger, line, now).expect_err("no message");
        let value: serde_json::Value = serde_json::from_slice(&answer).expect("valid JSON");
        assert_eq!(value["id"].to_string(), id);
        assert_eq!(value["error"]["code"], code);
    }
    assert_eq!(ledger.deadline(), None);
    assert_eq!(to_guest(&mut ledger, b"  \r\n", now), Ok(()));
    assert_eq!(ledger.from_guest(NULL, now), Verdict::NeverAsked);
    // Its head is that of a request; that its end is none only the guest finds, which then knows no id.
    assert_eq!(to_guest(&mut ledger, &call("2"), now), Ok(()));
    assert_eq!(to_guest(&mut ledger, &long(1), now), Ok(()));
    assert_eq!(ledger.from_guest(NULL, now), Verdict::Forward);
    assert_eq!(ledger.from_guest(NULL, now), Verdict::NeverAsked);
    assert_eq!(ledger.from_guest(&answer("2"), now), Verdict::Forward);
    assert!(!ledger.owes());
}

#[test]
fn an_answer_without_an_id_is_taken_only_where_it_can_be_to_one_request_alone() {
    let now = clock::now();
    let second = Duration::from_secs(1);
    let mut ledger = Ledger::new(second);
    for id in [1, 2] {
        assert_eq!(to_guest(&mut ledger, &long(id), now), Ok(()));
    }
    assert_eq!(ledger.from_guest(NULL, now), Verdict::NeverAsked);
    assert_eq!(ledger.from_guest(&answer("1"), now), Verdict::Forward);
    assert_eq!(ledger.from_guest(NULL, now), Verdict::Forward);
    assert!(!ledger.owes());
    // Where each line was found to be a message, it is to none, and who waits has a deadline.
    let mut ledger = Ledger::of_messages(second);
    assert_eq!(to_guest(&mut ledger, &long(1), now), Ok(()));
    assert_eq!(ledger.from_guest(NULL, now), Verdict::NeverAsked);
    ledger.rests();
    assert_eq!(ledger.deadline(), Some(now + second));
}

#[test]
fn an_id_is_one_however_it_is_spelled() {
    let now = clock::now();
    let mut ledger = Ledger::new(Duration::from_secs(1));
    assert_eq!(to_guest(&mut ledger, &call(r#""a\/b\u0041""#), now), Ok(()));
    assert_eq!(
        ledger.from_guest(&answer(r#""a/bA""#), now),
        Verdict::Forward
    );
    assert_eq!(to_guest(&mut ledger, &call(r#""a/bA""#), now), Ok(()));
    assert_eq!(
        ledger.from_guest(&answer(r#""\u0061/bA""#), now),
        Verdict::Forward
    );
}

#[test]
fn what_is_taken_back_is_owed_no_more_and_its_answer_goes_nowhere() {
    let now = clock::now();
    let second = Duration::from_secs(1);
    let mut ledger = Ledger::new(second);
    for line in [call("1"), cancel("\"1\""), cancel("2"), cancel("1")] {
        assert_eq!(to_guest(&mut ledger, &line, now), Ok(()));
    }
    assert!(!ledger.owes());
    // It may still be at work on it, which is not for ever.
    assert_eq!(ledger.deadline(), Some(now + second));
    assert_eq!(ledger.from_guest(&answer("1"), now), Verdict::Swallow);
    assert_eq!(ledger.from_guest(&answer("1"), now), Verdict::NeverAsked);
    ledger.rests();
    assert_eq!(ledger.deadline(), None);
    // The same id again is a request again; `initialize` is not taken back.
    assert_eq!(to_guest(&mut ledger, &call("1"), now), Ok(()));
    assert_eq!(ledger.from_guest(&answer("1"), now), Verdict::Forward);
    let opening = b"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\"}\n";
    assert_eq!(to_guest(&mut ledger, opening, now), Ok(()));
    assert_eq!(to_guest(&mut ledger, &cancel("0"), now), Ok(()));
    assert!(ledger.owes());
}

#[test]
fn a_guest_is_busy_until_it_waits_for_its_next_line() {
    let now = clock::now();
    let second = Duration::from_secs(1);
    let mut ledger = Ledger::new(second);
    assert_eq!(to_guest(&mut ledger, &call("1"), now), Ok(()));
    assert_eq!(
        ledger.from_guest(&answer("1"), now + second / 2),
        Verdict::Forward
    );
    assert_eq!(ledger.deadline(), Some(now + second * 3 / 2));
    ledger.rests();
    assert_eq!(ledger.deadline(), None);
    // Waiting is no excuse for who owes an answer.
    assert_eq!(to_guest(&mut ledger, &call("2"), now), Ok(()));
    ledger.rests();
    assert_eq!(ledger.deadline(), Some(now + second));
    assert_eq!(ledger.from_guest(&answer("2"), now), Verdict::Forward);
    ledger.runs(now + second * 5);
    assert_eq!(ledger.deadline(), Some(now + second * 6));
    ledger.runs(now + second * 7);
    assert_eq!(ledger.deadline(), Some(now + second * 6));
}

#[test]
fn the_clock_runs_while_the_guest_owes_and_stands_while_it_waits_for_the_client() {
    let now = clock::now();
    let second = Duration::from_secs(1);
    let mut ledger = Ledger::new(second);
    assert_eq!(ledger.deadline(), None);
    assert_eq!(to_guest(&mut ledger, &call("1"), now), Ok(()));
    assert_eq!(ledger.deadline(), Some(now + second));
    ledger.from_guest(&question("\"e\""), now);
    // To have asked is no excuse for who does not wait for the answer.
    assert_eq!(ledger.deadline(), Some(now + second));
    ledger.rests();
    assert_eq!(ledger.deadline(), None);
    // What it is told meanwhile is not what it asked, and how long it waited is not its fault.
    let note = b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n";
    assert_eq!(to_guest(&mut ledger, note, now + second * 30), Ok(()));
    assert_eq!(ledger.deadline(), Some(now + second * 31));
    ledger.rests();
    assert_eq!(ledger.deadline(), None);
    assert_eq!(
        to_guest(&mut ledger, &answer("\"e\""), now + second * 60),
        Ok(())
    );
    assert_eq!(ledger.deadline(), Some(now + second * 61));
    ledger.from_guest(&answer("1"), now + second * 61);
    ledger.rests();
    assert_eq!(ledger.deadline(), None);
}

#[test]
fn what_is_asked_meanwhile_lengthens_no_call() {
    let (now, tenth) = (clock::now(), Duration::from_millis(100));
    let mut ledger = Ledger::new(10 * tenth);
    let told =
        |ledger: &mut Ledger, id: &str, at| to_guest(ledger, &call(id), at).expect("a request");
    told(&mut ledger, "1", now);
    for (id, at) in [("2", 3), ("3", 6), ("4", 9)] {
        told(&mut ledger, id, now + tenth * at);
        assert_eq!(ledger.deadline(), Some(now + tenth * 10));
        ledger.from_guest(&answer(id), now + tenth * at);
        assert_eq!(ledger.deadline(), Some(now + tenth * 10));
    }
    // The next one in the queue has its own time, from the answer of the one before it.
    told(&mut ledger, "5", now + tenth * 9);
    ledger.from_guest(&answer("1"), now + tenth * 9);
    assert_eq!(ledger.deadline(), Some(now + tenth * 19));
}

#[test]
fn a_look_at_what_is_there_is_no_rest() {
    let now = clock::now();
    let second = Duration::from_secs(1);
    let mut ledger = Ledger::new(second);
    // It may not even begin to read.
    ledger.begins(now);
    assert_eq!(ledger.deadline(), Some(now + second));
    for asks in [false, true] {
        assert_eq!(to_guest(&mut ledger, &call("1"), now), Ok(()));
        if asks {
            ledger.from_guest(&question("1"), now);
        } else {
            ledger.from_guest(&answer("1"), now);
        }
        ledger.rests();
        ledger.looked();
        assert_eq!(ledger.deadline(), Some(now + second));
        // One that waited and goes on by itself, because it waited for more than a line, is busy from then on.
        ledger.rests();
        ledger.runs(now + second * 5);
        assert_eq!(ledger.deadline(), Some(now + second * 6));
    }
}

#[test]
fn only_what_can_be_answered_excuses_a_guest_that_waits() {
    let now = clock::now();
    let second = Duration::from_secs(1);
    for id in ["null", "1.5", &format!("\"{}\"", "x".repeat(300))] {
        let mut ledger = Ledger::new(second);
        assert_eq!(to_guest(&mut ledger, &call("1"), now), Ok(()));
        assert_eq!(
            ledger.from_guest(&question(id), now),
            Verdict::Forward,
            "the client may make of it what it can"
        );
        ledger.rests();
        assert_eq!(ledger.deadline(), Some(now + second), "{id}");
    }
    let mut ledger = Ledger::new(second);
    assert_eq!(to_guest(&mut ledger, &call("1"), now), Ok(()));
    for id in 0..1000 {
        ledger.from_guest(&question(&id.to_string()), now);
    }
    assert_eq!(ledger.asked.len(), ASKED);
    // With the call that it asked for its question is taken back, and the next call has its deadline.
    assert_eq!(to_guest(&mut ledger, &cancel("1"), now), Ok(()));
    assert_eq!(to_guest(&mut ledger, &call("2"), now), Ok(()));
    ledger.rests();
    assert_eq!(ledger.deadline(), Some(now + second));
}

#[test]
fn a_failure_answers_everything_that_was_owed() {
    let now = clock::now();
    let mut ledger = Ledger::new(Duration::from_secs(1));
    assert_eq!(to_guest(&mut ledger, &call("1"), now), Ok(()));
    assert_eq!(to_guest(&mut ledger, &call("\"b\""), now), Ok(()));
    let answers = ledger.fail(Cause::Timeout);
    assert_eq!(answers.len(), 2);
    for (answer, id) in answers.iter().zip(["\"b\"", "1"]) {
        let value: serde_json::Value = serde_json::from_slice(answer).expect("valid JSON");
        assert_eq!(value["id"].to_string(), id);
        assert_eq!(value["error"]["code"], -32603);
        assert_eq!(value["error"]["data"]["cause"], "timeout");
    }
    assert!(!ledger.owes());
}

#[test]
fn a_fresh_instance_is_told_what_the_old_one_knew() {
    let now = clock::now();
    let mut ledger = Ledger::new(Duration::from_secs(1));
    let opening = b"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\"}\n";
    let opened = b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
    assert_eq!(to_guest(&mut ledger, opening, now), Ok(()));
    ledger.from_guest(&answer("0"), now);
    assert_eq!(to_guest(&mut ledger, opened, now), Ok(()));
    assert_eq!(ledger.replay(now), [&opening[..], &opened[..]].concat());
    assert_eq!(ledger.from_guest(&answer("0"), now), Verdict::Swallow);
}
