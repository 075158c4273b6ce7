//! `ensure`: once for everybody, again when damaged, and nothing half-written.
use std::fs;
use std::thread;

use dataset::{GENERATOR, Seed, ensure, ensure_seeded, verify};

use crate::WHOLE;

#[test]
fn many_at_once_get_one_whole_copy() {
    let cache = tempfile::tempdir().expect("there is a folder for temporary files");
    // a killed process left its work behind
    let abandoned = cache
        .path()
        .join(format!(".dataset-{GENERATOR}-42.999999-0"));
    fs::create_dir_all(abandoned.join("files")).unwrap();
    let folders: Vec<_> = thread::scope(|scope| {
        let asking: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| ensure(&cache.path().join("")).expect("there is room")))
            .collect();
        asking
            .into_iter()
            .map(|asked| asked.join().expect("nobody panics"))
            .collect()
    });
    assert!(folders.iter().all(|folder| *folder == folders[0]));
    assert_eq!(verify(&folders[0]).expect("it is whole"), WHOLE.manifest);
    let mut names: Vec<_> = fs::read_dir(cache.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            format!("dataset-{GENERATOR}-42"),
            format!("dataset-{GENERATOR}-42.lock")
        ]
    );

    // a whole copy is left alone
    let witness = fs::metadata(folders[0].join("manifest.json"))
        .unwrap()
        .created()
        .ok();
    assert_eq!(ensure(cache.path()).unwrap(), folders[0]);
    assert_eq!(
        fs::metadata(folders[0].join("manifest.json"))
            .unwrap()
            .created()
            .ok(),
        witness
    );

    // a damaged one is made again, even with something foreign in it
    fs::write(folders[0].join("files/text-1k.txt"), "damaged\n").unwrap();
    fs::write(folders[0].join("stray"), "stray\n").unwrap();
    assert_eq!(ensure(cache.path()).unwrap(), folders[0]);
    assert_eq!(
        verify(&folders[0]).expect("it is whole again"),
        WHOLE.manifest
    );
}

#[test]
fn a_cache_that_cannot_be_is_an_error() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error =
        ensure_seeded(&file.join("cache"), Seed(1)).expect_err("a file cannot hold a cache");
    assert!(
        error
            .to_string()
            .ends_with("Name a folder that you may write to"),
        "{error}"
    );
}
