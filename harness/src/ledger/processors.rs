//! Which share of the machine's processors a process may use, as its kernel tells: on which it may run, and how long in each period.

use std::path::{Path, PathBuf};

use super::Verdict;

/// Where control groups are.
const GROUPS: &str = "/sys/fs/cgroup";

/// Whether a process may use every processor that this one may.
pub fn every(process: u32) -> Verdict {
    let of = |process: &str, name: &str| {
        std::fs::read_to_string(format!("/proc/{process}/{name}")).unwrap_or_default()
    };
    let process = process.to_string();
    let Some(list) = allowed(&of(&process, "status")) else {
        return Verdict::Denied("it has ended".to_owned());
    };
    let own = allowed(&of("self", "status")).unwrap_or_default();
    if count(&list) < count(&own) {
        return Verdict::Denied(format!("it runs on {list} of {own} alone"));
    }
    let groups = of(&process, "cgroup");
    let shares = groups
        .lines()
        .filter_map(|line| quota(line, GROUPS.as_ref()));
    let least = shares.min().unwrap_or(u64::MAX);
    if least < count(&own).saturating_mul(1_000) {
        return Verdict::Denied(format!("it has {least} thousandths of a processor"));
    }
    Verdict::Allowed
}

/// The processors of a status file: `0-1,4`.
fn allowed(status: &str) -> Option<String> {
    let mut lines = status.lines();
    let list = lines.find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    Some(list.trim().to_owned())
}

/// How many a list names.
fn count(list: &str) -> u64 {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let ranges = list.split(',').filter_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(number(last)?.saturating_sub(number(first)?) + 1)
    });
    ranges.sum()
}

/// The least share, in thousandths of a processor, that the group of a line of a process's list has, or one above it; none where no time is
/// counted there.
fn quota(line: &str, root: &Path) -> Option<u64> {
    let mut parts = line.splitn(3, ':');
    let (_, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
    let first = controllers.is_empty();
    if !first && !controllers.split(',').any(|controller| controller == "cpu") {
        return None;
    }
    // Both versions name a controller's folder by its group; the first has one hierarchy for each.
    let mounted = [root.join("cpu"), root.join(controllers), root.to_owned()];
    let mounted = mounted.iter().find(|folder| folder.is_dir())?;
    let base = if first { root } else { mounted };
    let own = Path::new(group.trim_start_matches('/'));
    let above = own.ancestors().map(|group| base.join(group));
    above.filter_map(share).min()
}

/// The share of one group, where it is bounded.
fn share(group: PathBuf) -> Option<u64> {
    let read = |name: &str| std::fs::read_to_string(group.join(name)).ok();
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let (quota, period) = match read("cpu.max") {
        Some(told) => {
            let (quota, period) = told.split_once(' ')?;
            (number(quota)?, number(period)?)
        }
        // -1 where there is no bound.
        None => (
            number(&read("cpu.cfs_quota_us")?)?,
            number(&read("cpu.cfs_period_us")?)?,
        ),
    };
    Some(quota.saturating_mul(1_000) / period.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn processors_are_counted() {
        for (list, counted) in [("0", 1), ("0-1", 2), ("0-3,8,10-11", 7), ("", 0)] {
            assert_eq!(count(list), counted, "{list}");
        }
        let status = "Name:\tx\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n";
        assert_eq!(allowed(status).as_deref(), Some("0-1"));
        assert_eq!(allowed("Name:\tx\n"), None);
    }

    #[test]
    fn a_bound_is_found_in_either_version_and_above_a_group() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let put = |file: &str, content: &str| {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("made");
            fs::write(path, content).expect("written");
        };
        put("a/b/cpu.max", "max 100000\n");
        let of = |line: &str| quota(line, root.path());
        assert_eq!(of("0::/a/b"), None);
        put("a/cpu.max", "150000 100000\n");
        assert_eq!(of("0::/a/b"), Some(1_500));
        put("cpu/docker/one/cpu.cfs_quota_us", "50000\n");
        put("cpu/docker/one/cpu.cfs_period_us", "100000\n");
        put("cpu/docker/cpu.cfs_quota_us", "-1\n");
        put("cpu/docker/cpu.cfs_period_us", "100000\n");
        assert_eq!(of("4:cpu,cpuacct:/docker/one"), Some(500));
        assert_eq!(of("4:cpu,cpuacct:/docker"), None);
        assert_eq!(of("5:memory:/docker/one"), None);
        assert_eq!(of("nonsense"), None);
    }

    #[test]
    fn this_process_may_use_what_it_may_and_no_process_nothing() {
        assert!(matches!(every(u32::MAX), Verdict::Denied(_)));
    }
}
