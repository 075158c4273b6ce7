//! RFC 3164 lines as a Linux machine writes them.
use super::truth::Syslog;
use crate::calendar::Date;
use crate::draw::Draw;
use crate::seed::Seed;
use crate::text::phrase;

/// 2025-10-05 03:07:11 UTC: a day of one digit, which the format pads with a space.
const START: i64 = 1_759_633_631;

pub(super) fn lines(seed: Seed, count: usize) -> (Vec<String>, Vec<Syslog>) {
    let draw = &mut Draw::of(seed, "logs/syslog");
    let mut now = START;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let pid = draw.between(400, 32_767);
        let (process, pid, message) = match draw.weighted(&[30, 25, 20, 15, 10]) {
            0 => (
                "sshd",
                Some(pid),
                format!(
                    "Failed password for invalid user admin from 203.0.113.{} port {} ssh2",
                    draw.between(1, 254),
                    draw.between(1_024, 65_535)
                ),
            ),
            1 => (
                "CRON",
                Some(pid),
                "(root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.hourly)"
                    .to_owned(),
            ),
            2 => (
                "kernel",
                None,
                format!(
                    "[{}.{:06}] eth0: link up, {} Mbps, {}",
                    draw.between(10, 99_999),
                    draw.below(1_000_000),
                    draw.pick(&["100", "1000"]),
                    phrase(draw, 2)
                ),
            ),
            3 => (
                "systemd",
                Some(1),
                format!("Started {} service.", phrase(draw, 2)),
            ),
            _ => (
                "postfix/smtpd",
                Some(pid),
                format!(
                    "warning: hostname mail.example does not resolve to address 198.51.100.{}",
                    draw.between(1, 254)
                ),
            ),
        };
        entries.push(Syslog {
            time: Date::of(now).syslog(),
            host: draw.pick(&["edge-01", "edge-02", "gateway"]).to_owned(),
            process: process.to_owned(),
            pid: pid.map(|pid| pid.to_string()),
            message,
        });
        now += i64::from(draw.below(4_000));
    }
    (entries.iter().map(line).collect(), entries)
}

fn line(entry: &Syslog) -> String {
    let Syslog {
        time,
        host,
        process,
        pid,
        message,
    } = entry;
    match pid {
        Some(pid) => format!("{time} {host} {process}[{pid}]: {message}"),
        None => format!("{time} {host} {process}: {message}"),
    }
}
