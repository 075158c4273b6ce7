//! Repositories with one damaged part: an answer or a refusal, never a trap, and nothing that lies outside is ever told.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use git::index::Index;
use git::object::{self, Commit, Kind, Tag};
use git::oid::Oid;
use git::read;
use git::repository::{Bounds, Repository};
use git::store::{delta, loose};

use super::{Target, folder, planted};

/// What stands in a file beside the repository: no revision may bring it into an answer.
const OUTSIDE: &str = "what nobody may read";

pub(super) const TARGET: Target = Target {
    name: "git",
    feed,
    longest: 4096,
    compares: true,
    words: &[
        "DIRC",
        "TREE",
        "REUC",
        "tree ",
        "parent ",
        "author A <a@b> 1 +0000\n",
        "committer ",
        "object ",
        "type commit\n",
        "tag ",
        "100644 ",
        "40000 ",
        "120000 ",
        "160000 ",
        "ref: refs/heads/",
        "refs/tags/",
        "HEAD",
        "HEAD~1",
        "^{tree}",
        "^{}",
        "@{1}",
        "../",
        "/../../outside",
        ":/",
        "main:",
        "# pack-refs with: peeled",
        "[core]\n",
        "[remote \"",
        "\u{78}\u{1}",
    ],
};

/// The first byte says which part the rest is.
fn feed(data: &[u8]) {
    let Some((part, rest)) = data.split_first() else {
        return;
    };
    // The fuzzer learns the text from the comparison, and would tell it itself.
    if data
        .windows(OUTSIDE.len())
        .any(|window| window == OUTSIDE.as_bytes())
    {
        return;
    }
    match part % 6 {
        0 => index(rest),
        1 => deltas(rest),
        2 => objects(rest),
        3 => pack(rest),
        4 => names(rest),
        _ => settings(rest),
    }
}

/// A repository with one commit, and a file beside it.
fn prepared() -> &'static (PathBuf, Oid) {
    static REPOSITORY: OnceLock<(PathBuf, Oid)> = OnceLock::new();
    REPOSITORY.get_or_init(|| {
        let place = folder().join("repository");
        let put = |name: &str, bytes: &[u8]| {
            let file = place.join(name);
            std::fs::create_dir_all(file.parent().expect("it is below")).expect("memory takes it");
            std::fs::write(file, bytes).expect("memory takes it");
        };
        std::fs::create_dir_all(&place).expect("memory takes it");
        std::fs::write(folder().join("outside"), OUTSIDE).expect("memory takes it");
        put(".git/HEAD", b"ref: refs/heads/main\n");
        put(".git/config", b"[core]\n\tbare = false\n");
        put("a.txt", b"one\ntwo\n");
        let write = |kind: Kind, bytes: &[u8]| {
            let oid = Oid::of(kind.word(), bytes);
            let objects = place.join(".git/objects");
            std::fs::create_dir_all(&objects).expect("memory takes it");
            loose::write(path(&objects), &oid, kind, bytes).expect("memory takes it");
            oid
        };
        let blob = write(Kind::Blob, b"one\n");
        let mut tree = Vec::new();
        object::push_entry(&mut tree, object::Mode(0o100_644), b"a.txt", &blob);
        let tree = write(Kind::Tree, &tree);
        let commit = write(
            Kind::Commit,
            format!("tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nfirst\n")
                .as_bytes(),
        );
        put(".git/refs/heads/main", format!("{commit}\n").as_bytes());
        (place, commit)
    })
}

fn path(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// Asks what a client could, and looks at what is told.
fn ask(revision: &str) {
    let (place, _) = prepared();
    let bounds = Bounds(vec![path(place).to_vec()]);
    let place = place.to_str().expect("our own name");
    let Ok(repository) = Repository::open(place, &bounds) else {
        return;
    };
    let answers = [
        read::status(&repository),
        read::diff(&repository, revision, 3),
        read::show(&repository, revision),
        read::diff_staged(&repository, 3),
        read::branch(&repository, "all", None, None),
    ];
    for answer in answers {
        let told = match answer {
            Ok(text) => {
                // Behind the reading of objects and their writing as text: every seed's is UTF-8.
                planted(|| text.contains(char::REPLACEMENT_CHARACTER));
                text
            }
            Err(failure) => failure.0,
        };
        assert!(!told.contains(OUTSIDE), "a file outside was read: {told}");
    }
}

/// Replaces a file of the repository while something is asked.
fn with(name: &str, bytes: &[u8], ask: impl FnOnce()) {
    let file = prepared().0.join(".git").join(name);
    let before = std::fs::read(&file).ok();
    std::fs::create_dir_all(file.parent().expect("it is below")).expect("memory takes it");
    std::fs::write(&file, bytes).expect("memory takes it");
    ask();
    match before {
        Some(before) => std::fs::write(&file, before).expect("memory takes it"),
        None => std::fs::remove_file(&file).expect("it is there"),
    }
}

/// An index without a checksum, as git writes it where it was told to skip that.
fn index(bytes: &[u8]) {
    let bytes = [bytes, &[0; 20]].concat();
    if let Ok(read) = Index::parse(&bytes) {
        let again = Index::parse(&read.bytes()).expect("what we write we read");
        let paths = |index: &Index| -> Vec<Vec<u8>> {
            index
                .entries
                .iter()
                .map(|entry| entry.path.clone())
                .collect()
        };
        assert_eq!(paths(&read), paths(&again));
    }
    with("index", &bytes, || ask("HEAD"));
}

fn deltas(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first() else {
        return;
    };
    let (base, instructions) = rest.split_at(usize::from(*length).min(rest.len()));
    if let Some(whole) = delta::apply(base, instructions, 1 << 20) {
        let told = delta::sizes(instructions).map(|(_, size, _)| size);
        assert_eq!(told, Some(whole.len() as u64));
    }
}

/// An object of any kind, found by its right name.
fn objects(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    let kind = [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag][usize::from(kind % 4)];
    if let Some(commit) = Commit::parse(bytes) {
        let again = Commit::parse(&commit.bytes()).expect("what we write we read");
        assert_eq!(commit.parents, again.parents);
    }
    Tag::parse(bytes);
    if let Some(entries) = object::tree(bytes) {
        assert!(entries.iter().all(|entry| object::is_name(entry.name)));
    }
    let oid = Oid::of(kind.word(), bytes);
    let objects = prepared().0.join(".git/objects");
    loose::write(path(&objects), &oid, kind, bytes).expect("memory takes it");
    ask(&oid.to_string());
    ask(&format!("{oid}~1"));
    let file = loose::path(path(&objects), &oid);
    let file = String::from_utf8(file).expect("our own name");
    std::fs::remove_file(file).expect("it is there");
}

/// Four objects of a pack, at places that the input chooses.
fn pack(bytes: &[u8]) {
    const HEAD: &[u8] = b"PACK\0\0\0\x02\0\0\0\x04";
    let Some((places, entries)) = bytes.split_at_checked(4) else {
        return;
    };
    let mut idx = b"\xfftOc\0\0\0\x02".to_vec();
    idx.extend((0..256_u32).flat_map(|first| first.saturating_add(1).min(4).to_be_bytes()));
    let oids: Vec<Oid> = (0..4)
        .map(|first| {
            Oid([[first; 1].as_slice(), &[7; 19]]
                .concat()
                .try_into()
                .expect("20 bytes"))
        })
        .collect();
    idx.extend(oids.iter().flat_map(|oid| oid.0));
    idx.extend([0; 16]);
    idx.extend(
        places
            .iter()
            .flat_map(|place| (12 + u32::from(*place)).to_be_bytes()),
    );
    idx.extend([0; 40]);
    with(
        "objects/pack/pack-a.pack",
        &[HEAD, entries, &[0; 20]].concat(),
        || {
            with("objects/pack/pack-a.idx", &idx, || {
                for oid in &oids {
                    ask(&oid.to_string());
                }
            });
        },
    );
}

/// A revision on the first line, then `packed-refs`.
fn names(bytes: &[u8]) {
    let split = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(bytes.len());
    let (revision, refs) = bytes.split_at(split);
    let Ok(revision) = std::str::from_utf8(revision) else {
        return;
    };
    with("packed-refs", refs.get(1..).unwrap_or_default(), || {
        ask(revision);
        with("HEAD", format!("ref: {revision}\n").as_bytes(), || {
            ask("HEAD")
        });
    });
}

/// The configuration, which is also what is ignored.
fn settings(bytes: &[u8]) {
    with("config", bytes, || {
        with("info/exclude", bytes, || ask("HEAD"));
    });
}
