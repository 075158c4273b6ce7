//! Empties the kernel's page cache, so that what is started next comes from the disk. It is one for the whole machine.

use record::Outcome;

/// Where the kernel is told to.
const SWITCH: &str = "/proc/sys/vm/drop_caches";

/// Writes what is to be written and drops the rest: pages, and the names and places of files.
///
/// # Errors
/// When this process may not, as an outcome with the remedy.
pub fn drop_all() -> Result<(), Outcome> {
    dropped(SWITCH)
}

fn dropped(switch: &str) -> Result<(), Outcome> {
    // What is not written yet would stay.
    rustix::fs::sync();
    std::fs::write(switch, "3\n").map_err(|error| Outcome::Unavailable {
        why: format!("the page cache cannot be dropped: {error}"),
        remedy: "Run as root on Linux, or leave out --drop-caches.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_not_drop_it_is_told_what_would_change_that() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let switch = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        assert_eq!(dropped(&switch("switch")), Ok(()));
        let told = std::fs::read_to_string(switch("switch")).expect("written");
        assert_eq!(told, "3\n");
        let outcome = dropped(&switch("none/switch")).expect_err("there is no such folder");
        assert!(outcome.to_string().contains("as root"), "{outcome}");
    }
}
