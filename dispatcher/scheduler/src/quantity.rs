//! Quantities with their unit, as people write them in files: `0.7 ms`, `488478 B`, `943.71 Mbit/s`, `6.4 W`, `0.40 USD/h`.
//!
//! Read by integer arithmetic alone, so that a file and the value made of it are the same number and print the same.

use std::fmt;
use std::str::FromStr;

pub use record::{Bytes, Count, Nanos};

/// Bits a second over a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BitsPerSecond(pub u64);

/// Power drawn, in thousandths of a watt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Milliwatts(pub u64);

/// Money over time, in millionths of a US dollar an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicrodollarsPerHour(pub u64);

/// Why a text is no quantity of the kind that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// There is no number, or none that fits.
    #[error("{0:?} does not begin with a number below 2^64; write it like {1:?}")]
    Number(String, &'static str),
    /// The unit is none of the kind's.
    #[error("{0:?} has none of the units {1}; write it like {2:?}")]
    Unit(String, String, &'static str),
    /// There are more decimals than the base unit has.
    #[error("{0:?} is finer than {1}; leave the last decimals out")]
    TooFine(String, &'static str),
}

/// A kind of quantity that files can hold.
pub trait Quantity: Copy + PartialEq {
    /// Its units with the number of base units in each, the base unit first, growing.
    const UNITS: &'static [(&'static str, u64)];
    /// How one is written.
    const EXAMPLE: &'static str;

    /// So many base units.
    fn of(base: u64) -> Self;

    /// How many base units.
    fn base(self) -> u64;

    /// Reads what a person wrote.
    ///
    /// # Errors
    /// When number or unit cannot be understood, or the number is finer than the base unit.
    fn read(text: &str) -> Result<Self, QuantityError> {
        let number = || QuantityError::Number(short(text), Self::EXAMPLE);
        let trimmed = text.trim();
        let end = trimmed
            .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .unwrap_or(trimmed.len());
        let (digits, unit) = trimmed.split_at(end);
        let unit = unit.trim();
        let scale = Self::UNITS.iter().find(|(name, _)| *name == unit);
        let Some((_, scale)) = scale else {
            let known: Vec<&str> = Self::UNITS.iter().map(|(name, _)| *name).collect();
            return Err(QuantityError::Unit(
                short(text),
                known.join(", "),
                Self::EXAMPLE,
            ));
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() || fraction.contains('.') || digits.len() > 40 || digits.ends_with('.')
        {
            return Err(number());
        }
        let fraction = fraction.trim_end_matches('0');
        let mut base = u128::from_str(whole)
            .ok()
            .and_then(|whole| whole.checked_mul(u128::from(*scale)))
            .ok_or_else(number)?;
        if !fraction.is_empty() {
            let decimals = u32::try_from(fraction.len()).map_err(|_| number())?;
            let part = u128::from_str(fraction)
                .ok()
                .and_then(|part| part.checked_mul(u128::from(*scale)));
            let one = 10_u128.checked_pow(decimals);
            let (Some(part), Some(one)) = (part, one) else {
                return Err(QuantityError::TooFine(short(text), Self::UNITS[0].0));
            };
            if !part.is_multiple_of(one) {
                return Err(QuantityError::TooFine(short(text), Self::UNITS[0].0));
            }
            base += part / one;
        }
        u64::try_from(base).map(Self::of).map_err(|_| number())
    }

    /// What [`Quantity::read`] reads back as the same: the largest unit that leaves at most three decimals, in full.
    fn write(self) -> String {
        let base = self.base();
        let fits =
            |scale: u64| scale <= base && (scale < 1000 || base.is_multiple_of(scale / 1000));
        let units = Self::UNITS.iter().rev();
        let (name, scale) = units
            .copied()
            .find(|(_, scale)| fits(*scale))
            .unwrap_or(Self::UNITS[0]);
        let whole = base / scale;
        let thousandths = base % scale * 1000 / scale;
        match (scale, thousandths) {
            (1, _) | (_, 0) => format!("{whole} {name}"),
            _ => {
                format!("{whole}.{thousandths:03}")
                    .trim_end_matches('0')
                    .to_owned()
                    + " "
                    + name
            }
        }
    }
}

/// What is quoted of a text that somebody else wrote.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

macro_rules! quantity {
    ($type:ident, $example:literal, $($name:literal = $scale:literal),*) => {
        impl Quantity for $type {
            const UNITS: &'static [(&'static str, u64)] = &[$(($name, $scale)),*];
            const EXAMPLE: &'static str = $example;

            fn of(base: u64) -> Self {
                Self(base)
            }

            fn base(self) -> u64 {
                self.0
            }
        }
    };
}
quantity!(
    Nanos,
    "7.5 ms",
    "ns" = 1,
    "us" = 1_000,
    "ms" = 1_000_000,
    "s" = 1_000_000_000
);
quantity!(
    Bytes,
    "488478 B",
    "B" = 1,
    "kB" = 1_000,
    "MB" = 1_000_000,
    "GB" = 1_000_000_000
);
quantity!(
    BitsPerSecond,
    "943.71 Mbit/s",
    "bit/s" = 1,
    "kbit/s" = 1_000,
    "Mbit/s" = 1_000_000,
    "Gbit/s" = 1_000_000_000
);
quantity!(Milliwatts, "6.4 W", "mW" = 1, "W" = 1_000);
quantity!(
    MicrodollarsPerHour,
    "0.40 USD/h",
    "microUSD/h" = 1,
    "USD/h" = 1_000_000
);

macro_rules! shown {
    ($($type:ident)*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.write())
            }
        }
    )*};
}
shown!(BitsPerSecond Milliwatts MicrodollarsPerHour);

/// An integer as the nearest float: exact below 2^53, which is 104 days in nanoseconds and 9 PB.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "the language has no other way from a 64-bit integer to a float; it rounds to nearest"
)]
pub fn real(base: u64) -> f64 {
    base as f64
}

/// The nearest integer; the least or the greatest where there is none.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the language has no other way from a float to an integer; this one saturates"
)]
pub fn whole(value: f64) -> u64 {
    value.round() as u64
}

/// Milliseconds, as the reference has them. The same float as the decimal text gives, because both are rounded once.
pub fn millis(duration: Nanos) -> f64 {
    real(duration.0) / 1e6
}

/// Decimal megabytes, as the reference has them.
pub fn megabytes(size: Bytes) -> f64 {
    real(size.0) / 1e6
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_write_is_read_exactly() {
        assert_eq!(Nanos::read("0.7 ms"), Ok(Nanos(700_000)));
        assert_eq!(Nanos::read("1.50s"), Ok(Nanos(1_500_000_000)));
        assert_eq!(Bytes::read("0.000183 MB"), Ok(Bytes(183)));
        assert_eq!(
            BitsPerSecond::read("943.71 Mbit/s"),
            Ok(BitsPerSecond(943_710_000))
        );
        assert_eq!(Nanos::read("0 ms"), Ok(Nanos(0)));
        assert_eq!(Nanos(892_000).write(), "892 us");
        assert_eq!(Nanos(1_997_900_000).write(), "1997.9 ms");
        assert_eq!(Nanos(0).write(), "0 ns");
    }

    #[test]
    fn what_is_no_quantity_says_how_one_is_written() {
        let said = |text: &str| Nanos::read(text).expect_err(text).to_string();
        assert_eq!(
            said("7"),
            "\"7\" has none of the units ns, us, ms, s; write it like \"7.5 ms\""
        );
        assert_eq!(
            said("ms"),
            "\"ms\" does not begin with a number below 2^64; write it like \"7.5 ms\""
        );
        assert_eq!(
            said("0.0000001 ms"),
            "\"0.0000001 ms\" is finer than ns; leave the last decimals out"
        );
        for bad in [
            "-1 ms",
            "1.2.3 ms",
            "1. ms",
            ".5 ms",
            "99999999999999999999 s",
            "1e3 ms",
            "",
            "ǌ ms",
        ] {
            assert!(Nanos::read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_float_of_a_quantity_is_the_float_of_its_text() {
        for text in ["943.71", "0.892", "4.329", "2943.9", "0.7", "325.66"] {
            let read = Nanos::read(&format!("{text} ms")).expect("a duration");
            assert_eq!(
                millis(read).to_bits(),
                text.parse::<f64>().expect("a float").to_bits()
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(base: u64) {
            prop_assert_eq!(Nanos::read(&Nanos(base).write()), Ok(Nanos(base)));
            prop_assert_eq!(Bytes::read(&Bytes(base).write()), Ok(Bytes(base)));
            prop_assert_eq!(Milliwatts::read(&Milliwatts(base).write()), Ok(Milliwatts(base)));
        }

        #[test]
        fn nothing_makes_reading_panic(text in ".{0,60}") {
            let _ = Nanos::read(&text);
            let _ = MicrodollarsPerHour::read(&text);
        }
    }
}
