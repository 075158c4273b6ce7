//! What holds for all inputs: readers never panic, what is written is read back, a patch turns one text into the other.

use git::diff::{lines, myers};
use git::index::{Entry, Index, Known};
use git::object::{self, Actor, Commit, Mode, Tag};
use git::oid::{Oid, Prefix};
use git::store::{delta, idx, pack};
use proptest::prelude::*;

fn entry(path: String, oid: [u8; 20], stage: u8) -> Entry {
    Entry {
        path: path.into_bytes(),
        mode: Mode::FILE,
        oid: Oid(oid),
        stage,
        known: Known {
            size: 7,
            modified: (1, 2),
            ..Known::default()
        },
        assumed: false,
        skipped: stage == 0 && oid[0] & 1 == 1,
        intended: false,
    }
}

/// Lines of few kinds, so that many of them are equal.
fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0u8..6, 0..120).prop_map(|kinds| {
        let line = |kind: &u8| ["a\n", "b\n", "\n", "    }\n", "  c\n", "x"][usize::from(*kind)];
        kinds.iter().map(line).collect::<String>().into_bytes()
    })
}

/// Does to `old` what a patch without context says.
fn apply(old: &[u8], patch: &[u8]) -> Vec<u8> {
    let before: Vec<&[u8]> = old.split_inclusive(|byte| *byte == b'\n').collect();
    let mut out = Vec::new();
    let mut at = 0;
    let mut sign = b' ';
    for line in patch.split_inclusive(|byte| *byte == b'\n') {
        match line[0] {
            b'@' => {
                let head = std::str::from_utf8(line).expect("ASCII");
                let range = head[4..].split(' ').next().expect("a range");
                let (start, count) = range.split_once(',').unwrap_or((range, "1"));
                let start: usize = start.parse().expect("a number");
                let start = if count == "0" { start } else { start - 1 };
                for line in &before[at..start] {
                    out.extend_from_slice(line);
                }
                at = start;
            }
            b'-' => at += 1,
            b'+' => out.extend_from_slice(&line[1..]),
            b'\\' => {
                // the line before has no end
                if sign == b'+' {
                    out.pop();
                }
            }
            _ => panic!("no context was asked for"),
        }
        sign = line[0];
    }
    for line in &before[at..] {
        out.extend_from_slice(line);
    }
    out
}

proptest! {
    #[test]
    fn readers_of_objects_take_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Commit::parse(&bytes);
        let _ = Tag::parse(&bytes);
        let _ = Actor::parse(&bytes);
        let _ = Index::parse(&bytes);
        if let Some(entries) = object::tree(&bytes) {
            prop_assert!(entries.iter().all(|entry| object::is_name(entry.name)));
        }
    }

    #[test]
    fn a_tree_is_read_back(names in prop::collection::btree_set("[a-z]{1,8}", 0..20), oid in any::<[u8; 20]>()) {
        let mut bytes = Vec::new();
        for name in &names {
            object::push_entry(&mut bytes, Mode::EXECUTABLE, name.as_bytes(), &Oid(oid));
        }
        let entries = object::tree(&bytes).expect("a tree");
        let found: Vec<&[u8]> = entries.iter().map(|entry| entry.name).collect();
        let given: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
        prop_assert_eq!(found, given);
    }

    #[test]
    fn an_index_is_read_back(
        paths in prop::collection::btree_set("[a-z]{1,5}(/[a-zü]{1,9}){0,3}", 0..20),
        oid in any::<[u8; 20]>(),
        stage in 0u8..4,
    ) {
        let index = Index {
            entries: paths.into_iter().map(|path| entry(path, oid, stage)).collect(),
            ..Index::default()
        };
        let read = Index::parse(&index.bytes()).expect("an index");
        prop_assert_eq!(index.entries.len(), read.entries.len());
        for (a, b) in index.entries.iter().zip(&read.entries) {
            prop_assert_eq!((&a.path, a.oid, a.stage, a.known, a.skipped), (&b.path, b.oid, b.stage, b.known, b.skipped));
        }
    }

    #[test]
    fn a_changed_index_is_read_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>(), stage in 0u8..4) {
        let index = Index {
            entries: (0..9).map(|i| entry(format!("a/b{i}"), [i; 20], stage)).collect(),
            ..Index::default()
        };
        let mut bytes = index.bytes();
        let length = bytes.len();
        bytes[at.index(length)] = byte;
        let end = length - 20;
        bytes[end..].fill(0);
        let _ = Index::parse(&bytes);
    }

    #[test]
    fn a_delta_takes_no_more_than_it_may(
        base in prop::collection::vec(any::<u8>(), 0..200),
        delta in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        if let Some(result) = delta::apply(&base, &delta, 1000) {
            prop_assert!(result.len() <= 1000);
        }
        // with right sizes in front, so that the instructions are reached
        let mut sized = vec![u8::try_from(base.len() & 0x7f).expect("7 bits") | 0x80, u8::try_from(base.len() >> 7).expect("small"), 100];
        sized.extend_from_slice(&delta);
        if let Some(result) = delta::apply(&base, &sized, 1000) {
            prop_assert_eq!(result.len(), 100);
        }
    }

    #[test]
    fn a_pack_of_any_bytes_is_read_or_refused(
        packed in prop::collection::vec(any::<u8>(), 0..300),
        table in prop::collection::vec(any::<u8>(), 0..200),
        offset in 0u64..400,
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("pack-x.idx");
        let mut index = vec![0xff, b't', b'O', b'c', 0, 0, 0, 2];
        for bucket in 0..256u32 {
            index.extend_from_slice(&(bucket / 64).to_be_bytes());
        }
        index.extend_from_slice(&table);
        index.resize(index.len().max(8 + 1024 + 3 * 28 + 40), 0);
        std::fs::write(&path, index).expect("written");
        let mut pack = b"PACK\0\0\0\x02\0\0\0\x03".to_vec();
        pack.extend_from_slice(&packed);
        std::fs::write(folder.path().join("pack-x.pack"), pack).expect("written");
        let path = path.to_string_lossy().into_owned().into_bytes();
        let pack = pack::Pack::open(&path).expect("headers are right");
        let mut kept = pack::Kept::default();
        let _ = pack.look(offset);
        let _ = pack.read(0, offset, &mut kept);
        let idx = idx::Idx::open(&path).expect("headers are right");
        if let Some(oid) = Oid::from_bytes(table.get(..20).unwrap_or_default()) {
            let _ = idx.find(&oid);
            let _ = idx.nearest(&oid);
        }
    }

    #[test]
    fn a_patch_turns_one_text_into_the_other(old in text(), new in text()) {
        let mut patch = Vec::new();
        lines::hunks(&old, &new, 0, &mut patch);
        prop_assert_eq!(apply(&old, &patch), new);
    }

    #[test]
    fn what_is_not_changed_is_the_same_on_both_sides(
        old in prop::collection::vec(0u32..9, 0..400),
        new in prop::collection::vec(0u32..9, 0..400),
    ) {
        let (removed, added) = myers::compare(&old, &new);
        let rest = |lines: &[u32], changed: &[bool]| -> Vec<u32> {
            lines.iter().zip(changed).filter(|(_, changed)| !**changed).map(|(line, _)| *line).collect()
        };
        prop_assert_eq!(rest(&old, &removed), rest(&new, &added));
    }

    #[test]
    fn a_prefix_matches_what_begins_with_it(oid in any::<[u8; 20]>(), digits in 4usize..=40) {
        let oid = Oid(oid);
        let prefix = Prefix::from_hex(&oid.short(digits)).expect("hexadecimal");
        prop_assert!(prefix.matches(&oid));
    }
}
