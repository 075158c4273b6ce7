//! Plug-ins of a few instructions each, made into components here: most of them misbehave.
#![allow(
    dead_code,
    reason = "each test binary uses its own part of what they share"
)]

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

const WIT: &str = include_str!("../../plugin/wit/scheduler.wit");

/// A component of world `plugin` whose `plan` has this body; the question's address is its parameter. `$answer` makes an answer
/// of 0 for tiers or 1 for a reason, an address and a length; `data` lies at address 64.
pub fn component(body: &str, data: &[u8]) -> Vec<u8> {
    encoded(&module("", body, data), &[WIT], "wasmmcp:plugin/plugin")
}

/// One that ends the process when it is asked, as far as it goes.
pub fn exiting() -> Vec<u8> {
    let exit = "package wasi:cli@0.2.0; interface exit { exit: func(status: result); }";
    let body = "(call $out (i32.const 0)) unreachable";
    reaching(exit, "wasi:cli/exit@0.2.0", "exit", body)
}

/// One that imports file access, and does this; `$out` asks for the directories that it was given.
pub fn with_files(body: &str) -> Vec<u8> {
    let files = "package wasi:filesystem@0.2.0;
        interface types { resource descriptor; }
        interface preopens {
            use types.{descriptor};
            get-directories: func() -> list<tuple<own<descriptor>, string>>;
        }";
    reaching(
        files,
        "wasi:filesystem/preopens@0.2.0",
        "get-directories",
        body,
    )
}

/// One that imports a function of one word that this text describes, as `$out`.
fn reaching(wit: &str, interface: &str, function: &str, body: &str) -> Vec<u8> {
    let world = format!(
        "package acme:mine; world mine {{ import {interface}; include wasmmcp:plugin/plugin@1.0.0; }}"
    );
    let import = format!(r#"(import "{interface}" "{function}" (func $out (param i32)))"#);
    encoded(
        &module(&import, body, &[]),
        &[WIT, wit, &world],
        "acme:mine/mine",
    )
}

/// One of a world like ours in which tiers are longer numbers.
pub fn foreign() -> Vec<u8> {
    let wit = WIT.replace("result<list<u32>, string>", "result<list<u64>, string>");
    assert_ne!(wit, WIT);
    let body = "(call $answer (i32.const 0) (i32.const 64) (i32.const 0))";
    encoded(&module("", body, &[]), &[&wit], "wasmmcp:plugin/plugin")
}

fn module(import: &str, body: &str, data: &[u8]) -> String {
    let data: String = data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!(
        r#"(module
            (import "$root" "say" (func $say (param i32 i32)))
            {import}
            (memory (export "memory") 4)
            (data (i32.const 64) "{data}")
            (global $free (mut i32) (i32.const 65536))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and
                    (i32.add (global.get $free) (i32.sub (local.get 2) (i32.const 1)))
                    (i32.sub (i32.const 0) (local.get 2))))
                (global.set $free (i32.add (local.get $at) (local.get 3)))
                (block $fits
                    (br_if $fits (i32.le_u
                        (global.get $free) (i32.mul (memory.size) (i32.const 65536))))
                    (drop (memory.grow (i32.add (i32.const 1)
                        (i32.shr_u (local.get 3) (i32.const 16))))))
                (local.get $at))
            (func $answer (param $is i32) (param $at i32) (param $length i32) (result i32)
                (i32.store8 (i32.const 16) (local.get $is))
                (i32.store (i32.const 20) (local.get $at))
                (i32.store (i32.const 24) (local.get $length))
                (i32.const 16))
            (func $deep (param i32) (result i32)
                (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))
            (func (export "wasmmcp:plugin/scheduler@1.0.0#plan") (param i32) (result i32)
                {body}))"#
    )
}

/// One that answers these tiers, whatever it is asked.
pub fn answering(tiers: &[u32]) -> Vec<u8> {
    let data: Vec<u8> = tiers.iter().flat_map(|tier| tier.to_le_bytes()).collect();
    let length = tiers.len();
    component(
        &format!("(call $answer (i32.const 0) (i32.const 64) (i32.const {length}))"),
        &data,
    )
}

/// One that finds no plan, for this reason.
pub fn refusing(why: &[u8]) -> Vec<u8> {
    let length = why.len();
    component(
        &format!("(call $answer (i32.const 1) (i32.const 64) (i32.const {length}))"),
        why,
    )
}

/// What never ends.
pub fn looping() -> Vec<u8> {
    component("(loop (br 0)) (i32.const 0)", &[])
}

fn encoded(module: &str, wit: &[&str], world: &str) -> Vec<u8> {
    let mut module = wat::parse_str(module).expect("a module");
    let mut resolve = Resolve::default();
    let packages: Vec<_> = wit
        .iter()
        .map(|text| resolve.push_str("world.wit", text).expect("WIT"))
        .collect();
    let world = resolve
        .select_world(&packages, Some(world))
        .expect("a world");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("a world can be embedded");
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(|mut encoder| encoder.encode())
        .expect("a component")
}
