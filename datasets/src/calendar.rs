//! Dates of log lines: seconds since 1970 to the parts of a UTC date, and no clock.

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// One moment, UTC.
pub(crate) struct Date {
    pub(crate) year: i64,
    pub(crate) month: u32,
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
    weekday: usize,
}

impl Date {
    /// Howard Hinnant's `civil_from_days`, which is exact for every year that a log can name.
    pub(crate) fn of(unix_seconds: i64) -> Self {
        let (days, rest) = (
            unix_seconds.div_euclid(86_400),
            unix_seconds.rem_euclid(86_400) as u32,
        );
        let shifted = days + 719_468; // days since 0000-03-01
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        } as u32;
        Date {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: (of_year - (153 * from_march + 2) / 5 + 1) as u32,
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
            weekday: (days + 4).rem_euclid(7) as usize, // 1970-01-01 was a Thursday
        }
    }

    /// `10/Oct/2025:13:55:36 +0000`, as Apache's and nginx's access logs write it.
    pub(crate) fn access(&self) -> String {
        format!(
            "{:02}/{}/{}:{} +0000",
            self.day,
            self.month_name(),
            self.year,
            self.clock()
        )
    }

    /// `Sun Dec 04 04:47:44 2005`, as Apache's error log writes it.
    pub(crate) fn error(&self) -> String {
        format!(
            "{} {} {:02} {} {}",
            DAYS[self.weekday],
            self.month_name(),
            self.day,
            self.clock(),
            self.year
        )
    }

    /// `Oct  5 13:55:36`, as RFC 3164 has it: the day is padded with a space.
    pub(crate) fn syslog(&self) -> String {
        format!("{} {:>2} {}", self.month_name(), self.day, self.clock())
    }

    /// `2025-10-05`.
    pub(crate) fn iso_day(&self) -> String {
        format!("{}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// `13:55:36`.
    pub(crate) fn clock(&self) -> String {
        format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }

    fn month_name(&self) -> &'static str {
        MONTHS[self.month as usize - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn writes_known_moments() {
        assert_eq!(Date::of(1_133_671_664).error(), "Sun Dec 04 04:47:44 2005");
        assert_eq!(Date::of(951_782_400).iso_day(), "2000-02-29");
        assert_eq!(
            Date::of(1_760_104_536).access(),
            "10/Oct/2025:13:55:36 +0000"
        );
        assert_eq!(Date::of(-1).iso_day(), "1969-12-31");
    }
}
