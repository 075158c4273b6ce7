//! Finds a scenario or trace by the word of a person: as given, then in its room.

use std::path::{Path, PathBuf};

use crate::Refused;

/// A trace's file: `mine/x.json` as given; `s4.json` and `s4` in `scenarios/traces/` of the checkout too.
///
/// # Errors
/// Says which traces there are.
pub fn trace(root: &Path, word: &str) -> Result<PathBuf, Refused> {
    find(&root.join("scenarios/traces"), word, "json")
}

/// A scenario's file: `mine/x.toml` as given; `s4.toml` and `s4` in `scenarios/` of the checkout too.
///
/// # Errors
/// Says which scenarios there are.
pub fn scenario(root: &Path, word: &str) -> Result<PathBuf, Refused> {
    find(&root.join("scenarios"), word, "toml")
}

fn find(room: &Path, word: &str, ending: &str) -> Result<PathBuf, Refused> {
    let given = Path::new(word);
    let is_bare = given.components().count() == 1;
    let mut places = vec![given.to_owned()];
    if is_bare {
        places.push(room.join(word));
        places.push(room.join(format!("{word}.{ending}")));
    }
    if let Some(found) = places.into_iter().find(|path| path.is_file()) {
        return Ok(found);
    }
    let there = names(room, ending);
    Err(Refused::whole(
        word,
        "is no file",
        match there.is_empty() {
            true => format!("give the path of a .{ending} file"),
            false => format!("give a path, or one of {}", there.join(", ")),
        },
    ))
}

/// The files with this ending in a room, without it, in order.
pub fn names(room: &Path, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(room).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(&format!(".{ending}"))?.to_owned()))
        .filter(|name| name != "Cargo")
        .collect();
    names.sort_unstable();
    names
}
