//! Units as types: a measured value knows what it is, and only it prints itself.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A duration in nanoseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Nanos(pub u64);

/// A size in bytes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Bytes(pub u64);

/// A number of things.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Count(pub u64);

/// A number of things a second.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct PerSecond(pub u64);

/// One quantity over another of the same unit. It belongs to tables: no sample is a ratio.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Ratio(pub f64);

/// The base units that a sample's integer can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// Nanoseconds.
    #[serde(rename = "ns")]
    Nanos,
    /// Bytes.
    #[serde(rename = "B")]
    Bytes,
    /// A plain number.
    #[serde(rename = "1")]
    Count,
    /// A number a second.
    #[serde(rename = "1/s")]
    PerSecond,
}

/// A measured value with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantity {
    /// A duration.
    Nanos(Nanos),
    /// A size.
    Bytes(Bytes),
    /// A number of things.
    Count(Count),
    /// A number of things a second.
    PerSecond(PerSecond),
}

impl Unit {
    /// The symbol that records and tables write: `ns`, `B`, `1`, `1/s`.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Nanos => "ns",
            Self::Bytes => "B",
            Self::Count => "1",
            Self::PerSecond => "1/s",
        }
    }

    /// An integer in this base unit as a quantity.
    pub fn quantity(self, value: u64) -> Quantity {
        match self {
            Self::Nanos => Quantity::Nanos(Nanos(value)),
            Self::Bytes => Quantity::Bytes(Bytes(value)),
            Self::Count => Quantity::Count(Count(value)),
            Self::PerSecond => Quantity::PerSecond(PerSecond(value)),
        }
    }
}

impl Quantity {
    /// The unit of this quantity.
    pub fn unit(self) -> Unit {
        match self {
            Self::Nanos(_) => Unit::Nanos,
            Self::Bytes(_) => Unit::Bytes,
            Self::Count(_) => Unit::Count,
            Self::PerSecond(_) => Unit::PerSecond,
        }
    }

    /// The integer in the base unit.
    pub fn value(self) -> u64 {
        match self {
            Self::Nanos(Nanos(value))
            | Self::Bytes(Bytes(value))
            | Self::Count(Count(value))
            | Self::PerSecond(PerSecond(value)) => value,
        }
    }

    /// The nearest float, in the base unit: for tables and figures only.
    pub fn real(self) -> f64 {
        float(self.value())
    }

    /// This quantity over another; `None` where the units differ or the other is zero.
    pub fn over(self, other: Self) -> Option<Ratio> {
        (self.unit() == other.unit() && other.value() != 0)
            .then(|| Ratio(float(self.value()) / float(other.value())))
    }
}

impl From<std::time::Duration> for Nanos {
    fn from(duration: std::time::Duration) -> Self {
        Self(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
    }
}

/// The nearest float. Exact below 2^53, which is 104 days in nanoseconds and 9 PB.
pub(crate) fn float(value: u64) -> f64 {
    let high = u32::try_from(value >> 32).expect("32 bits remain of 64 shifted by 32");
    let low = u32::try_from(value & 0xffff_ffff).expect("the mask leaves 32 bits");
    f64::from(high).mul_add(4_294_967_296.0, f64::from(low))
}

/// The nearest integer; the least or the greatest where there is none.
#[expect(
    clippy::as_conversions,
    reason = "the language has no other way from a float to an integer; this one saturates"
)]
pub(crate) fn whole(value: f64) -> u64 {
    value.round() as u64
}

macro_rules! into_quantity {
    ($($unit:ident)*) => {$(
        impl From<$unit> for Quantity {
            fn from(value: $unit) -> Self {
                Self::$unit(value)
            }
        }
    )*};
}
into_quantity!(Nanos Bytes Count PerSecond);

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nanos(value) => value.fmt(f),
            Self::Bytes(value) => value.fmt(f),
            Self::Count(value) => value.fmt(f),
            Self::PerSecond(value) => value.fmt(f),
        }
    }
}

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = Scale::of(self.0, names(Unit::Nanos));
        f.pad(&format!("{} {}", scale.number(self.0), scale.name))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = Scale::of(self.0, names(Unit::Bytes));
        f.pad(&format!("{} {}", scale.number(self.0), scale.name))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&grouped(self.0))
    }
}

impl fmt::Display for PerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} /s", grouped(self.0)))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            value if !value.is_finite() => "–".to_owned(),
            value if value >= 100.0 => format!("{value:.0}×"),
            value if value >= 10.0 => format!("{value:.1}×"),
            value if value >= 0.1 => format!("{value:.2}×"),
            value if value >= 0.000_1 => format!("{value:.4}×"),
            value => format!("{value:.2e}×"),
        };
        f.pad(&text)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.symbol())
    }
}

/// How a value of some size is written: what it is divided by, how many decimals are kept, and the unit's name.
#[derive(Clone, Copy)]
struct Scale {
    divisor: u128,
    decimals: usize,
    name: &'static str,
}

impl Scale {
    /// Three significant digits in the largest unit that leaves at least one before the point. Integers only, so that the
    /// same value prints the same on every machine.
    fn of(value: u64, units: &[&'static str]) -> Self {
        let value = u128::from(value);
        let mut divisor = 1_u128;
        let mut names = units.iter().copied();
        let mut name = names.next().unwrap_or_default();
        for larger in names {
            // 999,500 rounds up to the next unit's 1.00, so the switch is there and not at a million.
            if value * 2_000 < divisor * 1_000 * 1_999 {
                break;
            }
            divisor *= 1_000;
            name = larger;
        }
        let decimals = match value * 1_000 / divisor {
            _ if divisor == 1 => 0,
            0..9_995 => 2,
            9_995..99_950 => 1,
            _ => 0,
        };
        Self {
            divisor,
            decimals,
            name,
        }
    }

    /// The number alone.
    fn number(self, value: u64) -> String {
        let power = [1, 10, 100][self.decimals];
        let rounded = (u128::from(value) * power + self.divisor / 2) / self.divisor;
        if self.decimals == 0 {
            return rounded.to_string();
        }
        format!(
            "{}.{:0width$}",
            rounded / power,
            rounded % power,
            width = self.decimals
        )
    }
}

/// The names of a unit's thousandfolds; none for what is written in full.
fn names(unit: Unit) -> &'static [&'static str] {
    match unit {
        Unit::Nanos => &["ns", "µs", "ms", "s"],
        Unit::Bytes => &["B", "kB", "MB", "GB", "TB"],
        Unit::Count | Unit::PerSecond => &[],
    }
}

/// `2.31 ms [2.20–2.45]`: a value with the ends of its spread in the same unit and with the same decimals.
pub(crate) fn with_ends(value: Quantity, low: u64, high: u64, brackets: [char; 2]) -> String {
    let [open, close] = brackets;
    let names = names(value.unit());
    if names.is_empty() {
        return format!("{value} {open}{}–{}{close}", grouped(low), grouped(high));
    }
    let scale = Scale::of(value.value(), names);
    format!(
        "{value} {open}{}–{}{close}",
        scale.number(low),
        scale.number(high)
    )
}

/// Digits in groups of three.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_themselves_with_a_unit() {
        let shown: Vec<String> = [
            0,
            7,
            999,
            1_000,
            9_994,
            9_996,
            36_400,
            999_499,
            999_500,
            1_310_000,
            53_200_000,
            1_997_900_000,
            7_200_000_000_000,
        ]
        .map(|value| Nanos(value).to_string())
        .into();
        assert_eq!(
            shown,
            [
                "0 ns", "7 ns", "999 ns", "1.00 µs", "9.99 µs", "10.0 µs", "36.4 µs", "999 µs",
                "1.00 ms", "1.31 ms", "53.2 ms", "2.00 s", "7200 s"
            ]
        );
        assert_eq!(Bytes(471_000).to_string(), "471 kB");
        assert_eq!(Bytes(28_200_000).to_string(), "28.2 MB");
        assert_eq!(Count(1_234_567).to_string(), "1,234,567");
        assert_eq!(PerSecond(15_500).to_string(), "15,500 /s");
        assert_eq!(Nanos(u64::MAX).to_string(), "18446744074 s");
    }

    #[test]
    fn a_ratio_needs_one_unit_and_a_divisor() {
        let ratio = |a: Quantity, b: Quantity| a.over(b).map(|ratio| ratio.to_string());
        assert_eq!(
            ratio(Nanos(131).into(), Nanos(100).into()).as_deref(),
            Some("1.31×")
        );
        assert_eq!(ratio(Nanos(131).into(), Bytes(100).into()), None);
        assert_eq!(ratio(Nanos(131).into(), Nanos(0).into()), None);
        assert_eq!(Ratio(f64::NAN).to_string(), "–");
        assert_eq!(Ratio(0.049).to_string(), "0.0490×");
        assert_eq!(Ratio(20.94).to_string(), "20.9×");
    }

    #[test]
    fn floats_keep_every_bit_that_fits() {
        assert_eq!(float(0), 0.0);
        assert_eq!(float((1 << 53) - 1), 9_007_199_254_740_991.0);
        assert_eq!(float(u64::MAX), 18_446_744_073_709_551_615.0);
    }
}
