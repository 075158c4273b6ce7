//! Files that are no plug-ins, and plug-ins that misbehave in every way we know: each is told for what it is.

mod kit;
#[path = "../scheduler/tests/world/mod.rs"]
mod world;

use std::path::Path;

use dispatcher::{Limits, Plugin};
use expect_test::{Expect, expect};
use record::{Bytes, Count};
use scheduler::Scheduler;
use scheduler::cost::Cost;
use scheduler::filter::Rules;
use world::World;

/// Asks a plug-in about a page that is fetched, summed up and written down: the last may be on the device alone.
fn asked(plugin: &[u8], limits: Limits) -> String {
    let plugin = Plugin::of("mine.wasm", plugin).expect("a plug-in");
    let plugin = plugin
        .under(Cost::Reference, Rules::Published)
        .within(limits);
    let world = World::published();
    let calls = world.calls("fetch; summarize_text; write_file");
    match plugin.plan(&calls, &world.view()) {
        Ok(plan) => world::letters(&plan, &calls),
        Err(why) => why.to_string(),
    }
}

#[track_caller]
fn check(plugin: &[u8], told: Expect) {
    told.assert_eq(&asked(plugin, Limits::default()));
}

/// The same with fuel for milliseconds.
#[track_caller]
fn check_soon(plugin: &[u8], told: Expect) {
    let limits = Limits {
        fuel: Count(5_000_000),
        ..Limits::default()
    };
    told.assert_eq(&asked(plugin, limits));
}

#[test]
fn a_plug_in_that_does_as_it_is_asked_is_obeyed() {
    check(&kit::answering(&[2, 1, 0]), expect!["C E D"]);
    check(&kit::answering(&[2, 2, 0]), expect!["C C D"]);
    check(
        &kit::refusing("I know\u{1b}[31m nothing\nof it".as_bytes()),
        expect!["the plug-in mine.wasm finds no plan: I know [31m nothing of it"],
    );
}

#[test]
fn a_tier_that_is_forbidden_unknown_missing_or_too_many_is_named_with_its_call() {
    check(
        &kit::answering(&[2, 2, 2]),
        expect![
            "scheduler mine.wasm: the plug-in places call 2 (filesystem.write_file) on cloud, which the published rules forbid: the reference pins it to device; mend it"
        ],
    );
    check(
        &kit::answering(&[0, 1, 1]),
        expect![
            "scheduler mine.wasm: the plug-in places call 2 (filesystem.write_file) on edge, which the published rules forbid: the reference pins it to device; mend it"
        ],
    );
    check(
        &kit::answering(&[0, 3, 0]),
        expect![
            "scheduler mine.wasm: the plug-in places call 1 (summarize.summarize_text) on tier 3, and was given 3 tiers, from 0 on; mend it"
        ],
    );
    check(
        &kit::answering(&[u32::MAX, 0, 0]),
        expect![
            "scheduler mine.wasm: the plug-in places call 0 (fetch.fetch) on tier 4294967295, and was given 3 tiers, from 0 on; mend it"
        ],
    );
    check(
        &kit::answering(&[2, 1]),
        expect![
            "scheduler mine.wasm: the plug-in gives call 2 (filesystem.write_file) no tier: its answer has 2 tiers for 3 calls; mend it"
        ],
    );
    check(
        &kit::answering(&[]),
        expect![
            "scheduler mine.wasm: the plug-in gives call 0 (fetch.fetch) no tier: its answer has 0 tiers for 3 calls; mend it"
        ],
    );
    check(
        &kit::answering(&[2, 1, 0, 0]),
        expect![
            "scheduler mine.wasm: the plug-in places call 3, and was asked about 3 calls, from 0 on; mend it"
        ],
    );
}

#[test]
fn what_never_ends_or_never_has_enough_is_ended() {
    check_soon(
        &kit::looping(),
        expect![
            "scheduler mine.wasm: the plug-in did not come to an end within 5,000,000 units of fuel, about as many instructions, for one plan; mend it"
        ],
    );
    // Filling memory is one instruction, and counts by the byte.
    check_soon(
        &kit::component(
            "(loop (memory.fill (i32.const 0) (i32.const 0) (i32.const 200000)) (br 0)) (i32.const 0)",
            &[],
        ),
        expect![
            "scheduler mine.wasm: the plug-in did not come to an end within 5,000,000 units of fuel, about as many instructions, for one plan; mend it"
        ],
    );
    check(
        &kit::component(
            "(loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable",
            &[],
        ),
        expect![
            "scheduler mine.wasm: the plug-in asked for more than 64.0 MB of memory, or for a table past every measure; mend it"
        ],
    );
    check(
        &kit::component("(call $deep (i32.const 0))", &[]),
        expect!["scheduler mine.wasm: the plug-in called itself deeper than its stack is; mend it"],
    );
    check(
        &kit::component(
            "(loop (call $say (i32.const 64) (i32.const 2)) (br 0)) (i32.const 0)",
            b"hi",
        ),
        expect![
            "scheduler mine.wasm: the plug-in said more than 16 times something for one plan; mend it"
        ],
    );
    // More than it has at all, before it does anything.
    let limits = Limits {
        memory: Bytes(1 << 10),
        ..Limits::default()
    };
    expect!["scheduler mine.wasm: the plug-in asked for more than 1.02 kB of memory, or for a table past every measure; mend it"].assert_eq(&asked(&kit::answering(&[2, 1, 0]), limits));
}

#[test]
fn what_ends_itself_is_told_with_its_last_words() {
    check(
        &kit::component("unreachable", &[]),
        expect![
            "scheduler mine.wasm: the plug-in ended without an answer: wasm trap: wasm `unreachable` instruction executed; mend it"
        ],
    );
    check(
        &kit::component(
            "(call $say (i32.const 64) (i32.const 12)) unreachable",
            b"I give\nup: 7",
        ),
        expect![
            "scheduler mine.wasm: the plug-in ended without an answer: wasm trap: wasm `unreachable` instruction executed; it said: I give up: 7; mend it"
        ],
    );
    check(
        &kit::component("(i32.div_u (i32.const 1) (i32.const 0))", &[]),
        expect![
            "scheduler mine.wasm: the plug-in ended without an answer: wasm trap: integer divide by zero; mend it"
        ],
    );
    check(
        &kit::component("(i32.load (i32.const -4))", &[]),
        expect![
            "scheduler mine.wasm: the plug-in ended without an answer: wasm trap: out of bounds memory access; mend it"
        ],
    );
}

#[test]
fn what_libraries_import_unasked_leads_nowhere() {
    check(
        &kit::exiting(),
        expect![
            "scheduler mine.wasm: the plug-in asked for wasi:cli/exit@0.2.0#exit, which is the world outside, and is given its question and nothing else; mend it"
        ],
    );
    check(
        &kit::with_files("(call $out (i32.const 32)) unreachable"),
        expect![
            "scheduler mine.wasm: the plug-in asked for wasi:filesystem/preopens@0.2.0#get-directories, which is file access, and is given its question and nothing else; mend it"
        ],
    );
    // Imported and left alone, as where a library would print.
    let alone = "(call $answer (i32.const 0) (i32.const 1024) (i32.const 3))";
    check(&kit::with_files(alone), expect!["D D D"]);
}

#[test]
fn an_answer_that_is_none_is_told() {
    // A list of eight million tiers, which are all there.
    check(
        &kit::component(
            "(drop (memory.grow (i32.const 512))) (call $answer (i32.const 0) (i32.const 0) (i32.const 8388608))",
            &[],
        ),
        expect![
            "scheduler mine.wasm: the plug-in said or answered more than 64.0 kB at once, where 3 calls were to be placed; mend it"
        ],
    );
    // A list that goes past the end of memory, and one that goes past the end of the numbers.
    check(
        &kit::component(
            "(call $answer (i32.const 0) (i32.const 64) (i32.const 1000000))",
            &[],
        ),
        expect![
            "scheduler mine.wasm: the plug-in ended without an answer: list pointer/length out of bounds of memory; mend it"
        ],
    );
    check(
        &kit::component(
            "(call $answer (i32.const 0) (i32.const 64) (i32.const -1))",
            &[],
        ),
        expect![
            "scheduler mine.wasm: the plug-in ended without an answer: list pointer/length out of bounds of memory; mend it"
        ],
    );
    check(
        &kit::component(
            "(call $answer (i32.const 7) (i32.const 64) (i32.const 1))",
            &[],
        ),
        expect![
            "scheduler mine.wasm: the plug-in ended without an answer: invalid expected discriminant; mend it"
        ],
    );
    check(
        &kit::component(
            "(call $answer (i32.const 0) (i32.const 65) (i32.const 1))",
            &[],
        ),
        expect![
            "scheduler mine.wasm: the plug-in ended without an answer: list pointer is not aligned; mend it"
        ],
    );
    check(
        &kit::component("(i32.const -8)", &[]),
        expect![
            "scheduler mine.wasm: the plug-in ended without an answer: pointer out of bounds of memory; mend it"
        ],
    );
    check(
        &kit::refusing(b"\xff\xfe"),
        expect![
            "scheduler mine.wasm: the plug-in ended without an answer: invalid utf-8 sequence of 1 bytes from index 0; mend it"
        ],
    );
    check(
        &kit::component(
            "(drop (memory.grow (i32.const 512))) (call $answer (i32.const 1) (i32.const 0) (i32.const 33554432))",
            &[],
        ),
        expect![
            "scheduler mine.wasm: the plug-in said or answered more than 64.0 kB at once, where 3 calls were to be placed; mend it"
        ],
    );
}

#[track_caller]
fn refused(bytes: &[u8], told: Expect) {
    let why = Plugin::of("mine.wasm", bytes).expect_err("no plug-in");
    // Where in the file it is said moves with every word of the WIT.
    let said = why.to_string();
    let plain = match said.split_once(" (at offset ") {
        Some((before, after)) => {
            before.to_owned() + after.split_once(')').map_or("", |(_, rest)| rest)
        }
        None => said,
    };
    told.assert_eq(&plain);
}

#[test]
fn what_is_no_plug_in_is_told_before_it_runs() {
    refused(b"", expect!["it is empty; build it again"]);
    refused(
        b"\0as",
        expect![
            "it does not begin as WebAssembly does; give what a compiler made for wasm32-wasip2"
        ],
    );
    refused(
        b"(component)",
        expect![
            "it does not begin as WebAssembly does; give what a compiler made for wasm32-wasip2"
        ],
    );
    refused(
        b"\x7fELF\x02\x01\x01",
        expect![
            "it does not begin as WebAssembly does; give what a compiler made for wasm32-wasip2"
        ],
    );
    let of = |text: &str| wat::parse_str(text).expect("WAT");
    refused(
        &of("(module)"),
        expect![
            "it is a core module, not a component; build it for wasm32-wasip2, or make a component of it with `wasm-tools component new`"
        ],
    );
    refused(
        &of("(component)"),
        expect![
            "no exported instance named `wasmmcp:plugin/scheduler@1.0.0`; build it for the world `plugin` of dispatcher/plugin/wit/scheduler.wit"
        ],
    );
    refused(
        &of(
            r#"(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f"))) (export "plan" (func $f)))"#,
        ),
        expect![
            "no exported instance named `wasmmcp:plugin/scheduler@1.0.0`; build it for the world `plugin` of dispatcher/plugin/wit/scheduler.wit"
        ],
    );
    refused(
        &kit::foreign(),
        expect![
            "failed to convert function to given type: type mismatch with results: expected `u32` found `u64`; build it for the world `plugin` of dispatcher/plugin/wit/scheduler.wit"
        ],
    );
    let whole = kit::answering(&[2, 1, 0]);
    refused(
        &whole[..whole.len() / 2],
        expect!["failed to parse WebAssembly module: unexpected end-of-file; build it again"],
    );
    refused(
        &whole[..7],
        expect!["failed to parse WebAssembly module: unexpected end-of-file; build it again"],
    );
    let spoilt: Vec<u8> = whole.iter().rev().copied().collect();
    refused(
        &[&whole[..8], &spoilt].concat(),
        expect!["failed to parse WebAssembly module: malformed section id: 50; build it again"],
    );
}

#[test]
fn what_would_reach_out_is_told_before_it_runs() {
    let importing = |name: &str| {
        let text = format!(r#"(component (import "{name}" (instance (export "f" (func)))))"#);
        wat::parse_str(text).expect("WAT")
    };
    refused(
        &importing("wasi:sockets/tcp@0.2.0"),
        expect![
            "it imports wasi:sockets/tcp@0.2.0, which is the network; a plug-in is given its question and nothing else"
        ],
    );
    refused(
        &importing("wasi:http/outgoing-handler@0.2.0"),
        expect![
            "it imports wasi:http/outgoing-handler@0.2.0, which is the network; a plug-in is given its question and nothing else"
        ],
    );
    refused(
        &importing("wasi:clocks/monotonic-clock@0.2.0"),
        expect![
            "it imports wasi:clocks/monotonic-clock@0.2.0, which is a clock; a plug-in is given its question and nothing else"
        ],
    );
    refused(
        &importing("wasi:random/random@0.2.0"),
        expect![
            "it imports wasi:random/random@0.2.0, which is random numbers; a plug-in is given its question and nothing else"
        ],
    );
    refused(
        &importing("acme:secrets/all"),
        expect![
            "it imports acme:secrets/all, which is not of its world; a plug-in is given its question and nothing else"
        ],
    );
    // What prints may be imported by what never prints; `say` is the world's, and must be what the world says.
    refused(
        &importing("wasi:cli/stderr@0.2.0"),
        expect![
            "no exported instance named `wasmmcp:plugin/scheduler@1.0.0`; build it for the world `plugin` of dispatcher/plugin/wit/scheduler.wit"
        ],
    );
    refused(
        &wat::parse_str(r#"(component (import "say" (func (param "n" u32))))"#).expect("WAT"),
        expect![
            "component imports function `say`, but a matching implementation was not found in the linker: type mismatch with parameters: expected `string` found `u32`; build it for the world `plugin` of dispatcher/plugin/wit/scheduler.wit"
        ],
    );
}

#[test]
fn a_path_that_is_no_plain_file_is_told_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let told = |path: &Path| {
        let why = Plugin::open(path).expect_err("no plug-in").to_string();
        why.replace(&folder.path().display().to_string(), "<here>")
    };
    expect!["<here>/none.wasm is no scheduler plug-in: it cannot be read: No such file or directory (os error 2); give a file that can"].assert_eq(&told(&at("none.wasm")));
    expect!["<here> is no scheduler plug-in: it is no regular file; give a Wasm component"]
        .assert_eq(&told(folder.path()));
    std::fs::write(at("a b.wasm"), "").expect("written");
    expect!["<here>/a b.wasm is no scheduler plug-in: its file name is what tables call it; rename it with at most 64 letters, digits, '-', '_' and '.'"].assert_eq(&told(&at("a b.wasm")));
    std::fs::write(at("empty.wasm"), "").expect("written");
    expect!["<here>/empty.wasm is no scheduler plug-in: it is empty; build it again"]
        .assert_eq(&told(&at("empty.wasm")));
    let long = std::fs::File::create(at("long.wasm")).expect("made");
    long.set_len(dispatcher::MOST_BYTES.0 + 1).expect("grown");
    expect!["<here>/long.wasm is no scheduler plug-in: it is longer than 4.00 MB; build it optimised, without debug information"].assert_eq(&told(&at("long.wasm")));
    std::fs::write(at("fine.wasm"), kit::answering(&[0])).expect("written");
    let fine = Plugin::open(&at("fine.wasm")).expect("a plug-in");
    assert_eq!(fine.name(), "fine.wasm");
}
