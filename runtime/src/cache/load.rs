//! From a file that somebody named to code that can be instantiated.

use super::compile::{CompileError, compile_sealed};
use super::{Store, mapped, seal};
use crate::clock;
use crate::engine::{processor, told};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Which cache to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CacheChoice {
    /// The user's own folder.
    #[default]
    Default,
    /// This folder.
    Folder(PathBuf),
    /// None: compile at each load.
    Off,
}

/// What the cache did for one load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheOutcome {
    /// The code was there.
    Hit,
    /// It was compiled and kept.
    Compiled,
    /// It was compiled and not kept.
    Off,
    /// The file named was precompiled itself.
    Precompiled,
}

impl CacheOutcome {
    /// One word, as it stands in reports.
    pub fn word(self) -> &'static str {
        match self {
            CacheOutcome::Hit => "hit",
            CacheOutcome::Compiled => "compiled",
            CacheOutcome::Off => "off",
            CacheOutcome::Precompiled => "precompiled",
        }
    }
}

/// Code in memory, and what it took to get it there.
pub struct LoadedCode {
    /// The code.
    pub component: Component,
    /// The precompiled file that is mapped; none where nothing was kept.
    pub path: Option<PathBuf>,
    /// What the cache did.
    pub cache: CacheOutcome,
    /// Spent compiling; zero on a hit.
    pub compile: Duration,
    /// Spent hashing, checking and mapping.
    pub load: Duration,
    /// What the user should know: a tampered file, a cache that could not be used.
    pub notes: Vec<String>,
}

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error(
        "cannot read {path}: {reason}; name a component file (.wasm) or a precompiled one (.cwasm)"
    )]
    Unreadable {
        /// As given.
        path: String,
        /// From the system.
        reason: String,
    },
    /// The file is something else.
    #[error("{path} is {what}; {remedy}")]
    Unacceptable {
        /// As given.
        path: String,
        /// What it is.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// This machine lacks something.
    #[error(transparent)]
    Machine(CompileError),
}

/// What to do where the file that was named cannot be made.
const NAME_A_FILE: &str =
    "name a file in a folder that you may write to and that has room, or free some memory";
/// What to do where a temporary file cannot be made.
const FREE_SPACE: &str = "free some space and memory, or name a folder that has some in TMPDIR";
const BUILD_AGAIN: &str = "build it again with `cargo build --target wasm32-wasip2`";

/// Loads a component, or code that was compiled from one, through the cache.
///
/// # Errors
///
/// A [`LoadError`] that names the file and the remedy. A cache that cannot be used is a note, not an error.
pub fn load(engine: &Engine, path: &Path, choice: &CacheChoice) -> Result<LoadedCode, LoadError> {
    let started = clock::now();
    let shown = || path.display().to_string();
    let unreadable = |error: std::io::Error| LoadError::Unreadable {
        path: shown(),
        reason: error.to_string(),
    };
    let file = File::open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(unreadable(std::io::Error::other("it is not a file")));
    }
    let bytes = mapped(&file).map_err(unreadable)?;
    if bytes.starts_with(b"\x7fELF") {
        drop(bytes);
        let component = checked(engine, &file).map_err(|what| LoadError::Unacceptable {
            path: shown(),
            what: format!("not precompiled code that can be run here: {what}"),
            remedy: "run `wasmmcp-runtime compile` on the component again",
        })?;
        return Ok(LoadedCode {
            component,
            path: Some(path.to_owned()),
            cache: CacheOutcome::Precompiled,
            compile: Duration::ZERO,
            load: clock::now() - started,
            notes: Vec::new(),
        });
    }
    recognise(&bytes).map_err(|(what, remedy)| LoadError::Unacceptable {
        path: shown(),
        what,
        remedy,
    })?;
    let key = key(&bytes);
    drop(bytes);

    let mut notes = Vec::new();
    let store = match choice {
        CacheChoice::Off => None,
        CacheChoice::Folder(folder) => open(folder, &mut notes),
        CacheChoice::Default => match Store::default_folder() {
            Some(folder) => open(&folder, &mut notes),
            None => {
                notes.push("running without a cache: neither XDG_CACHE_HOME nor HOME is set; name a folder with --cache".to_owned());
                None
            }
        },
    };
    let mut compile = Duration::ZERO;
    let mut found = None;
    if let Some(store) = &store {
        found = lookup(engine, store, &key, &mut notes)
            .map(|component| (component, CacheOutcome::Hit, Some(store.path(&key))));
        if found.is_none() {
            // One process compiles, the others wait for it and look again.
            match store.lock(&key) {
                Ok(_lock) => {
                    found = lookup(engine, store, &key, &mut Vec::new())
                        .map(|component| (component, CacheOutcome::Hit, Some(store.path(&key))));
                    if found.is_none() {
                        let begun = clock::now();
                        found = compile_into(engine, store, (path, &file), &key, &mut notes)?.map(
                            |component| (component, CacheOutcome::Compiled, Some(store.path(&key))),
                        );
                        compile += clock::now() - begun;
                    }
                }
                Err(error) => notes.push(without(&store.path(&key), &error.to_string())),
            }
        }
    }
    let (component, cache, kept) = match found {
        Some(found) => found,
        None => {
            let begun = clock::now();
            let component = compile_away(engine, (path, &file))?;
            compile += clock::now() - begun;
            (component, CacheOutcome::Off, None)
        }
    };
    Ok(LoadedCode {
        component,
        path: kept,
        cache,
        compile,
        load: (clock::now() - started).saturating_sub(compile),
        notes,
    })
}

/// Tells a component from everything else by its first eight bytes.
fn recognise(bytes: &[u8]) -> Result<(), (String, &'static str)> {
    match bytes {
        [b'\0', b'a', b's', b'm', _, _, 1, 0, ..] => Ok(()),
        [b'\0', b'a', b's', b'm', 1, 0, 0, 0, ..] => Err((
            "a core module, not a component".to_owned(),
            "build it with `--target wasm32-wasip2`, which makes components",
        )),
        [b'\0', b'a', b's', b'm', ..] => Err((
            "WebAssembly of an unknown kind or cut short".to_owned(),
            BUILD_AGAIN,
        )),
        [] => Err(("empty".to_owned(), BUILD_AGAIN)),
        _ => Err((
            "not WebAssembly".to_owned(),
            "name a component, which `cargo build --target wasm32-wasip2` makes",
        )),
    }
}

/// Content, settings, processor and version: what decides whether code may be used again.
fn key(component: &[u8]) -> String {
    // A digest that nobody can aim at: whoever made two components of one key would have one run as the other.
    let mut hasher = blake3::Hasher::new();
    hasher.update(seal::MARK);
    // Besides this, wasmtime refuses code that another version of it or another configuration made.
    for part in [env!("CARGO_PKG_VERSION"), &told().join(";"), &processor()] {
        hasher.update(part.as_bytes());
        hasher.update(b"\0");
    }
    hasher.update(component);
    hasher.finalize().to_hex().as_str()[..40].to_owned()
}

fn open(folder: &Path, notes: &mut Vec<String>) -> Option<Store> {
    match Store::open(folder) {
        Ok(store) => Some(store),
        Err(error) => {
            notes.push(without(folder, &error.to_string()));
            None
        }
    }
}

fn without(folder: &Path, why: &str) -> String {
    format!(
        "running without a cache, compiling at each start: {}: {why}; name another folder with --cache",
        folder.display()
    )
}

fn lookup(engine: &Engine, store: &Store, key: &str, notes: &mut Vec<String>) -> Option<Component> {
    let file = match store.open_code(key) {
        Ok(file) => file,
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound {
                notes.push(format!(
                    "refused the cached file {}: {error}; compiling it again",
                    store.path(key).display()
                ));
            }
            return None;
        }
    };
    match checked(engine, &file) {
        Ok(component) => Some(component),
        Err(why) => {
            notes.push(format!(
                "refused the cached file {}: {why}; compiling it again",
                store.path(key).display()
            ));
            None
        }
    }
}

fn compile_into(
    engine: &Engine,
    store: &Store,
    (component, opened): (&Path, &File),
    key: &str,
    notes: &mut Vec<String>,
) -> Result<Option<Component>, LoadError> {
    let scratch = store.scratch(key);
    let mut made = compile_sealed(opened, &scratch, FREE_SPACE);
    // What was written over meanwhile must not be kept under what it was.
    if made.is_ok() && !mapped(opened).is_ok_and(|bytes| self::key(&bytes) == key) {
        let what = "it changed while it was compiled".to_owned();
        made = Err(CompileError::Component(what));
    }
    let kept = match made {
        Ok(()) => store
            .publish(&scratch, key)
            .map_err(|error| error.to_string()),
        Err(CompileError::Component(what)) => {
            let _ = std::fs::remove_file(&scratch);
            return Err(fault(component, what));
        }
        Err(error @ CompileError::Missing { .. }) => return Err(LoadError::Machine(error)),
        Err(CompileError::Machine { why, .. }) => Err(why),
    };
    match kept {
        Ok(path) => match File::open(&path)
            .map_err(|error| error.to_string())
            .and_then(|file| checked(engine, &file))
        {
            Ok(component) => Ok(Some(component)),
            Err(why) => {
                notes.push(without(&path, &why));
                Ok(None)
            }
        },
        Err(why) => {
            let _ = std::fs::remove_file(&scratch);
            notes.push(without(&scratch, &why));
            Ok(None)
        }
    }
}

/// Compiles `component` into the file `output`, whatever was there.
///
/// # Errors
///
/// As [`load`]; a file that cannot be written is the machine's fault.
pub fn compile_to(engine: &Engine, component: &Path, output: &Path) -> Result<(), LoadError> {
    let remedy = NAME_A_FILE;
    let machine = |why: String| LoadError::Machine(CompileError::Machine { why, remedy });
    let mut name = output.as_os_str().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let scratch = PathBuf::from(name);
    let opened = File::open(component).map_err(|error| LoadError::Unreadable {
        path: component.display().to_string(),
        reason: error.to_string(),
    })?;
    let made = compile_sealed(&opened, &scratch, remedy)
        .map_err(|error| match error {
            CompileError::Component(what) => fault(component, what),
            other => LoadError::Machine(other),
        })
        .and_then(|()| {
            let file = File::open(&scratch).map_err(|error| machine(error.to_string()))?;
            checked(engine, &file).map_err(machine)?;
            std::fs::rename(&scratch, output)
                .map_err(|error| machine(format!("cannot write {}: {error}", output.display())))
        });
    if made.is_err() {
        let _ = std::fs::remove_file(&scratch);
    }
    made
}

/// Compiles into a temporary file that is gone as soon as it is mapped.
fn compile_away(
    engine: &Engine,
    (component, opened): (&Path, &File),
) -> Result<Component, LoadError> {
    let remedy = FREE_SPACE;
    let machine = |why: String| LoadError::Machine(CompileError::Machine { why, remedy });
    let folder = tempfile::tempdir().map_err(|error| machine(error.to_string()))?;
    let target = folder.path().join("component.cwasm");
    compile_sealed(opened, &target, remedy).map_err(|error| match error {
        CompileError::Component(what) => fault(component, what),
        other => LoadError::Machine(other),
    })?;
    let file = File::open(&target).map_err(|error| machine(error.to_string()))?;
    checked(engine, &file).map_err(machine)
}

fn fault(component: &Path, what: String) -> LoadError {
    LoadError::Unacceptable {
        path: component.display().to_string(),
        what: format!("not a whole, valid component: {what}"),
        remedy: BUILD_AGAIN,
    }
}

/// Maps code whose seal holds; the text says why not.
fn checked(engine: &Engine, file: &File) -> Result<Component, String> {
    seal::check(file).map_err(|error| error.to_string())?;
    // By descriptor, so that what is mapped is the very file that was checked.
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    #[expect(
        unsafe_code,
        reason = "the file was made by our compiler for these settings, is whole by its seal, and wasmtime checks version and settings"
    )]
    let component = unsafe { Component::deserialize_file(engine, &path) };
    component.map_err(|error| format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_files_are_told_apart() {
        assert!(recognise(b"\0asm\x0d\0\x01\0").is_ok());
        for (bytes, said) in [
            (&b"\0asm\x01\0\0\0"[..], "a core module"),
            (b"\0asm\x0d", "cut short"),
            (b"", "empty"),
            (b"#!/bin/sh\n", "not WebAssembly"),
        ] {
            let (what, _) = recognise(bytes).expect_err("refused");
            assert!(what.contains(said), "{what}");
        }
    }

    #[test]
    fn the_key_depends_on_the_content() {
        assert_ne!(key(b"a"), key(b"b"));
        assert_eq!(key(b"a"), key(b"a"));
    }
}
