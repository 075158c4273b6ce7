//! From a planted run to every table and figure, against golden text.

mod planted;

use std::fs;

use figures::draw_run;

#[test]
fn everything_is_drawn() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = planted::run(folder.path());
    let out =
        std::env::var_os("FIGURES_OUT").map_or_else(|| folder.path().join("drawn"), Into::into);
    let files = draw_run(&run, &out).expect("drawn");
    for file in &files {
        assert!(
            fs::metadata(file).expect("written").len() > 200,
            "{}",
            file.display()
        );
    }
}
