//! `clean`: takes away what the other commands have left on this machine.

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use container::{Engine, Undo};
use harness::clock::wall;
use harness::exit::Exit;
use harness::noise::Lock;
use harness::place;
use record::{Bytes, Timestamp};
use serde_json::json;
use toolchain::process::bytes_below;

use super::Global;

/// Removes the cache, our images and containers, and what --setup installed; says beforehand what and how large.
///
/// Asks on a terminal; elsewhere it removes only with --yes. Records stay (`harness runs prune` removes those), and so does what
/// cargo built (`cargo clean`), and a target that `rustup` installed (`rustup target remove wasm32-wasip2`).
#[derive(Args)]
pub struct Arguments {
    /// Removes without asking.
    #[arg(long)]
    yes: bool,
}

/// What there is to remove.
struct Found {
    engine: Option<Engine>,
    /// The engine's name of each image, our name, and its size.
    images: Vec<(String, String, u64)>,
    undo: Undo,
    /// Entries of the cache.
    entries: Vec<(PathBuf, u64)>,
}

/// Tells, asks, removes.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let cache = place::cache()?;
    // Whoever measures needs all of it.
    let lock = Lock::take(&cache, "clean", Timestamp::from(wall()))?;
    let mut failed = Vec::new();
    let found = Found::on_this_machine(&cache, &mut failed);
    let plan = found.told();
    if global.json {
        println!("{}", json!({"removes": plan, "unknown": failed}));
    } else {
        for line in &plan {
            println!("{line}");
        }
    }
    for why in &failed {
        eprintln!("{why}");
    }
    if plan.is_empty() {
        eprintln!("there is nothing to remove");
        return Ok(Exit::Done);
    }
    if !own.yes && !agreed() {
        eprintln!("nothing was removed; --yes removes it");
        return Ok(Exit::Done);
    }
    failed.clear();
    found.remove(&mut failed);
    drop(lock);
    for why in &failed {
        eprintln!("{why}");
    }
    Ok(match failed.is_empty() {
        true => Exit::Done,
        false => Exit::Lacking,
    })
}

/// Whether somebody is there and says yes.
fn agreed() -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    eprint!("remove all of this? [y/N] ");
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.is_ok() && ["y", "yes"].contains(&line.trim().to_lowercase().as_str())
}

impl Found {
    fn on_this_machine(cache: &Path, failed: &mut Vec<String>) -> Found {
        let engine = match Engine::find() {
            Ok(engine) => Some(engine),
            Err(missing) => {
                failed.push(format!("images cannot be looked for: {missing}"));
                None
            }
        };
        let images = engine.as_ref().map(Engine::images).transpose();
        let images = images.unwrap_or_else(|failure| {
            failed.push(failure.to_string());
            None
        });
        let listed = std::fs::read_dir(cache).into_iter().flatten().flatten();
        let mut entries: Vec<PathBuf> = listed.map(|entry| entry.path()).collect();
        entries.sort();
        // This command holds it.
        entries.retain(|path| !path.ends_with("measuring.lock"));
        let sized = |path: PathBuf| {
            let size = match path.symlink_metadata() {
                Ok(meta) if meta.is_dir() => bytes_below(&path),
                Ok(meta) => meta.len(),
                Err(_) => 0,
            };
            (path, size)
        };
        Found {
            engine,
            images: images.unwrap_or_default(),
            undo: Undo::of(cache),
            entries: entries.into_iter().map(sized).collect(),
        }
    }

    /// What would be done, a line each.
    fn told(&self) -> Vec<String> {
        let images = self.images.iter();
        let images =
            images.map(|(_, name, size)| format!("{:>9}  image {name}", Bytes(*size).to_string()));
        let undo = self.undo.told().into_iter();
        let undo = undo.map(|line| format!("{:>9}  {line}", ""));
        let entries = self.entries.iter();
        let entries = entries
            .map(|(path, size)| format!("{:>9}  {}", Bytes(*size).to_string(), path.display()));
        let mut lines: Vec<String> = images.chain(undo).chain(entries).collect();
        if !lines.is_empty() {
            let images = self.images.iter().map(|(_, _, size)| size);
            let total: u64 = images
                .chain(self.entries.iter().map(|(_, size)| size))
                .sum();
            lines.push(format!(
                "{:>9}  together, at most: images share layers, and may lie in the cache",
                Bytes(total).to_string()
            ));
        }
        lines
    }

    fn remove(&self, failed: &mut Vec<String>) {
        if let Some(engine) = &self.engine {
            let cache = place::cache();
            if let Some(Err(failure)) = cache.ok().map(|cache| engine.reap(&cache)) {
                failed.push(failure.to_string());
            }
            for (id, name, _) in &self.images {
                match engine.forget(id) {
                    Ok(()) => eprintln!("removed the image {name}"),
                    Err(failure) => failed.push(failure.to_string()),
                }
            }
        }
        let undone = self.undo.run(&mut |line| eprintln!("{line}"));
        if let Err(missing) = &undone {
            failed.push(missing.to_string());
        }
        for (path, _) in &self.entries {
            // What is noted of the setup lies in the cache, and is needed until all is undone.
            if undone.is_err() && path.ends_with("docker") {
                failed.push(format!("{} stays until that is done", path.display()));
                continue;
            }
            match remove(path) {
                Ok(()) => eprintln!("removed {}", path.display()),
                Err(why) => failed.push(why),
            }
        }
    }
}

/// Removes a file, a link or a folder; a folder in which something is mounted stays, because removing would go through the mount.
fn remove(path: &Path) -> Result<(), String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if let Some(mount) = mounted(&mounts, &whole) {
        return Err(format!(
            "{} stays: {mount} is mounted below it; unmount it and run the command again",
            path.display()
        ));
    }
    let folder = path.symlink_metadata().is_ok_and(|meta| meta.is_dir());
    let removed = match folder {
        true => std::fs::remove_dir_all(path),
        false => std::fs::remove_file(path),
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(format!(
            "{} cannot be removed: {error}; remove it as its owner",
            path.display()
        )),
        _ => Ok(()),
    }
}

/// The first mount at or below a folder, by the kernel's list, whose fifth word is the place.
fn mounted<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let places = mounts.lines().filter_map(|line| line.split(' ').nth(4));
    places
        .into_iter()
        .find(|place| Path::new(place).starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_below_a_folder_is_seen_and_one_beside_it_is_not() {
        let mounts = "22 1 8:1 / / rw - ext4 /dev/a rw\n40 22 0:50 / /cache/docker/data/overlay2/x/merged rw - overlay overlay rw\n";
        let below = |folder: &str| mounted(mounts, Path::new(folder));
        assert_eq!(
            below("/cache/docker"),
            Some("/cache/docker/data/overlay2/x/merged")
        );
        assert_eq!(below("/cache/dock"), None);
        assert_eq!(below("/cache/originals"), None);
    }
}
