//! The targets: each takes any bytes, and panics where an answer breaks a rule that holds for every input.

mod edit_file;
mod git;
mod html;
mod http_headers;
mod image;
mod import;
mod json_rpc;
mod log_line;
mod otlp;
mod placed;
mod profile;
mod record;
mod scenario;
mod tape;
mod trace;

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

/// One target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// What it is called on the command line and in the log.
    pub name: &'static str,
    /// Feeds it one input.
    ///
    /// # Panics
    /// When an answer breaks a rule: that is what is looked for.
    pub feed: fn(&[u8]),
    /// The longest input that is tried, in bytes: what is slow is tried small, so that more is tried.
    pub longest: usize,
    /// Whether an input is kept as well for bringing two compared values closer together. It finds magic numbers and lengths of
    /// binary formats, and more than halves the speed.
    pub compares: bool,
    /// Words of its language, for the mutations.
    pub words: &'static [&'static str],
}

/// All of them.
pub const TARGETS: &[Target] = &[
    json_rpc::TARGET,
    http_headers::TARGET,
    log_line::TARGET,
    image::TARGET,
    edit_file::TARGET,
    html::TARGET,
    git::TARGET,
    trace::TARGET,
    scenario::TARGET,
    otlp::TARGET,
    tape::TARGET,
    profile::TARGET,
    record::TARGET,
];

/// The target of this name.
pub fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

static PLANTED: AtomicBool = AtomicBool::new(false);

/// Plants one fault in every target, behind what its first checks let through: a fuzzer that does not find it would not find others.
pub fn plant() {
    PLANTED.store(true, Ordering::Relaxed);
}

/// Fails where the fault was planted and this input reached it.
///
/// # Panics
/// Then.
fn planted(reached: impl FnOnce() -> bool) {
    assert!(
        !PLANTED.load(Ordering::Relaxed) || !reached(),
        "the planted fault was reached"
    );
}

/// Whether a tool's name has a character that no seed's has. Any byte of such a name leads there: a fault behind one letter of one
/// place is found after a million inputs or after ten, which is no test.
fn unusual(tool: &str) -> bool {
    !tool
        .chars()
        .all(|char| char.is_ascii_lowercase() || char == '_')
}

/// Holds a refusal to what each has to have: its parts, and a line that a terminal shows as it is.
///
/// # Panics
/// When one is missing.
fn refused(said: &str, parts: &[&str]) {
    let is_there = |part: &&str| !part.trim().is_empty();
    assert!(parts.iter().all(is_there), "it says too little: {said}");
    remedied(said);
}

/// Holds what is said of an input to one line of some length that ends in what to do.
///
/// # Panics
/// When it does not.
fn remedied(said: &str) {
    assert!(said.contains("; "), "no remedy: {said}");
    assert!(said.len() < 20_000, "it has {} bytes", said.len());
    assert!(
        !said.chars().any(char::is_control),
        "a terminal would obey it: {said:?}"
    );
}

/// Calls a tool in process, as a message on the older wire, and gives the result.
///
/// # Panics
/// When there is no answer, or it is neither a result nor an error.
fn call(server: &'static wasmmcp::Server, tool: &str, arguments: &Value) -> Option<Value> {
    let message = serde_json::json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": tool, "arguments": arguments},
    });
    let mut answer = Vec::new();
    wasmmcp::engine::Engine::new(server).handle_bytes(
        message.to_string().as_bytes(),
        &mut wasmmcp::link::Nowhere,
        &mut answer,
    );
    let mut answer: Value = serde_json::from_slice(&answer).expect("the answer is JSON");
    let result = answer["result"].take();
    assert!(
        result.is_object() || answer["error"].is_object(),
        "neither a result nor an error: {answer}"
    );
    (result.is_object() && result["isError"] != true).then_some(result)
}

/// A folder of this process in memory.
fn folder() -> &'static std::path::Path {
    static FOLDER: std::sync::OnceLock<tempfile::TempDir> = std::sync::OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        // A million files are written: in memory, where there is such a place.
        let memory = tempfile::tempdir_in("/dev/shm");
        let place = memory.or_else(|_| tempfile::tempdir());
        place.expect("a temporary folder can be made")
    });
    folder.path()
}
