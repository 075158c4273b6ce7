//! Python's `logging` as the reference formats it: `%(asctime)s - %(name)s - %(levelname)s - %(message)s`.
use super::truth::Python;
use crate::calendar::Date;
use crate::draw::Draw;
use crate::seed::Seed;
use crate::text::phrase;

const START_MS: i64 = 1_760_104_536_000;

/// Shares as in the reference's own generator.
const LEVELS: [(&str, u32); 5] = [
    ("DEBUG", 30),
    ("INFO", 40),
    ("WARNING", 15),
    ("ERROR", 12),
    ("CRITICAL", 3),
];
const LOGGERS: [&str; 6] = [
    "app.main",
    "app.database",
    "app.cache",
    "app.http",
    "app.auth",
    "worker",
];

pub(super) fn lines(seed: Seed, count: usize) -> (Vec<String>, Vec<Python>) {
    let draw = &mut Draw::of(seed, "logs/python");
    let mut now = START_MS;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let date = Date::of(now / 1_000);
        let (level, _) = LEVELS[draw.weighted(&LEVELS.map(|(_, weight)| weight))];
        let message = match draw.below(4) {
            0 => format!(
                "request {} took {} ms",
                draw.between(1_000, 9_999),
                draw.between(1, 900)
            ),
            1 => format!("user {} - {}", draw.between(1, 500), phrase(draw, 3)),
            2 => format!(
                "connection to 192.0.2.{} lost: {}",
                draw.between(1, 254),
                phrase(draw, 2)
            ),
            _ => {
                let count = draw.between(3, 9);
                phrase(draw, count)
            }
        };
        entries.push(Python {
            time: format!("{} {},{:03}", date.iso_day(), date.clock(), now % 1_000),
            logger: draw.pick(&LOGGERS).to_owned(),
            level: level.to_owned(),
            message,
        });
        now += i64::from(draw.between(100, 5_000));
    }
    (
        entries
            .iter()
            .map(
                |Python {
                     time,
                     logger,
                     level,
                     message,
                 }| format!("{time} - {logger} - {level} - {message}"),
            )
            .collect(),
        entries,
    )
}
