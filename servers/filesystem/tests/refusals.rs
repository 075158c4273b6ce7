//! What ours does otherwise than the official server, on purpose (DIFFERENCES.md): refusals, limits, and writes that damage nothing.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};

use filesystem::allowed::Allowed;
use filesystem::edit::{Replacement, edit};
use filesystem::glob::Glob;
use filesystem::listing::{SortBy, with_sizes};
use filesystem::text::{Part, read, read_several};
use filesystem::{change, search, tree};
use tempfile::TempDir;

struct Place {
    folder: TempDir,
    allowed: Allowed,
}

impl Place {
    /// A folder `in` that is allowed, beside a folder `out` that is not.
    fn new() -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["in", "out"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let inside = folder.path().join("in").to_str().expect("text").to_owned();
        Place {
            folder,
            allowed: Allowed::new(&[inside], "/", None),
        }
    }

    fn at(&self, path: &str) -> String {
        self.folder
            .path()
            .join(path)
            .to_str()
            .expect("text")
            .to_owned()
    }

    fn names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.at(path)).expect("a folder");
        entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("text")
            })
            .collect()
    }
}

fn whole(place: &Place, path: &str) -> Result<String, String> {
    read(&place.allowed, &place.at(path), Ok(Part::Whole)).map_err(|failure| failure.0)
}

#[test]
fn quotes_and_spaces_do_not_widen_what_is_allowed() {
    let place = Place::new();
    for end in ["\"", "'", " ", "-not", "/../out/x"] {
        let refused = change::write(&place.allowed, &place.at(&format!("in{end}")), "x");
        let words = refused.expect_err("it lies outside").0;
        assert!(
            words.starts_with("Access denied - path outside allowed directories: "),
            "{words}"
        );
    }
    assert_eq!(place.names("").len() + place.names("out").len(), 2);
}

#[test]
fn a_link_tells_nothing_of_what_lies_outside() {
    let place = Place::new();
    fs::write(place.at("out/secret"), "12345").expect("a file");
    symlink("../out/secret", place.at("in/link")).expect("a link");
    let listing =
        with_sizes(&place.allowed, &place.at("in"), SortBy::Name).expect("it can be listed");
    assert!(
        listing.contains("       0 B") && !listing.contains("5 B"),
        "{listing}"
    );
}

#[test]
fn a_file_that_is_not_text_is_not_edited() {
    let place = Place::new();
    fs::write(place.at("in/latin1"), b"caf\xe9 x").expect("a file");
    let change = [Replacement { old: "x", new: "y" }];
    let refused = edit(&place.allowed, &place.at("in/latin1"), &change, false);
    assert!(
        refused
            .expect_err("it is not UTF-8")
            .0
            .contains("is not UTF-8 text")
    );
    assert_eq!(
        fs::read(place.at("in/latin1")).expect("still there"),
        b"caf\xe9 x"
    );
}

#[test]
fn writes_keep_permission_bits_and_leave_nothing_behind() {
    let place = Place::new();
    fs::write(place.at("in/run.sh"), "one\n").expect("a file");
    fs::set_permissions(place.at("in/run.sh"), Permissions::from_mode(0o754)).expect("a mode");
    let change = [Replacement {
        old: "one",
        new: "two",
    }];
    edit(&place.allowed, &place.at("in/run.sh"), &change, false).expect("it can be edited");
    change::write(&place.allowed, &place.at("in/run.sh"), "three\n").expect("it can be written");
    fs::create_dir(place.at("in/folder")).expect("a folder");
    change::write(&place.allowed, &place.at("in/folder"), "x").expect_err("it is a folder");
    let mode = fs::metadata(place.at("in/run.sh"))
        .expect("still there")
        .permissions()
        .mode();
    assert_eq!(
        (mode & 0o777, whole(&place, "in/run.sh")),
        (0o754, Ok("three\n".to_owned()))
    );
    assert_eq!(place.names("in").len(), 2);
}

#[test]
fn ends_of_a_huge_file_are_read_and_the_whole_is_refused() {
    let place = Place::new();
    let size = 40 << 30;
    let file = File::create(place.at("in/huge")).expect("a file");
    file.set_len(size).expect("a sparse file");
    file.write_all_at(b"first\nsecond\n", 0)
        .expect("a beginning");
    file.write_all_at(b"\nlast but one\nlast", size - 18)
        .expect("an end");
    let part =
        |part| read(&place.allowed, &place.at("in/huge"), Ok(part)).map_err(|failure| failure.0);
    assert_eq!(part(Part::Head(2.0)), Ok("first\nsecond".to_owned()));
    assert_eq!(part(Part::Tail(2.0)), Ok("last but one\nlast".to_owned()));
    for refused in [Part::Whole, Part::Head(3.0), Part::Tail(1e9)] {
        let words = part(refused).expect_err("it is too much");
        assert!(
            words.ends_with("read a part of it with head or tail"),
            "{words}"
        );
    }
    let several =
        |names: &[String]| read_several(&place.allowed, names).map_err(|failure| failure.0);
    let told = several(&[place.at("in/huge"), place.at("in/none")]).expect("each is told of");
    assert!(told.contains("in/huge: Error - ") && told.contains("in/none: Error - ENOENT"));
    let refused =
        several(&vec![place.at("in/none"); 400_000]).expect_err("errors have a length too");
    assert!(refused.contains("ask for fewer files"), "{refused}");
}

#[test]
fn a_pipe_is_not_waited_for() {
    let place = Place::new();
    let pipe = place.at("in/pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &*pipe,
        rustix::fs::FileType::Fifo,
        0o600.into(),
        0,
    )
    .expect("a pipe");
    assert_eq!(
        whole(&place, "in/pipe"),
        Err(format!("EINVAL: invalid argument, open '{pipe}'"))
    );
}

#[test]
fn nothing_is_replaced_by_a_move() {
    let place = Place::new();
    for file in ["a", "b"] {
        fs::write(place.at(&format!("in/{file}")), file).expect("a file");
    }
    symlink("nowhere", place.at("in/broken")).expect("a link");
    for taken in ["in/b", "in/a", "in/broken"] {
        change::move_file(&place.allowed, &place.at("in/a"), &place.at(taken))
            .expect_err("it is taken");
    }
    assert_eq!(
        (whole(&place, "in/a"), whole(&place, "in/b")),
        (Ok("a".to_owned()), Ok("b".to_owned()))
    );
}

#[test]
fn links_that_lead_back_are_not_followed() {
    let place = Place::new();
    fs::write(place.at("in/f"), "").expect("a file");
    for link in ["one", "two", "three"] {
        symlink(".", place.at(&format!("in/{link}"))).expect("a link");
    }
    let found = search::search(&place.allowed, &place.at("in"), "**/f", &[]);
    assert_eq!(found, Ok(place.at("in/f")));
    let tree = tree::tree(&place.allowed, &place.at("in"), &[]).expect("a tree");
    assert_eq!(tree.matches("\"type\": \"file\"").count(), 4);
}

#[test]
fn a_tree_deeper_than_anybody_reads_is_refused() {
    let place = Place::new();
    fs::create_dir_all(place.at(&format!("in{}", "/d".repeat(250)))).expect("folders");
    let words = tree::tree(&place.allowed, &place.at("in"), &[])
        .expect_err("it is too deep")
        .0;
    assert!(
        words.ends_with("ask for a tree that begins further down"),
        "{words}"
    );
    search::search(&place.allowed, &place.at("in"), "**/x", &[]).expect_err("it is too deep");
}

#[test]
fn no_pattern_takes_all_time_or_memory() {
    let patterns = [
        "{a,b}".repeat(2000),
        "{".repeat(30_000),
        format!("{}a{}", "{".repeat(5_000), ",}".repeat(5_000)),
        "{1..99999}".repeat(50),
        format!("x{}", "!(a)".repeat(2_000)),
        format!("x{}{}", "!(".repeat(500), ")".repeat(500)),
        format!("x{}y", "*(*(*(a)b)c)".repeat(300)),
        "**/".repeat(10_000),
        format!("{}b", "*a".repeat(2_000)),
        "[".repeat(20_000),
    ];
    let name = format!("x{}", "a".repeat(250));
    for pattern in patterns {
        let glob = Glob::new(&pattern).expect("it is not too long");
        assert!(
            !glob.matches(&format!("{name}/{name}/{name}")),
            "{}",
            &pattern[..20]
        );
    }
    assert!(Glob::new(&"a".repeat(70_000)).is_err());
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_asked_for_leads_outside(path in "[a./~\\\\:\" \u{e9}]{0,24}") {
        let place = Place::new();
        fs::create_dir(place.at("in/a")).expect("a folder");
        symlink("../..", place.at("in/a/..a")).expect("a link");
        for requested in [path.clone(), place.at(&format!("in/{path}"))] {
            if let Ok(real) = place.allowed.resolve(&requested) {
                let inside = fs::canonicalize(place.at("in")).expect("it exists");
                proptest::prop_assert!(std::path::Path::new(&real).starts_with(&inside) && !real.contains("/../"), "{real}");
            }
        }
    }
}
