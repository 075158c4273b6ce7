//! What the system knows about one file or directory.

use crate::allowed::Allowed;
use crate::disk::{self, Kind};
use crate::failure::Failure;

/// Size, times, type and permissions, one a line.
///
/// A guest is not told permissions: the line then says `unknown`.
pub fn info(allowed: &Allowed, requested: &str) -> Result<String, Failure> {
    let stat = allowed.on(requested, |path| {
        disk::stat(path).map_err(|fault| fault.at("stat", path))
    })?;
    let permissions = match stat.mode {
        Some(mode) => format!("{:03o}", mode & 0o777),
        None => "unknown".to_owned(),
    };
    Ok(format!(
        "size: {}\ncreated: {}\nmodified: {}\naccessed: {}\nisDirectory: {}\nisFile: {}\npermissions: {permissions}",
        stat.size,
        date(stat.created),
        date(stat.modified),
        date(stat.accessed),
        stat.kind == Kind::Directory,
        stat.kind == Kind::File,
    ))
}

/// The time as JavaScript prints a `Date` where the time zone is UTC.
fn date(seconds: Option<i64>) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let Some(seconds) = seconds else {
        return "unknown".to_owned();
    };
    let days = seconds.div_euclid(86_400);
    let second = seconds.rem_euclid(86_400);
    // Days since 1970 to a date of the Gregorian calendar, by eras of 400 years that begin in March
    // (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = (march_month + 2) % 12;
    let year = era * 400 + year_of_era + i64::from(month < 2);
    format!(
        "{} {} {day:02} {year:04} {:02}:{:02}:{:02} GMT+0000 (Coordinated Universal Time)",
        DAYS[days.rem_euclid(7) as usize],
        MONTHS[month as usize],
        second / 3_600,
        second / 60 % 60,
        second % 60,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_javascript() {
        let utc = "GMT+0000 (Coordinated Universal Time)";
        for (seconds, expected) in [
            (0, "Thu Jan 01 1970 00:00:00"),
            (-1, "Wed Dec 31 1969 23:59:59"),
            (951_782_400, "Tue Feb 29 2000 00:00:00"),
            (1_795_249_649, "Sat Nov 21 2026 08:27:29"),
            (4_107_542_399, "Sun Feb 28 2100 23:59:59"),
        ] {
            assert_eq!(date(Some(seconds)), format!("{expected} {utc}"));
        }
    }
}
