//! Decimal rounding as Python's `round`: of the exact binary value, halves to even.

/// Rounds a value that is not negative and below 2^53 to some decimals (at most 6).
#[must_use]
pub fn decimals(value: f64, places: u32) -> f64 {
    let power = 10u64.pow(places.min(6));
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1075;
    if !(-126..0).contains(&exponent) || !value.is_finite() {
        // Whole numbers, and numbers too small for any decimal.
        return if exponent >= 0 { value } else { 0.0 };
    }
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let scaled = u128::from(mantissa) * u128::from(power);
    let shift = exponent.unsigned_abs();
    let (whole, rest, half) = (
        scaled >> shift,
        scaled & ((1 << shift) - 1),
        1 << (shift - 1),
    );
    let up = rest > half || (rest == half && whole & 1 == 1);
    (whole + u128::from(up)) as f64 / power as f64
}

/// Parts of a whole, rounded; 0 where there is no whole.
#[must_use]
pub fn ratio(part: u64, whole: u64, places: u32) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    decimals(part as f64 / whole as f64, places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_to_even_and_decimals_are_not_trusted() {
        // Python: round(0.125, 2), round(0.375, 2), round(1.005, 2), round(2.675, 2), round(1.5, 2)
        let cases = [
            (0.125, 0.12),
            (0.375, 0.38),
            (1.005, 1.0),
            (2.675, 2.67),
            (1.5, 1.5),
        ];
        for (value, wanted) in cases {
            assert_eq!(decimals(value, 2), wanted, "{value}");
        }
        assert_eq!(decimals(0.0, 4), 0.0);
        assert_eq!(decimals(1e-300, 4), 0.0);
        assert_eq!(decimals(1e15, 4), 1e15);
        assert_eq!(ratio(1, 0, 4), 0.0);
        assert_eq!(ratio(2, 3, 4), 0.6667);
    }

    proptest! {
        #[test]
        fn it_agrees_with_exact_printing(part in 0u64..100_000_000, whole in 1u64..100_000_000, places in 0u32..6) {
            let value = part as f64 / whole as f64;
            let printed: f64 = format!("{value:.*}", places as usize).parse().expect("a number");
            prop_assert_eq!(decimals(value, places), printed);
        }
    }
}
