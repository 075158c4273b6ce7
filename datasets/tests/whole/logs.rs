//! Logs have the lines, shares and times that were promised, and the planted truth is in them.
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::text;

fn lines(path: &str) -> Vec<String> {
    text(path).split('\n').map(str::to_owned).collect()
}

fn truth(path: &str) -> Vec<Map<String, Value>> {
    serde_json::from_str(&text(path)).expect("our own JSON")
}

#[test]
fn a_shorter_log_is_the_beginning_of_the_longer_one() {
    for kind in ["apache_combined", "apache_error", "python"] {
        let long = lines(&format!("logs/{kind}_2000.log"));
        assert_eq!(long.len(), 2000);
        for size in [20, 200] {
            assert_eq!(
                lines(&format!("logs/{kind}_{size}.log")),
                long[..size],
                "{kind} {size}"
            );
        }
    }
    for kind in ["nginx", "syslog", "json"] {
        assert_eq!(lines(&format!("logs/{kind}_200.log")).len(), 200);
    }
}

/// Writes a line again from its truth, by the format's own pattern.
fn check(log: &str, truth_file: &str, write: impl Fn(&dyn Fn(&str) -> String) -> String) {
    let (lines, entries) = (lines(log), truth(truth_file));
    assert_eq!(lines.len(), entries.len());
    for (line, entry) in lines.iter().zip(&entries) {
        let value = |key: &str| {
            entry
                .get(key)
                .map(|value| value.as_str().expect("values are strings").to_owned())
                .unwrap_or_default()
        };
        assert_eq!(*line, write(&value));
    }
}

#[test]
fn lines_can_be_written_again_from_the_truth() {
    let access = |get: &dyn Fn(&str) -> String| {
        let [ip, ident, user, time, method] = ["ip", "ident", "user", "time", "method"].map(get);
        let [path, protocol, status, size, referrer, agent] =
            ["path", "protocol", "status", "size", "referrer", "agent"].map(get);
        format!(
            "{ip} {ident} {user} [{time}] \"{method} {path} {protocol}\" {status} {size} \"{referrer}\" \"{agent}\""
        )
    };
    check(
        "logs/apache_combined_200.log",
        "logs/combined_200.truth.json",
        access,
    );
    check(
        "logs/apache_combined_2000.log",
        "logs/combined_2000.truth.json",
        access,
    );
    check("logs/nginx_200.log", "logs/nginx_200.truth.json", access);
    let error = |get: &dyn Fn(&str) -> String| {
        let [time, level, client, message] = ["time", "level", "client", "message"].map(get);
        let client = if client.is_empty() {
            client
        } else {
            format!("[client {client}] ")
        };
        format!("[{time}] [{level}] {client}{message}")
    };
    check(
        "logs/apache_error_200.log",
        "logs/error_200.truth.json",
        error,
    );
    check(
        "logs/apache_error_2000.log",
        "logs/error_2000.truth.json",
        error,
    );
    let python =
        |get: &dyn Fn(&str) -> String| ["time", "logger", "level", "message"].map(get).join(" - ");
    check("logs/python_200.log", "logs/python_200.truth.json", python);
    check(
        "logs/python_2000.log",
        "logs/python_2000.truth.json",
        python,
    );
    check("logs/syslog_200.log", "logs/syslog_200.truth.json", |get| {
        let [time, host, process, pid, message] =
            ["time", "host", "process", "pid", "message"].map(get);
        let pid = if pid.is_empty() {
            pid
        } else {
            format!("[{pid}]")
        };
        format!("{time} {host} {process}{pid}: {message}")
    });
}

#[test]
fn the_error_log_is_like_the_sample() {
    for size in [20, 200, 2000] {
        let lines = lines(&format!("logs/apache_error_{size}.log"));
        let notices = lines
            .iter()
            .filter(|line| line.contains("] [notice] "))
            .count();
        assert!(
            (notices * 100).abs_diff(size * 70) <= size * 2,
            "{notices} of {size}"
        );
    }
    let lines = lines("logs/apache_error_2000.log");
    let times: Vec<&str> = lines.iter().map(|line| &line[1..25]).collect();
    // 61 % of steps are within the second
    let still = times.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert!((1_120..=1_320).contains(&still), "{still} steps of no time");
    let mut seconds = BTreeMap::<&str, usize>::new();
    for time in &times {
        *seconds.entry(time).or_default() += 1;
    }
    assert!(seconds.values().all(|lines| *lines <= 18));
    let mut clients: Vec<_> = truth("logs/error_2000.truth.json")
        .iter()
        .filter_map(|entry| entry.get("client").map(Value::to_string))
        .collect();
    let all = clients.len();
    clients.sort();
    clients.dedup();
    assert_eq!(clients.len(), all, "each client comes once");
}

#[test]
fn python_levels_have_the_reference_s_shares() {
    let mut levels = BTreeMap::<String, usize>::new();
    for entry in truth("logs/python_2000.truth.json") {
        *levels
            .entry(
                entry["level"]
                    .as_str()
                    .expect("values are strings")
                    .to_owned(),
            )
            .or_default() += 1;
    }
    for (level, share) in [
        ("DEBUG", 600),
        ("INFO", 800),
        ("WARNING", 300),
        ("ERROR", 240),
        ("CRITICAL", 60),
    ] {
        assert!(
            levels[level].abs_diff(share) <= 60,
            "{level}: {}",
            levels[level]
        );
    }
}

#[test]
fn json_lines_are_json() {
    for line in lines("logs/json_200.log") {
        let value: Map<String, Value> =
            serde_json::from_str(&line).expect("each line is an object");
        assert!(value.contains_key("level") != value.contains_key("severity"));
    }
}

#[test]
fn entries_are_the_truth_with_a_level() {
    let mut levels = BTreeMap::<String, usize>::new();
    for (entry, planted) in truth("logs/entries_2000.json")
        .iter()
        .zip(truth("logs/combined_2000.truth.json"))
    {
        for key in [
            "ip", "time", "method", "path", "status", "size", "referrer", "agent",
        ] {
            assert_eq!(entry[key], planted[key]);
        }
        *levels.entry(entry["_level"].to_string()).or_default() += 1;
    }
    assert_eq!(levels.values().sum::<usize>(), 2000);
    assert!(
        levels.len() == 3 && levels["\"info\""] > 1_600,
        "{levels:?}"
    );
    for (entry, planted) in truth("logs/entries_error_2000.json")
        .iter()
        .zip(truth("logs/error_2000.truth.json"))
    {
        assert_eq!(
            (&entry["message"], &entry["_level"]),
            (&planted["message"], &planted["level"])
        );
        assert_eq!(
            entry["client"],
            planted.get("client").cloned().unwrap_or(Value::Null)
        );
    }
}
