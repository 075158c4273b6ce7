//! How a plug-in is compiled, linked and asked: an instance a plan, with nothing but its question.

use std::fmt;

use record::{Bytes, Count};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, Store, Trap};

use crate::bindings::exports::wasmmcp::plugin::scheduler::Question;
use crate::bindings::{Plugin, PluginImports, PluginPre};
use crate::fault::{Fault, Unfit, plain};
use crate::meter::{Limits, Meter};

/// How often a plug-in may say something for one plan.
const MOST_SAID: u64 = 16;
/// How many letters of what it says, or of what is said of it, are shown.
const MOST_LETTERS: usize = 400;
/// What an answer may hold besides four bytes a call: the words of one that finds no plan.
const WORDS: u64 = 64_000;
/// How wasmtime calls what is larger than [`Store::set_hostcall_fuel`] allows; its error has no public type.
const TOO_MUCH: &str = "fuel allocated for hostcalls has been exhausted";
/// How wasmtime calls an import of [`Linker::define_unknown_imports_as_traps`].
const UNDEFINED: (&str, &str) = ("unknown import: `", "` has not been defined");

/// Interfaces that languages' libraries import for printing and ending, asked for or not; the C library that Debian has counts
/// files among them. They may be imported and lead nowhere: the first call ends the plug-in.
const IDLE: [(&str, &str); 3] = [
    ("wasi:cli/", "the world outside"),
    ("wasi:io/", "the world outside"),
    ("wasi:filesystem/", "file access"),
];
/// Interfaces that nobody imports unasked.
const DENIED: [(&str, &str); 4] = [
    ("wasi:sockets/", "the network"),
    ("wasi:http/", "the network"),
    ("wasi:clocks/", "a clock"),
    ("wasi:random/", "random numbers"),
];

/// What the host keeps for one instance.
pub(crate) struct Guest {
    meter: Meter,
    said: Vec<String>,
}

/// It said too much.
#[derive(Debug)]
struct Talkative;

impl fmt::Display for Talkative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("said too much")
    }
}

impl std::error::Error for Talkative {}

impl PluginImports for Guest {
    fn say(&mut self, text: String) -> wasmtime::Result<()> {
        // A call of the host costs the guest next to no fuel.
        if u64::try_from(self.said.len()).unwrap_or(u64::MAX) >= MOST_SAID {
            return Err(wasmtime::Error::new(Talkative));
        }
        self.said.push(plain(&text, MOST_LETTERS));
        Ok(())
    }
}

/// Compiles a component and sees to it that it is a plug-in.
///
/// # Errors
/// When it does not validate, imports what no plug-in is given, or is of another world.
pub(crate) fn ready(bytes: &[u8]) -> Result<PluginPre<Guest>, Unfit> {
    let words = |error: &wasmtime::Error| plain(&format!("{error:#}"), MOST_LETTERS);
    let engine = Engine::new(&settings()).map_err(|error| Unfit::Host(words(&error)))?;
    let component =
        Component::from_binary(&engine, bytes).map_err(|error| Unfit::Invalid(words(&error)))?;
    for (name, _) in component.component_type().imports(&engine) {
        if let Some(what) = denied(name) {
            return Err(Unfit::Import {
                name: plain(name, MOST_LETTERS),
                what,
            });
        }
    }
    let of_world = |error: wasmtime::Error| Unfit::World(words(&error));
    let mut linker = Linker::new(&engine);
    Plugin::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest).map_err(of_world)?;
    linker
        .define_unknown_imports_as_traps(&component)
        .map_err(of_world)?;
    let linked = linker.instantiate_pre(&component).map_err(of_world)?;
    let plugin = PluginPre::new(linked).map_err(of_world)?;
    // What its function takes and gives is known of an instance only, and one that cannot begin is no plug-in.
    let limits = Limits::default();
    let mut store = store(&plugin, &limits);
    match plugin.instantiate(&mut store) {
        Ok(_) => Ok(plugin),
        Err(error) => Err(Unfit::World(match limit(&error, store.data(), &limits) {
            Some(fault) => format!("it {fault}"),
            None => words(&error),
        })),
    }
}

/// A store for one instance, with its limits.
fn store(plugin: &PluginPre<Guest>, limits: &Limits) -> Store<Guest> {
    let guest = Guest {
        meter: Meter::new(limits),
        said: Vec::new(),
    };
    let mut store = Store::new(plugin.engine(), guest);
    store.limiter(|guest| &mut guest.meter);
    store
        .set_fuel(limits.fuel.0)
        .expect("the settings say that fuel is counted");
    store
}

/// What everything depends on that has to be the same on every machine.
fn settings() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        // Otherwise the bits of a NaN are the processor's.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .concurrency_support(false)
        .wasm_backtrace_max_frames(None)
        .max_wasm_stack(512 << 10);
    config
}

/// What an import is that no plug-in may have; `None` for one that it may.
fn denied(import: &str) -> Option<&'static str> {
    if import == "say" || find(&IDLE, import).is_some() {
        return None;
    }
    Some(find(&DENIED, import).unwrap_or("not of its world"))
}

fn find(known: &[(&str, &'static str)], import: &str) -> Option<&'static str> {
    let found = known.iter().find(|(prefix, _)| import.starts_with(prefix));
    found.map(|(_, what)| *what)
}

/// Has a fresh instance answer a question: the tier of each call, or why there is no plan.
///
/// # Errors
/// When it does not come to an answer within its limits.
pub(crate) fn ask(
    plugin: &PluginPre<Guest>,
    limits: &Limits,
    question: &Question,
) -> Result<Result<Vec<u32>, String>, Fault> {
    let mut store = store(plugin, limits);
    let calls = u64::try_from(question.calls.len()).unwrap_or(u64::MAX);
    let answer = calls.saturating_mul(4).saturating_add(WORDS);
    store.set_hostcall_fuel(usize::try_from(answer).unwrap_or(usize::MAX));
    let answered = plugin.instantiate(&mut store).and_then(|instance| {
        let scheduler = instance.wasmmcp_plugin_scheduler();
        scheduler.call_plan(&mut store, question)
    });
    match answered {
        Ok(Ok(tiers)) => Ok(Ok(tiers)),
        Ok(Err(why)) => Ok(Err(plain(&why, MOST_LETTERS))),
        Err(error) => Err(match limit(&error, store.data(), limits) {
            Some(fault) => fault,
            None if format!("{error:#}").contains(TOO_MUCH) => {
                Fault::Answer(Bytes(answer), Count(calls))
            }
            None => ended(&error, store.data()),
        }),
    }
}

/// The limit that it ran into.
fn limit(error: &wasmtime::Error, guest: &Guest, limits: &Limits) -> Option<Fault> {
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => return Some(Fault::Fuel(limits.fuel)),
        Some(Trap::StackOverflow) => return Some(Fault::Stack),
        _ => {}
    }
    if guest.meter.refused() {
        return Some(Fault::Memory(limits.memory));
    }
    error
        .is::<Talkative>()
        .then_some(Fault::Said(Count(MOST_SAID)))
}

/// How it ended by itself, with what it said of that.
fn ended(error: &wasmtime::Error, guest: &Guest) -> Fault {
    let why = error.root_cause().to_string();
    let (before, after) = UNDEFINED;
    let asked = why
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after));
    if let Some(asked) = asked {
        return Fault::Asked {
            name: plain(asked, MOST_LETTERS),
            what: find(&IDLE, asked).unwrap_or("not of its world"),
        };
    }
    let why = plain(&why, MOST_LETTERS);
    Fault::Ended(match guest.said.is_empty() {
        true => why,
        false => format!("{why}; it said: {}", guest.said.join(" / ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_idle_or_denied_by_name() {
        for idle in [
            "say",
            "wasi:cli/stderr@0.2.0",
            "wasi:io/streams@0.2.12",
            "wasi:filesystem/types@0.2.3",
        ] {
            assert_eq!(denied(idle), None, "{idle}");
        }
        for (import, what) in [
            ("wasi:sockets/tcp@0.2.0", "the network"),
            ("wasi:http/outgoing-handler@0.2.0", "the network"),
            ("wasi:clocks/wall-clock@0.2.0", "a clock"),
            ("wasi:random/insecure-seed@0.2.0", "random numbers"),
            ("wasi:cliff/edge", "not of its world"),
            ("said", "not of its world"),
            ("", "not of its world"),
        ] {
            assert_eq!(denied(import), Some(what), "{import}");
        }
    }
}
