//! Reads fractions exactly. `serde_json` reads them fast, and the last bit may be another; a digest must not depend on who reads.
//!
//! Its option that reads exactly would reach every crate that is built with this one, and change what is measured.

use std::cell::Cell;

/// The numbers of a JSON text that `serde_json` takes for fractions, in the order in which they stand.
pub(crate) struct Fractions<'a> {
    rest: Cell<&'a str>,
}

impl<'a> Fractions<'a> {
    /// Of this text, from its beginning.
    pub(crate) fn of(text: &'a str) -> Fractions<'a> {
        Fractions {
            rest: Cell::new(text),
        }
    }

    /// The next one, exactly.
    pub(crate) fn next(&self) -> Option<f64> {
        let mut rest = self.rest.get();
        loop {
            let at = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit())?;
            rest = &rest[at..];
            if rest.starts_with('"') {
                rest = &rest[string(rest)..];
                continue;
            }
            let length = rest
                .find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')))
                .unwrap_or(rest.len());
            let (number, after) = rest.split_at(length);
            rest = after;
            if is_fraction(number) {
                self.rest.set(rest);
                return number.parse().ok();
            }
        }
    }
}

/// The length of the string that a text begins with, quotes included.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether `serde_json` takes a number for a fraction: it is written as one, is below or above every 64-bit integer, or is `-0`.
fn is_fraction(number: &str) -> bool {
    number.contains(['.', 'e', 'E'])
        || number == "-0"
        || (number.parse::<u64>().is_err() && number.parse::<i64>().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_that_are_fractions_are_found() {
        let text = r#"{"a-1.5\"2.5":[1,-2,0.5,-0,"3.5",{"b":1e3}],"c":18446744073709551615,"d":18446744073709551616,"é":-1.25e-3}"#;
        let fractions = Fractions::of(text);
        let found: Vec<f64> = std::iter::from_fn(|| fractions.next()).collect();
        assert_eq!(found, [0.5, -0.0, 1000.0, 18446744073709551616.0, -0.00125]);
        assert!(found[1].is_sign_negative());
        for odd in ["", "\"", "\"\\", "-", "1.2.3", "[\"a\\\\\",0.5"] {
            let fractions = Fractions::of(odd);
            assert!(std::iter::from_fn(|| fractions.next()).count() < 2, "{odd}");
        }
    }
}
