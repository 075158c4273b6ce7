//! Every log and its truth, in the order of the manifest.
use std::io;

use super::{access, error, json, parsed, python, syslog, truth};
use crate::layout::Sink;
use crate::seed::Seed;

/// Line counts of the three sizes.
const SIZES: [usize; 3] = [20, 200, 2000];

pub(crate) fn write(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    let (lines, entries) = access::combined(seed, 2000);
    for size in SIZES {
        sink(
            &format!("logs/apache_combined_{size}.log"),
            join(&lines[..size]).as_bytes(),
        )?;
    }
    for size in [200, 2000] {
        sink(
            &format!("logs/combined_{size}.truth.json"),
            &truth::array(&entries[..size]),
        )?;
        sink(
            &format!("logs/entries_{size}.json"),
            &parsed::access(&entries[..size]),
        )?;
    }

    let (lines, entries) = error::lines(seed, 2000);
    for size in SIZES {
        sink(
            &format!("logs/apache_error_{size}.log"),
            join(&lines[..size]).as_bytes(),
        )?;
    }
    for size in [200, 2000] {
        sink(
            &format!("logs/error_{size}.truth.json"),
            &truth::array(&entries[..size]),
        )?;
    }
    sink("logs/entries_error_2000.json", &parsed::error(&entries))?;

    let (lines, entries) = python::lines(seed, 2000);
    for size in SIZES {
        sink(
            &format!("logs/python_{size}.log"),
            join(&lines[..size]).as_bytes(),
        )?;
    }
    for size in [200, 2000] {
        sink(
            &format!("logs/python_{size}.truth.json"),
            &truth::array(&entries[..size]),
        )?;
    }

    let (lines, entries) = access::nginx(seed, 200);
    sink("logs/nginx_200.log", join(&lines).as_bytes())?;
    sink("logs/nginx_200.truth.json", &truth::array(&entries))?;

    let (lines, entries) = syslog::lines(seed, 200);
    sink("logs/syslog_200.log", join(&lines).as_bytes())?;
    sink("logs/syslog_200.truth.json", &truth::array(&entries))?;

    // a line of it is its own truth
    sink(
        "logs/json_200.log",
        join(&json::lines(seed, 200)).as_bytes(),
    )
}

fn join(lines: &[String]) -> String {
    lines.join("\n")
}
