//! The committed log of the long runs: every target was fed long enough, and nothing was left in it that breaks a rule.

use std::path::Path;

use fuzz::log;

#[test]
fn every_target_was_fed_for_long_enough_and_nothing_is_left() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("log.csv");
    let rows = log::read(&file).expect("it is a log");
    let lacks = log::lacks(&rows);
    assert!(
        lacks.is_empty(),
        "log.csv lacks {}; feed the target again, as the README says",
        lacks.join(", ")
    );
}
