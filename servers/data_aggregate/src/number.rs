//! Numbers as the reference server counts with them: whole ones stay whole, sums of others are exact until the last rounding.

use crate::value::{Object, Value};
use std::cmp::Ordering;

/// A number.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// Within 64 bits, or a sum of such.
    Int(i128),
    /// Finite.
    Float(f64),
}

impl Number {
    /// What a value counts as: a number as itself, true as 1, a text such as `1,234.5` as what it says.
    pub fn of(value: &Value<'_>) -> Option<Number> {
        match value {
            Value::Int(whole) => Some(Number::Int(*whole)),
            Value::Float(number) => Some(Number::Float(*number)),
            Value::Bool(flag) => Some(Number::Int(i128::from(*flag))),
            Value::Text(text) => of_text(text).map(Number::Float),
            Value::Null | Value::List(_) | Value::Object(_) => None,
        }
    }

    /// The nearest double.
    pub fn float(self) -> f64 {
        match self {
            Number::Int(whole) => whole as f64,
            Number::Float(number) => number,
        }
    }

    /// The order of the exact values.
    pub fn order(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a.cmp(&b),
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (Number::Int(a), Number::Float(b)) => whole_order(a, b),
            (Number::Float(a), Number::Int(b)) => whole_order(b, a).reverse(),
        }
    }
}

impl<'a> From<Number> for Value<'a> {
    fn from(number: Number) -> Value<'a> {
        match number {
            Number::Int(whole) => Value::Int(whole),
            Number::Float(number) => Value::Float(number),
        }
    }
}

fn whole_order(whole: i128, number: f64) -> Ordering {
    // A double is whole or below 2^53; where it does not fit, the cast gives the nearest that does, which compares alike.
    let trunc = number.trunc();
    whole.cmp(&(trunc as i128)).then_with(|| {
        0.0f64
            .partial_cmp(&(number - trunc))
            .unwrap_or(Ordering::Equal)
    })
}

/// A decimal number, thousands between commas, white space around it; no names, no digits but ASCII's.
fn of_text(text: &str) -> Option<f64> {
    let text = text.replace(',', "");
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // Rust reads what Python reads, and names of numbers besides.
    let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    if !unsigned.starts_with(|c: char| c == '.' || c.is_ascii_digit())
        || !unsigned.bytes().all(plain)
    {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The sum of doubles, rounded once (J. Shewchuk's partials, as Python's `math.fsum`); nothing where it leaves their range.
pub fn sum(numbers: impl IntoIterator<Item = f64>) -> Option<f64> {
    // Never overlapping, so never more than fit between the smallest and the largest double: some forty.
    let mut partials: Vec<f64> = Vec::new();
    for mut x in numbers {
        let mut kept = 0;
        for place in 0..partials.len() {
            let mut y = partials[place];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        partials.truncate(kept);
        if !x.is_finite() {
            return None;
        }
        if x != 0.0 {
            partials.push(x);
        }
    }
    let Some(mut high) = partials.pop() else {
        return Some(0.0);
    };
    let mut low = 0.0;
    while let Some(y) = partials.pop() {
        let x = high;
        high = x + y;
        low = y - (high - x);
        if low != 0.0 {
            break;
        }
    }
    // Halfway between two doubles, what is left decides.
    if let Some(left) = partials.last()
        && (low < 0.0 && *left < 0.0 || low > 0.0 && *left > 0.0)
    {
        let twice = low * 2.0;
        let x = high + twice;
        if twice == x - high {
            high = x;
        }
    }
    high.is_finite().then_some(high)
}

/// The sum: whole where all are.
pub fn total(numbers: &[Number]) -> Option<Number> {
    let whole = numbers.iter().try_fold(0i128, |sum, number| match number {
        Number::Int(whole) => sum.checked_add(*whole),
        Number::Float(_) => None,
    });
    match whole {
        Some(whole) => Some(Number::Int(whole)),
        None => sum(numbers.iter().map(|number| number.float())).map(Number::Float),
    }
}

/// `count, sum, min, max, mean, median`, and `stdev` (of a sample) of two or more; of none the count alone.
///
/// # Errors
/// Where a sum leaves the range of a double.
pub fn statistics<'a>(field: &str, numbers: &[Number]) -> Result<Object<'a>, String> {
    let mut found = Object::default();
    found.set("count", Value::Int(numbers.len() as i128));
    if numbers.is_empty() {
        return Ok(found);
    }
    describe(numbers, &mut found)
        .map(|()| found)
        .ok_or_else(|| too_large(field))
}

/// What is said where a sum leaves the range of a double.
pub fn too_large(field: &str) -> String {
    format!("the numbers of {field} are too large to be added; divide them by a power of ten")
}

fn describe(numbers: &[Number], found: &mut Object<'_>) -> Option<()> {
    let count = numbers.len();
    let mut sorted = numbers.to_vec();
    sorted.sort_by(|a, b| a.order(*b));
    // Of equal ones the first is the least, as in Python; the last of the greatest need not be.
    let least = *sorted.first()?;
    let greatest = numbers
        .iter()
        .copied()
        .reduce(|best, next| if next.order(best).is_gt() { next } else { best })?;
    found.set("sum", total(numbers)?.into());
    found.set("min", least.into());
    found.set("max", greatest.into());
    let mean = sum(numbers.iter().map(|number| number.float()))? / count as f64;
    found.set("mean", Value::Float(mean));
    let upper = *sorted.get(count / 2)?;
    let median = if count % 2 == 1 {
        upper.into()
    } else {
        let lower = *sorted.get(count / 2 - 1)?;
        let both = match (lower, upper) {
            (Number::Int(a), Number::Int(b)) => (a + b) as f64,
            _ => lower.float() + upper.float(),
        };
        Value::Float(Some(both / 2.0).filter(|median| median.is_finite())?)
    };
    found.set("median", median);
    if count > 1 {
        let squares = numbers.iter().map(|number| {
            let away = number.float() - mean;
            away * away
        });
        let variance = sum(squares)? / (count - 1) as f64;
        found.set("stdev", Value::Float(variance.sqrt()));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_numbers_where_they_are_plain_decimals() {
        for (text, number) in [
            ("1,234.5", Some(1234.5)),
            (" 7 ", Some(7.0)),
            ("+.5e1", Some(5.0)),
            ("-1.", Some(-1.0)),
            ("", None),
            (".", None),
            ("e5", None),
            ("1e", None),
            ("inf", None),
            ("nan", None),
            ("1e999", None),
            ("1_0", None),
            ("0x1", None),
            ("١", None),
            ("1 2", None),
        ] {
            assert_eq!(of_text(text), number, "{text}");
        }
    }

    #[test]
    fn sums_are_rounded_once() {
        // Each as math.fsum answers.
        assert_eq!(sum([0.1; 10]), Some(1.0));
        assert_eq!(
            sum([1e100, 1.0, -1e100, 1e-100, 1e50, -1.0, -1e50]),
            Some(1e-100)
        );
        assert_eq!(
            sum([9_007_199_254_740_992.0, -0.5, -5.551_115_123_125_783e-17]),
            Some(9_007_199_254_740_991.0)
        );
        assert_eq!(sum([1e308, 1e308, -1e308]), None);
        assert_eq!(sum([]), Some(0.0));
    }

    #[test]
    fn whole_numbers_and_doubles_compare_exactly() {
        let order = |a: i128, b: f64| Number::Int(a).order(Number::Float(b));
        assert_eq!(order(1 << 53, 9_007_199_254_740_992.0), Ordering::Equal);
        assert_eq!(
            order((1 << 53) + 1, 9_007_199_254_740_992.0),
            Ordering::Greater
        );
        assert_eq!(order(-1, -0.5), Ordering::Less);
        assert_eq!(order(0, -0.5), Ordering::Greater);
        assert_eq!(order(i128::from(u64::MAX), 1e300), Ordering::Less);
    }

    proptest! {
        #[test]
        fn a_sum_does_not_depend_on_the_order(mut numbers in prop::collection::vec(-1e200f64..1e200, 0..40)) {
            let forth = sum(numbers.iter().copied());
            numbers.reverse();
            prop_assert_eq!(sum(numbers), forth);
        }
    }
}
