//! What libFuzzer drives: the target that `FUZZ_TARGET` names, with a fault in it where `FUZZ_PLANTED` is set.
#![no_main]

use std::sync::OnceLock;

use fuzz::target::{self, Target};

static TARGET: OnceLock<&Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let target = TARGET.get_or_init(|| {
        if std::env::var_os("FUZZ_PLANTED").is_some() {
            target::plant();
        }
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        target::named(&name).expect("FUZZ_TARGET names a target; start this by `cargo run -p fuzz`")
    });
    (target.feed)(data);
});
