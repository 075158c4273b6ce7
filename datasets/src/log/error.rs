//! Apache's error log as a Markov chain over the six messages of the Loghub sample (Zhu et al., ISSRE 2023), of which no line is copied.
use std::collections::{BTreeMap, BTreeSet};

use super::truth::Error;
use super::visitor::address;
use crate::calendar::Date;
use crate::draw::Draw;
use crate::seed::Seed;

/// 2005-12-04 04:47:44 UTC, where the sample begins.
const START: i64 = 1_133_671_664;

/// Per mille, from row to column: found child, worker ok, error state, index forbidden, no child, child init.
const NEXT: [[u32; 6]; 6] = [
    [720, 260, 7, 7, 5, 0],
    [20, 280, 680, 0, 0, 20],
    [385, 320, 270, 20, 4, 0],
    [375, 190, 0, 440, 0, 0],
    [420, 500, 0, 0, 80, 0],
    [80, 330, 0, 170, 420, 0],
];
const WORKER_OK: usize = 1;

/// Seconds to the next line: weight in 1,000, and bounds. Zero in 61 %; then the sample's quantiles p75, p90, p95, p99 and its maximum.
const GAPS: [(u32, u32, u32); 6] = [
    (610, 0, 0),
    (140, 1, 4),
    (150, 4, 49),
    (50, 49, 247),
    (40, 247, 1_839),
    (10, 1_839, 15_434),
];

/// As many lines as the sample has in its busiest second.
const PER_SECOND: u32 = 18;

/// Lines and their truth; the share of `notice` is 70 % ± 2 points in the first 20, 200 and 2,000 lines.
///
/// A chain of 20 lines cannot promise its share, so that streams are tried in order until one keeps it: the number of tries is a function of the seed.
pub(crate) fn lines(seed: Seed, count: usize) -> (Vec<String>, Vec<Error>) {
    let mut attempt = 0;
    loop {
        let entries = chain(
            &mut Draw::of(seed, &format!("logs/apache_error attempt {attempt}")),
            count,
        );
        if [20, 200, 2000]
            .iter()
            .filter(|size| **size <= count)
            .all(|size| split_holds(&entries[..*size]))
        {
            return (entries.iter().map(line).collect(), entries);
        }
        attempt += 1;
    }
}

fn split_holds(entries: &[Error]) -> bool {
    let notices = entries
        .iter()
        .filter(|entry| entry.level == "notice")
        .count();
    (notices * 100).abs_diff(entries.len() * 70) <= entries.len() * 2
}

fn line(entry: &Error) -> String {
    let Error {
        time,
        level,
        client,
        message,
    } = entry;
    match client {
        Some(client) => format!("[{time}] [{level}] [client {client}] {message}"),
        None => format!("[{time}] [{level}] {message}"),
    }
}

fn chain(draw: &mut Draw, count: usize) -> Vec<Error> {
    let mut state = WORKER_OK;
    let mut now = START;
    let mut pid = 6_000 + draw.below(1_000);
    let mut clients = BTreeSet::new();
    let mut seconds = BTreeMap::<i64, u32>::new();
    let mut entries = Vec::with_capacity(count);
    while entries.len() < count {
        while seconds.get(&now).is_some_and(|lines| *lines >= PER_SECOND) {
            now += 1;
        }
        *seconds.entry(now).or_default() += 1;
        let (level, client, message) = match state {
            0 => {
                pid += draw.between(1, 12);
                if pid > 32_767 {
                    pid = 300;
                }
                let slot = 6 + draw.weighted(&[230, 230, 230, 190, 90, 15, 10, 5]);
                (
                    "notice",
                    None,
                    format!("jk2_init() Found child {pid} in scoreboard slot {slot}"),
                )
            }
            WORKER_OK => (
                "notice",
                None,
                "workerEnv.init() ok /etc/httpd/conf/workers2.properties".to_owned(),
            ),
            2 => {
                let digit = 6 + draw.weighted(&[685, 190, 80, 40]);
                // one in a hundred is the two-digit state
                let digit = if draw.chance(10) { 10 } else { digit };
                (
                    "error",
                    None,
                    format!("mod_jk child workerEnv in error state {digit}"),
                )
            }
            3 => {
                let mut client = address(draw);
                while !clients.insert(client.clone()) && clients.len() < 700 {
                    client = address(draw);
                }
                (
                    "error",
                    Some(client),
                    "Directory index forbidden by rule: /var/www/html/".to_owned(),
                )
            }
            4 => (
                "error",
                None,
                format!(
                    "jk2_init() Can't find child {} in scoreboard",
                    draw.between(300, 32_767)
                ),
            ),
            _ => ("error", None, "mod_jk child init 1 -2".to_owned()),
        };
        entries.push(Error {
            time: Date::of(now).error(),
            level: level.to_owned(),
            client,
            message,
        });
        state = draw.weighted(&NEXT[state]);
        // 33 of the sample's 1,999 steps go back by a little: several processes write one file
        if draw.chance(17) && now > START {
            now -= i64::from(draw.between(1, 3));
        } else {
            let (_, low, high) = GAPS[draw.weighted(&GAPS.map(|(weight, _, _)| weight))];
            // squared, because within a band short gaps are the more frequent
            let share = draw.below(1_000);
            now += i64::from(low) + i64::from(high - low) * i64::from(share * share) / 1_000_000;
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::{lines, split_holds};
    use crate::seed::Seed;

    #[test]
    fn levels_are_split_70_to_30_for_any_seed() {
        for seed in [1, 42, 7_000_000_000] {
            let (lines, entries) = lines(Seed(seed), 2000);
            assert_eq!(lines.len(), 2000);
            for size in [20, 200, 2000] {
                assert!(split_holds(&entries[..size]), "seed {seed}, {size} lines");
            }
            assert!(
                entries
                    .iter()
                    .filter(|entry| entry.client.is_some())
                    .count()
                    > 5
            );
        }
    }

    #[test]
    fn the_first_line_is_the_sample_s_first_message() {
        let (lines, _) = lines(Seed::default(), 20);
        assert_eq!(
            lines[0],
            "[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok /etc/httpd/conf/workers2.properties"
        );
    }
}
