//! Numbers as JavaScript's `Number()` reads them from a JSON value, because the official server hands its arguments to it.

/// The number that a JSON text means; not a number where it means none.
pub(crate) fn of(json: &str) -> f64 {
    match json {
        "true" => 1.0,
        "false" | "null" => 0.0,
        _ if json.starts_with('"') => {
            serde_json::from_str::<String>(json).map_or(f64::NAN, |text| of_text(&text))
        }
        _ if json.starts_with(['{', '[']) => f64::NAN,
        // A JSON number is one of Rust's as well.
        _ => json.parse().unwrap_or(f64::NAN),
    }
}

fn of_text(text: &str) -> f64 {
    // White space and line ends of ECMAScript: Unicode's, with the byte-order mark and without U+0085.
    let is_white = |c: char| c == '\u{feff}' || c != '\u{85}' && c.is_whitespace();
    let text = text.trim_matches(is_white);
    if text.is_empty() {
        return 0.0;
    }
    for (mark, radix) in [
        ("0x", 16),
        ("0X", 16),
        ("0o", 8),
        ("0O", 8),
        ("0b", 2),
        ("0B", 2),
    ] {
        if let Some(digits) = text.strip_prefix(mark) {
            return of_digits(digits, radix);
        }
    }
    match text.strip_prefix(['+', '-']).unwrap_or(text) {
        "Infinity" => {}
        // Rust reads names of numbers in any case; ECMAScript has digits, a point and an exponent.
        size if size
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) => {}
        _ => return f64::NAN,
    }
    text.parse().unwrap_or(f64::NAN)
}

fn of_digits(digits: &str, radix: u32) -> f64 {
    if digits.is_empty() {
        return f64::NAN;
    }
    // Beyond 2^53 this may round otherwise than ECMAScript; all such numbers are refused as too big.
    let value = digits.chars().try_fold(0.0, |value: f64, digit| {
        Some(value * f64::from(radix) + f64::from(digit.to_digit(radix)?))
    });
    value.unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn values_mean_what_they_mean_in_javascript() {
        // Each as node answers Number(JSON.parse(text)).
        for (json, number) in [
            ("1", 1.0),
            ("2.0", 2.0),
            ("-1e2", -100.0),
            ("1e400", f64::INFINITY),
            ("true", 1.0),
            ("false", 0.0),
            ("null", 0.0),
            ("\"\"", 0.0),
            ("\" \\n7\\ufeff\"", 7.0),
            ("\"0x10\"", 16.0),
            ("\"0b11\"", 3.0),
            ("\"0O17\"", 15.0),
            ("\"1.\"", 1.0),
            ("\".5e1\"", 5.0),
            ("\"+7\"", 7.0),
            ("\"-Infinity\"", f64::NEG_INFINITY),
        ] {
            assert_eq!(of(json).to_bits(), number.to_bits(), "{json}");
        }
        for json in [
            "{}",
            "[]",
            "\"x\"",
            "\"12abc\"",
            "\"-0x10\"",
            "\"0x\"",
            "\"0b12\"",
            "\"inf\"",
            "\"NaN\"",
            "\"1_0\"",
            "\".\"",
            "\"1e\"",
            "\"7\\u0085\"",
            "\"\\ud800\"",
        ] {
            assert!(of(json).is_nan(), "{json}");
        }
    }
}
