//! The disk that a command will fill, said before it does.

use std::path::{Path, PathBuf};

use record::Bytes;

const MB: u64 = 1_000_000;

/// Something that is made once and then stays. How large it becomes was measured on x86-64 Linux and is told as "about".
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    what: &'static str,
    bytes: u64,
    /// Where it lies; what is there is not made again.
    place: PathBuf,
}

/// What will be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The originals.
    pub references: bool,
    /// Images.
    pub containers: bool,
    /// The stock host.
    pub stock: bool,
}

fn parts(target: &Path, cache: &Path, asked: Asked) -> Vec<Part> {
    let part = |wanted: bool, what, megabytes: u64, place: PathBuf| {
        let part = Part {
            what,
            bytes: megabytes * MB,
            place,
        };
        wanted.then_some(part)
    };
    [
        part(
            true,
            "programs and components, optimised",
            3_000,
            target.join("wasm32-wasip2"),
        ),
        part(
            true,
            "the Wasm target, data and precompiled code",
            500,
            cache.join("components"),
        ),
        part(
            asked.references,
            "the originals",
            1_300,
            cache.join("originals"),
        ),
        part(asked.containers, "images", 1_600, cache.join("docker")),
        part(
            asked.stock,
            "the stock wasmtime, while it is built",
            1_500,
            cache.join("wasmtime/bin"),
        ),
    ]
    .into_iter()
    .flatten()
    .filter(|part| !part.place.exists())
    .collect()
}

/// Bytes that are free where a folder is or will be.
fn free(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.exists())?;
    let system = rustix::fs::statvfs(there).ok()?;
    Some(system.f_bavail.saturating_mul(system.f_frsize))
}

/// A line that says what will be filled, and how much is free; nothing where all of it is there already.
pub fn told(root: &Path, cache: &Path, asked: Asked) -> Option<String> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let parts = parts(&target, cache, asked);
    line(&parts, free(&target).into_iter().chain(free(cache)).min())
}

fn line(parts: &[Part], free: Option<u64>) -> Option<String> {
    if parts.is_empty() {
        return None;
    }
    let needed: u64 = parts.iter().map(|part| part.bytes).sum();
    let each: Vec<String> = parts
        .iter()
        .map(|part| format!("{} {}", Bytes(part.bytes), part.what))
        .collect();
    let mut line = format!(
        "disk: about {} will be needed ({})",
        Bytes(needed),
        each.join(", ")
    );
    if let Some(free) = free {
        line += &format!("; {} are free", Bytes(free));
        if free < needed {
            line += ", which is not enough: let CARGO_TARGET_DIR and XDG_CACHE_HOME name folders on a larger disk";
        }
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Asked = Asked {
        references: true,
        containers: true,
        stock: true,
    };

    #[test]
    fn what_is_there_is_not_counted_and_what_is_not_wanted_neither() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (target, cache) = (folder.path().join("target"), folder.path().join("cache"));
        assert_eq!(parts(&target, &cache, ALL).len(), 5);
        let few = Asked {
            references: false,
            containers: false,
            stock: false,
        };
        assert_eq!(parts(&target, &cache, few).len(), 2);
        std::fs::create_dir_all(cache.join("originals")).expect("made");
        assert_eq!(parts(&target, &cache, ALL).len(), 4);
        std::fs::create_dir_all(target.join("wasm32-wasip2")).expect("made");
        std::fs::create_dir_all(cache.join("components")).expect("made");
        assert_eq!(line(&parts(&target, &cache, few), Some(1)), None);
    }

    #[test]
    fn too_little_is_said_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let parts = parts(folder.path(), folder.path(), ALL);
        let enough = line(&parts, Some(u64::MAX)).expect("parts are missing");
        assert!(!enough.contains("not enough"), "{enough}");
        let short = line(&parts, Some(1_000_000_000)).expect("parts are missing");
        assert!(
            short.contains("1.00 GB are free, which is not enough"),
            "{short}"
        );
        assert!(free(folder.path()).is_some_and(|bytes| bytes > 0));
    }
}
