//! What words allow: from where, to where, and on which side is more than was claimed.

use serde::Deserialize;

use super::{Unit, Verdict};

/// On which side a number is more than was claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Above `high`.
    Above,
    /// Below `low`.
    Below,
}

/// What a claim's words allow a number to be.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The least.
    pub low: Option<f64>,
    /// The most.
    pub high: Option<f64>,
    /// How much further a number of ours may be, as a share.
    pub tolerance: f64,
    /// On which side a number is more than was claimed.
    pub better: Option<Better>,
    /// What the numbers are in.
    pub unit: Unit,
}

impl Bounds {
    /// In words: `10–21 ×`, `at most 1 MB`, `42 calls`.
    pub fn words(&self) -> String {
        let unit = |last: f64| self.unit.after(last);
        match (self.low, self.high) {
            (Some(low), Some(high)) if low.to_bits() == high.to_bits() => {
                format!("{low} {}", unit(low))
            }
            (Some(low), Some(high)) => format!("{low}–{high} {}", unit(high)),
            (Some(low), None) => format!("at least {low} {}", unit(low)),
            (None, Some(high)) => format!("at most {high} {}", unit(high)),
            (None, None) => String::new(),
        }
    }

    /// Why these bounds hold nothing, if so.
    pub(super) fn check(&self) -> Result<(), String> {
        let field = |name: &str, why: &str| Err(format!("{name} {why}"));
        let bounds = [self.low, self.high];
        if bounds.iter().all(Option::is_none) {
            return field(
                "low and high",
                "are both absent, so that it cannot fail; give one",
            );
        }
        if bounds
            .iter()
            .flatten()
            .any(|bound| !bound.is_finite() || *bound < 0.0)
        {
            return field("low or high", "is no number from 0 up; correct it");
        }
        if let (Some(low), Some(high)) = (self.low, self.high)
            && low > high
        {
            return field("low", "is more than high; exchange them");
        }
        if !(0.0..1.0).contains(&self.tolerance) {
            return field("tolerance", "is no share; give 0.05 for 5 %");
        }
        match self.better {
            Some(Better::Above) if self.high.is_none() => {
                field("better", "is \"above\" and there is no high; give one")
            }
            Some(Better::Below) if self.low.is_none() => {
                field("better", "is \"below\" and there is no low; give one")
            }
            _ => Ok(()),
        }
    }

    /// What these numbers are under the words, and why. The paper's own numbers have no tolerance.
    pub(super) fn verdict(&self, is_own: bool, held: &[(&str, f64)]) -> (Verdict, String) {
        let tolerance = if is_own { 0.0 } else { self.tolerance };
        let low = self.low.map(|low| low * (1.0 - tolerance));
        let high = self.high.map(|high| high * (1.0 + tolerance));
        let name = |list: &[&(&str, f64)]| {
            let named: Vec<String> = list
                .iter()
                .map(|(whose, value)| format!("{whose} {}", self.unit.written(*value)))
                .collect();
            named.join(", ")
        };
        let below: Vec<_> = held
            .iter()
            .filter(|(_, value)| low.is_some_and(|low| *value < low))
            .collect();
        let above: Vec<_> = held
            .iter()
            .filter(|(_, value)| high.is_some_and(|high| *value > high))
            .collect();
        let allowed = match tolerance {
            0.0 => self.words(),
            share => format!("{} ± {:.0} %", self.words(), share * 100.0),
        };
        let (worse, better) = match self.better {
            Some(Better::Above) => (below, above),
            Some(Better::Below) => (above, below),
            None => ([below, above].concat(), Vec::new()),
        };
        match (worse.is_empty(), better.is_empty()) {
            (true, true) => (Verdict::Reproduced, format!("all within {allowed}")),
            (true, false) => (
                Verdict::BetterThan,
                format!("beyond {allowed}, on the better side: {}", name(&better)),
            ),
            (false, _) => (
                Verdict::NotReproduced,
                format!("not within {allowed}: {}", name(&worse)),
            ),
        }
    }
}

impl Unit {
    /// A number with its unit.
    pub(super) fn written(self, value: f64) -> String {
        format!("{} {}", self.digits(value), self.after(value))
    }

    /// Its word or symbol after this number.
    fn after(self, value: f64) -> &'static str {
        match self {
            Self::Calls if value.to_bits() == 1.0_f64.to_bits() => "call",
            _ => self.symbol(),
        }
    }

    /// Three digits, as far as it has them; what is counted is whole.
    pub(super) fn digits(self, value: f64) -> String {
        match value.abs() {
            _ if self == Self::Calls => format!("{value:.0}"),
            size if size >= 100.0 => format!("{value:.0}"),
            size if size >= 10.0 => format!("{value:.1}"),
            size if size >= 0.1 => format!("{value:.2}"),
            _ => format!("{value:.4}"),
        }
    }
}
