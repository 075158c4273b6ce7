//! Reads what processes hold in memory, from /proc.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use record::Bytes;

/// A process and all that descend from it.
pub fn family(process: u32) -> Vec<u32> {
    let mut found = vec![process];
    let mut at = 0;
    while at < found.len() {
        found.extend(children(found[at]));
        at += 1;
    }
    found
}

fn children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    threads
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|line| {
            line.split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<u32>>()
        })
        .collect()
}

/// Processor time of the calling thread so far, in nanoseconds.
pub fn own_cpu() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let part = |part: i64| u64::try_from(part).unwrap_or(0);
    part(time.tv_sec) * 1_000_000_000 + part(time.tv_nsec)
}

/// The sum over a process and its descendants of one line of /proc/…/status, for example `VmHWM`.
pub fn status(process: u32, field: &str) -> Option<Bytes> {
    sum(process, "status", field)
}

/// The sum over a process and its descendants of one line of /proc/…/smaps_rollup, for example `Pss`.
pub fn rollup(process: u32, field: &str) -> Option<Bytes> {
    sum(process, "smaps_rollup", field)
}

fn sum(process: u32, file: &str, field: &str) -> Option<Bytes> {
    let kib: Vec<u64> = family(process)
        .into_iter()
        .filter_map(|id| {
            value(
                &fs::read_to_string(format!("/proc/{id}/{file}")).ok()?,
                field,
            )
        })
        .collect();
    if kib.is_empty() {
        None
    } else {
        Some(Bytes(kib.iter().sum::<u64>() * 1024))
    }
}

/// The number of KiB on the line `field: 123 kB`.
fn value(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find(|line| {
        line.strip_prefix(field)
            .is_some_and(|rest| rest.starts_with(':'))
    })?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Time on a processor of a process and its descendants, in nanoseconds.
pub fn cpu(process: u32) -> u64 {
    family(process)
        .into_iter()
        .flat_map(|id| {
            fs::read_dir(format!("/proc/{id}/task"))
                .into_iter()
                .flatten()
                .flatten()
        })
        .filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok())
        .filter_map(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .sum()
}

/// Watches a process for short-lived children and remembers the largest.
pub struct Watch {
    stop: Arc<AtomicBool>,
    largest: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Looks each millisecond from now on.
    pub fn start(process: u32) -> Watch {
        let (stop, largest) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let (ends, keeps) = (Arc::clone(&stop), Arc::clone(&largest));
        let thread = std::thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                for child in family(process).into_iter().skip(1) {
                    let peak = fs::read_to_string(format!("/proc/{child}/status")).ok();
                    if let Some(kib) = peak.and_then(|text| value(&text, "VmHWM")) {
                        keeps.fetch_max(kib * 1024, Ordering::Relaxed);
                    }
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        Watch {
            stop,
            largest,
            thread: Some(thread),
        }
    }

    /// Ends the watch and tells the largest child's peak; 0 where there was none.
    pub fn end(mut self) -> Bytes {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the watch only reads files");
        }
        Bytes(self.largest.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_by_its_whole_name() {
        let text = "VmPeak:\t  10 kB\nVmHWM:\t  1234 kB\nPss_Anon:  5 kB\nPss:  7 kB\n";
        assert_eq!(
            (value(text, "VmHWM"), value(text, "Pss"), value(text, "Vm")),
            (Some(1234), Some(7), None)
        );
    }

    #[test]
    fn this_process_has_memory_and_has_used_the_processor() {
        let me = std::process::id();
        assert!(status(me, "VmHWM").is_some_and(|peak| peak > Bytes(1 << 16)));
        assert!(rollup(me, "Pss").is_some());
        assert!(cpu(me) > 0);
        assert!(family(me).contains(&me));
    }
}
