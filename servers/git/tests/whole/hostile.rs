//! Repositories that somebody made to do harm: nothing outside is read, nothing panics, no size is believed.

use std::io::Write as _;
use std::path::Path;

use git::index::Index;
use git::object::{Actor, Commit, Kind};
use git::oid::Oid;
use git::read;
use git::repository::{Bounds, Repository};
use git::revision;
use git::store::Store;
use git::write;

/// A repository with one commit, made by hand, and beside it a file that nobody may read.
fn repository() -> (tempfile::TempDir, Repository) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let top = folder.path().join("repository");
    let git_dir = top.join(".git");
    for name in ["objects", "refs/heads"] {
        std::fs::create_dir_all(git_dir.join(name)).expect("made");
    }
    std::fs::write(git_dir.join("HEAD"), "ref: refs/heads/main\n").expect("written");
    std::fs::write(
        folder.path().join("secret"),
        format!("{}\n", "5".repeat(40)),
    )
    .expect("written");
    let repository = open(&top);
    let tree = repository.store.write(Kind::Tree, b"").expect("stored");
    let actor = Actor::parse(b"A <a@b> 1700000000 +0000");
    let commit = Commit {
        tree,
        parents: Vec::new(),
        author: actor.clone(),
        committer: actor,
        encoding: None,
        message: b"one\n".to_vec(),
    };
    let oid = repository
        .store
        .write(Kind::Commit, &commit.bytes())
        .expect("stored");
    std::fs::write(git_dir.join("refs/heads/main"), format!("{oid}\n")).expect("written");
    let repository = open(&top);
    (folder, repository)
}

fn open(top: &Path) -> Repository {
    Repository::open(&top.to_string_lossy(), &Bounds::default()).expect("a repository")
}

fn git_dir(folder: &tempfile::TempDir) -> std::path::PathBuf {
    folder.path().join("repository/.git")
}

#[test]
fn a_revision_never_reads_a_file_outside() {
    let (folder, repository) = repository();
    let secret = folder.path().join("secret");
    for name in [
        "../../secret",
        "refs/../../../secret",
        "refs/heads/../../../../secret",
        &secret.to_string_lossy(),
        "./HEAD",
        "HEAD/../../secret",
        "config",
        "refs/heads/main.lock",
        "refs/heads/..",
        "@{-1}/../../secret",
        "../../secret@{0}",
        "HEAD:../../secret",
        ":../../secret",
        "HEAD\0",
        "",
    ] {
        let why = read::show(&repository, name).expect_err(name);
        assert!(!why.0.contains("5555"), "{name}: {why}");
    }
}

#[test]
fn a_symbolic_reference_leads_neither_outside_nor_in_a_circle() {
    let (folder, repository) = repository();
    let refs = git_dir(&folder).join("refs/heads");
    let write = |name: &str, text: &str| std::fs::write(refs.join(name), text).expect("written");
    write("outside", "ref: ../../secret\n");
    write("absolute", "ref: /etc/passwd\n");
    write("a", "ref: refs/heads/b\n");
    write("b", "ref: refs/heads/a\n");
    write("long", &"x".repeat(1 << 20));
    std::os::unix::fs::symlink("../../../../secret", refs.join("link")).expect("linked");
    for name in ["outside", "absolute", "a", "long", "link"] {
        let why = read::show(&repository, name).expect_err(name);
        assert!(!why.0.contains("5555"), "{name}: {why}");
    }
    let branches = read::branch(&repository, "local", None, None).expect("a list");
    assert_eq!(branches, "* main");
    std::fs::write(git_dir(&folder).join("HEAD"), "ref: refs/heads/a\n").expect("written");
    assert!(read::log(&repository, 1, None, None).is_err());
}

#[test]
fn a_link_in_the_working_tree_is_not_followed() {
    let (folder, repository) = repository();
    let top = folder.path().join("repository");
    std::fs::create_dir(top.join("inside")).expect("made");
    std::fs::write(top.join("inside/secret"), "old\n").expect("written");
    git::add::add(&repository, &[String::from("inside/secret")]).expect("staged");
    std::fs::remove_dir_all(top.join("inside")).expect("removed");
    std::os::unix::fs::symlink(folder.path(), top.join("inside")).expect("linked");
    let patch = read::diff_unstaged(&repository, 3).expect("a patch");
    assert!(
        patch.contains("deleted file") && !patch.contains("5555"),
        "{patch}"
    );
    let why =
        git::add::add(&repository, &[String::from("inside/secret")]).expect_err("behind a link");
    assert!(why.0.contains("beyond a symbolic link"), "{why}");
    for path in ["../secret", "/etc/passwd", "inside/../../secret", ":(top)x"] {
        git::add::add(&repository, &[path.to_owned()]).expect_err(path);
    }
}

#[test]
fn a_tree_cannot_name_a_path_that_leads_out() {
    let (folder, repository) = repository();
    for name in ["..", ".", ".git", ".GIT", "a/b", ""] {
        let mut tree = Vec::new();
        let blob = repository.store.write(Kind::Blob, b"harm").expect("stored");
        git::object::push_entry(&mut tree, git::object::Mode::FILE, name.as_bytes(), &blob);
        let tree = repository.store.write(Kind::Tree, &tree).expect("stored");
        let head = revision::head_commit(&repository)
            .expect("read")
            .expect("a commit");
        let mut commit = repository.store.commit(&head).expect("read");
        commit.tree = tree;
        let oid = repository
            .store
            .write(Kind::Commit, &commit.bytes())
            .expect("stored");
        let why = git::checkout::checkout(&repository, &oid.to_string()).expect_err(name);
        assert!(why.0.contains("damaged"), "{name}: {why}");
    }
    assert!(!folder.path().join("harm").exists());
}

#[test]
fn a_name_of_a_branch_cannot_write_elsewhere() {
    let (folder, repository) = repository();
    for name in [
        "../../../x",
        "a/../../../x",
        "/etc/x",
        "x.lock",
        "a\nb",
        "",
        ".",
        "a//b",
        "HEAD^",
    ] {
        write::create_branch(&repository, name, None).expect_err(name);
    }
    assert!(!folder.path().join("x").exists());
    let heads = std::fs::read_dir(git_dir(&folder).join("refs/heads")).expect("listed");
    assert_eq!(heads.count(), 1, "only main is there");
}

fn loose(store: &Path, name: &Oid, content: &[u8]) {
    let hex = name.to_string();
    let path = store.join(&hex[..2]);
    std::fs::create_dir_all(&path).expect("made");
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).expect("packed");
    std::fs::write(path.join(&hex[2..]), encoder.finish().expect("packed")).expect("written");
}

#[test]
fn declared_sizes_are_not_believed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path().to_string_lossy().as_bytes().to_vec(), &|_| {
        true
    });
    let name = Oid::of("blob", b"x");
    for header in [
        "blob 99999999999999999999\0x",
        "blob 1000000000000\0x",
        "blob 0\0x",
        "blob -1\0x",
        "blob \0x",
        "blob x\0x",
        "blob1\0x",
        "thing 1\0x",
        "blob 1",
        "",
    ] {
        loose(folder.path(), &name, header.as_bytes());
        assert!(store.read(&name).is_err(), "{header:?}");
    }
    loose(folder.path(), &name, b"blob 1\0x");
    assert!(store.read(&name).is_ok());
    // a small file that would fill the memory
    let mut bomb = format!("blob {}\0", 80 << 20).into_bytes();
    bomb.resize(bomb.len() + (80 << 20), 0);
    loose(folder.path(), &name, &bomb);
    assert!(store.read(&name).is_err());
}

#[test]
fn an_alternate_outside_of_the_bounds_is_not_read() {
    let (folder, repository) = repository();
    let other = folder.path().join("other");
    std::fs::create_dir(&other).expect("made");
    let blob = Oid::of("blob", b"theirs");
    loose(&other, &blob, b"blob 6\0theirs");
    let info = git_dir(&folder).join("objects/info");
    std::fs::create_dir_all(&info).expect("made");
    std::fs::write(info.join("alternates"), format!("{}\n", other.display())).expect("written");
    let top = folder.path().join("repository");
    assert_eq!(
        read::show(&open(&top), &blob.to_string()).expect("borrowed"),
        "theirs"
    );
    let bounds = Bounds(vec![
        std::fs::canonicalize(&top)
            .expect("there")
            .to_string_lossy()
            .as_bytes()
            .to_vec(),
    ]);
    let confined = Repository::open(&top.to_string_lossy(), &bounds).expect("a repository");
    assert!(read::show(&confined, &blob.to_string()).is_err());
    let outside = folder.path().join("elsewhere");
    std::fs::create_dir(&outside).expect("made");
    assert!(Repository::open(&outside.to_string_lossy(), &bounds).is_err());
    drop(repository);
}

#[test]
fn an_index_that_lies_is_refused() {
    let huge = {
        let mut bytes = b"DIRC\0\0\0\x02\xff\xff\xff\xff".to_vec();
        bytes.extend_from_slice(&[0; 20]);
        bytes
    };
    assert!(Index::parse(&huge).is_err());
    assert!(Index::parse(b"").is_err());
    assert!(Index::parse(&[0; 64]).is_err());
}

#[test]
fn a_lock_of_another_process_is_respected() {
    let (folder, repository) = repository();
    std::fs::write(folder.path().join("repository/x"), "x").expect("written");
    let lock = git_dir(&folder).join("index.lock");
    std::fs::write(&lock, "").expect("written");
    let why = git::add::add(&repository, &[String::from("x")]).expect_err("locked");
    assert!(why.0.contains("index.lock"), "{why}");
    assert!(lock.exists(), "it is not ours to remove");
    std::fs::remove_file(&lock).expect("removed");
    git::add::add(&repository, &[String::from("x")]).expect("staged");
    assert!(!lock.exists(), "ours is gone");
}
