//! JSON lines, as structured loggers write them: strings, numbers, nested values and several names for the level.
use serde::Serialize;

use super::visitor::{path, visitor};
use crate::calendar::Date;
use crate::draw::Draw;
use crate::seed::Seed;
use crate::text::phrase;

const START: i64 = 1_760_104_536;

/// Field order is the order in the line.
#[derive(Serialize)]
struct Line {
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    logger: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
}

#[derive(Serialize)]
struct Request {
    ip: String,
    path: String,
    status: u16,
    milliseconds: u32,
}

pub(super) fn lines(seed: Seed, count: usize) -> Vec<String> {
    let draw = &mut Draw::of(seed, "logs/json");
    let mut now = START;
    let mut lines = Vec::with_capacity(count);
    for _ in 0..count {
        let level =
            ["debug", "info", "warning", "error", "critical"][draw.weighted(&[30, 40, 15, 12, 3])];
        let named_severity = draw.chance(200);
        let date = Date::of(now);
        let words = draw.between(3, 8);
        let line = Line {
            timestamp: format!("{}T{}Z", date.iso_day(), date.clock()),
            level: (!named_severity).then_some(level),
            severity: named_severity.then_some(level),
            logger: draw.pick(&["api", "billing", "search", "worker"]),
            message: phrase(draw, words),
            request: draw.chance(400).then(|| Request {
                ip: visitor(draw),
                path: path(draw),
                status: [200, 301, 404, 500][draw.weighted(&[80, 5, 10, 5])],
                milliseconds: draw.between(1, 900),
            }),
        };
        lines.push(serde_json::to_string(&line).expect("a struct of strings and numbers"));
        now += i64::from(draw.below(20));
    }
    lines
}
