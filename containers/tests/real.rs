//! A real engine, where one answers.

/// Every question that a measurement depends on has an answer.
#[test]
fn a_real_engine_is_found_and_described_whole() {
    let engine = match container::for_tests() {
        Ok(engine) => engine,
        Err(why) => return println!("skipped: {why}"),
    };
    engine.ping().expect("it answers");
    let told = engine.description();
    for part in [&told.version, &told.api, &told.storage, &told.cgroup] {
        assert!(!part.is_empty() && part != "untold", "{told}");
    }
}
