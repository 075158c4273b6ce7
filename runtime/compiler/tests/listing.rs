//! What a guest sees of a directory: its entries as they are, below what was granted, and nothing else.

mod kit;

use kit::Client;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

fn listed(client: &mut Client, id: u32, path: &str) -> String {
    client.text(id, &format!("list\",\"path\":\"{path}"))
}

#[test]
fn a_guest_lists_what_was_granted_and_is_told_what_each_entry_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().join("granted");
    fs::create_dir_all(root.join("inner/most")).expect("made");
    fs::create_dir(folder.path().join("secret")).expect("made");
    File::create(root.join("file")).expect("made");
    File::create(root.join("ä b")).expect("made");
    File::create(root.join(OsStr::from_bytes(b"broken\xff"))).expect("made");
    symlink("..", root.join("up")).expect("linked");
    symlink("inner", root.join("in")).expect("linked");
    let path = root.to_str().expect("Unicode");
    let Some(mut client) = Client::start(&["--dir", path], &[]) else {
        return;
    };
    client.initialize();
    let mut see = {
        let mut id = 0;
        move |path: &str| {
            id += 1;
            listed(&mut client, id, path)
        }
    };
    let whole = "file DescriptorType::RegularFile | in DescriptorType::SymbolicLink | inner DescriptorType::Directory | \
        no text | up DescriptorType::SymbolicLink | ä b DescriptorType::RegularFile";
    assert_eq!(see(path), whole);
    assert_eq!(see(path), whole, "a second look starts at the beginning");
    assert_eq!(
        see(&format!("{path}/inner")),
        "most DescriptorType::Directory"
    );
    assert_eq!(see(&format!("{path}/inner/most")), "");
    for (path_below, why) in [
        ("/file", "not-directory"),
        ("/gone", "no-entry"),
        ("/up", "loop"),
        ("/in", "loop"),
        ("/..", "not-permitted"),
        ("/up/secret", "not-permitted"),
        ("/inner/../..", "not-permitted"),
    ] {
        assert_eq!(
            see(&format!("{path}{path_below}")),
            format!("refused: {why}"),
            "{path_below}"
        );
    }
    assert_eq!(see("/"), "not granted");
}
