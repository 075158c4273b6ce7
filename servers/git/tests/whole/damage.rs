//! Packs and indexes with single bytes changed or cut off: an answer or a refusal, never a panic, and never without end.

use crate::real::{Place, skipped};
use git::read;
use git::repository::{Bounds, Repository};

fn ask(place: &Place) {
    let Ok(repository) = Repository::open(&place.path(), &Bounds::default()) else {
        return;
    };
    // Each may fail, and says why; what counts is that it comes back.
    let answers = [
        read::log(&repository, 100, None, None),
        read::status(&repository),
        read::diff(&repository, "HEAD~2", 3),
        read::show(&repository, "HEAD~1"),
        read::show(&repository, "v1.0"),
        read::diff_staged(&repository, 3),
    ];
    for answer in answers {
        if let Err(why) = answer {
            assert!(!why.0.is_empty());
        }
    }
}

fn file(place: &Place, folder: &str, ending: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(&place.path()).join(folder);
    let entries = std::fs::read_dir(folder).expect("listed");
    let mut paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .find(|path| path.to_string_lossy().ends_with(ending))
        .expect("a file of that kind")
}

fn damage(place: &Place, path: &std::path::Path, step: usize) {
    let whole = std::fs::read(path).expect("read");
    let _ = std::fs::remove_file(path);
    for at in (0..whole.len()).step_by(step) {
        for change in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            std::fs::write(path, bytes).expect("written");
            ask(place);
        }
    }
    for length in (0..whole.len()).step_by(step * 4) {
        std::fs::write(path, &whole[..length]).expect("written");
        ask(place);
    }
    std::fs::write(path, whole).expect("written");
}

#[test]
fn a_damaged_pack_is_refused() {
    let Some(place) = Place::new() else {
        return skipped();
    };
    place.history();
    place.git(&["gc", "-q", "--aggressive"]);
    damage(&place, &file(&place, ".git/objects/pack", ".pack"), 211);
    damage(&place, &file(&place, ".git/objects/pack", ".idx"), 97);
    let repository = Repository::open(&place.path(), &Bounds::default()).expect("whole again");
    assert!(read::log(&repository, 1, None, None).is_ok());
}

#[test]
fn a_damaged_index_is_refused() {
    let Some(place) = Place::new() else {
        return skipped();
    };
    place.history();
    // with the checksum left out, so that what follows it is reached
    place.git(&["config", "index.skipHash", "true"]);
    for version in ["2", "4"] {
        place.git(&[
            "update-index",
            "--index-version",
            version,
            "--force-write-index",
        ]);
        damage(&place, &file(&place, ".git", "index"), 7);
    }
}
