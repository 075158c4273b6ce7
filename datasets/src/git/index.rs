//! The index, version 2, with the cache of trees that `git read-tree` leaves in it.
//!
//! An entry has its file's size and modification time, and zero for what no generator can know (change time, device, inode, owner); the
//! repository's configuration says `checkStat = minimal`, so that git compares just the two. The index is younger than its files, or none of
//! them could be trusted.
use std::collections::BTreeSet;

use super::history::{File, Files, subtree};
use super::object::{Id, Kind, checksum, name};

/// The index of these files. `staged` are paths that differ from the last commit, whose trees are therefore not known.
pub(super) fn index(files: &Files, staged: &BTreeSet<String>, modified: u32) -> Vec<u8> {
    let mut out = b"DIRC\0\0\0\x02".to_vec();
    out.extend_from_slice(&(files.len() as u32).to_be_bytes());
    for (path, file) in files {
        entry(&mut out, path, file, modified);
    }
    let all: Vec<(&str, &File)> = files
        .iter()
        .map(|(path, file)| (path.as_str(), file))
        .collect();
    let mut trees = Vec::new();
    cached(&mut trees, "", "", &all, staged);
    out.extend_from_slice(b"TREE");
    out.extend_from_slice(&(trees.len() as u32).to_be_bytes());
    out.extend_from_slice(&trees);
    let sum = checksum(&out);
    out.extend_from_slice(&sum);
    out
}

fn entry(out: &mut Vec<u8>, path: &str, file: &File, modified: u32) {
    let begin = out.len();
    let numbers = [
        0, // change time, seconds and nanoseconds
        0,
        modified,
        0,
        0, // device
        0, // inode
        file.mode.number(),
        0, // user
        0, // group
        file.content.len() as u32,
    ];
    for number in numbers {
        out.extend_from_slice(&number.to_be_bytes());
    }
    out.extend_from_slice(&file.id.0);
    out.extend_from_slice(&(path.len().min(0xfff) as u16).to_be_bytes());
    out.extend_from_slice(path.as_bytes());
    // one to eight NUL, to a multiple of eight
    let length = out.len() - begin;
    out.resize(begin + (length / 8 + 1) * 8, 0);
}

/// A folder's record and then those of the folders in it, by length and then by name, as git keeps them.
fn cached(
    out: &mut Vec<u8>,
    name_here: &str,
    folder: &str,
    files: &[(&str, &File)],
    staged: &BTreeSet<String>,
) {
    let mut folders: Vec<&str> = files
        .iter()
        .filter_map(|(path, _)| Some(path[folder.len()..].split_once('/')?.0))
        .collect();
    folders.dedup();
    folders.sort_by_key(|name| (name.len(), *name));
    let known = !staged.iter().any(|path| path.starts_with(folder));
    let count = if known {
        files.len().to_string()
    } else {
        "-1".to_owned()
    };
    out.extend_from_slice(format!("{name_here}\0{count} {}\n", folders.len()).as_bytes());
    if known {
        out.extend_from_slice(&tree_name(folder, files).0);
    }
    for name in folders {
        let below = format!("{folder}{name}/");
        let begin = files.partition_point(|(path, _)| *path < below.as_str());
        let inside: Vec<(&str, &File)> = files[begin..]
            .iter()
            .take_while(|(path, _)| path.starts_with(&below))
            .copied()
            .collect();
        cached(out, name, &below, &inside, staged);
    }
}

fn tree_name(folder: &str, files: &[(&str, &File)]) -> Id {
    subtree(folder, files, &mut |_, content| name(Kind::Tree, &content))
}
