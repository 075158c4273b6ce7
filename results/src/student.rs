//! Student's t distribution: how far a mean of few values can be trusted.

/// Lanczos' coefficients for g = 7, n = 9 (Godfrey 2001); good for 15 digits.
const LANCZOS: [f64; 9] = [
    0.999_999_999_999_809_9,
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

/// How probable it is that chance alone gives a t at least this far from zero, on either side.
pub(crate) fn two_sided(t: f64, freedom: f64) -> f64 {
    if t.is_nan() || freedom.is_nan() {
        return 1.0;
    }
    incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

/// The t that chance exceeds, on either side, in 5 of 100 cases.
pub(crate) fn quantile_95(freedom: f64) -> f64 {
    let (mut low, mut high) = (0.0, 100.0);
    while high - low > 1e-9 {
        let middle = f64::midpoint(low, high);
        if two_sided(middle, freedom) > 0.05 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

fn ln_gamma(x: f64) -> f64 {
    let x = x - 1.0;
    let base = x + 7.5;
    let mut sum = LANCZOS[0];
    let mut place = x;
    for coefficient in &LANCZOS[1..] {
        place += 1.0;
        sum += coefficient / place;
    }
    0.5 * std::f64::consts::TAU.ln() + (x + 0.5) * base.ln() - base + sum.ln()
}

/// The regularised incomplete beta function, by Lentz's continued fraction (Press et al., Numerical Recipes, 3rd ed., 6.4).
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(b, a, 1.0 - x);
    }
    let log = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln();
    let away = |value: f64| {
        if value.abs() < 1e-300 { 1e-300 } else { value }
    };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    let mut m = 0.0;
    while m < 300.0 {
        m += 1.0;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            factor = d * c;
            fraction *= factor;
        }
        if (factor - 1.0).abs() < 1e-14 {
            break;
        }
    }
    log.exp() / a * fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (freedom, printed) in [
            (1.0, 12.706),
            (2.0, 4.303),
            (5.0, 2.571),
            (7.0, 2.365),
            (10.0, 2.228),
            (30.0, 2.042),
            (120.0, 1.980),
        ] {
            let quantile = quantile_95(freedom);
            assert!((quantile - printed).abs() < 6e-4, "{freedom}: {quantile}");
        }
    }

    #[test]
    fn tails_are_those_of_the_tables() {
        // Two-sided 1 % and 0.1 %.
        for (t, freedom, p) in [
            (3.169, 10.0, 0.01),
            (4.587, 10.0, 0.001),
            (2.977, 14.0, 0.01),
            (4.140, 14.0, 0.001),
        ] {
            let found = two_sided(t, freedom);
            assert!((found / p - 1.0).abs() < 2e-3, "{t}, {freedom}: {found}");
        }
        assert_eq!(two_sided(0.0, 5.0), 1.0);
        assert_eq!(two_sided(f64::INFINITY, 5.0), 0.0);
        assert_eq!(two_sided(f64::NAN, 5.0), 1.0);
    }
}
