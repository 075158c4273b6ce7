//! What disturbs a measurement: of one sample, and of a run as a whole. Every warning ends in what to do next.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::variable::names;
use crate::{Bytes, Count};

names! {
    /// What else used the machine while a sample was taken.
    Disturbance {
        Busy, "busy", "Other processes used the processors.";
        Stolen, "stolen", "The hypervisor gave the processors to somebody else.";
        Memory, "low-memory", "So little memory was free that the kernel had to find some.";
    }
}

/// What a reader should know of a run before believing it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Warning {
    /// Other processes used the machine while it measured.
    Busy {
        /// How much in the mean, in thousandths of a processor.
        milli: Count,
    },
    /// The hypervisor took processors away while the run measured.
    Stolen {
        /// How much in the mean, in thousandths of a processor.
        milli: Count,
    },
    /// The frequency governor changes the clock with the load.
    Governor {
        /// Its name.
        name: String,
    },
    /// Little memory was free.
    Memory {
        /// The least that was available.
        available: Bytes,
    },
    /// `noop`, which does the same all the time, became slower or faster within the run.
    Drift {
        /// The last part of the run against its first, in thousandths; above zero is slower.
        permille: i64,
    },
    /// The machine was loaded before the run began.
    Load {
        /// The one-minute load average, in thousandths.
        milli: Count,
    },
    /// Some cells have too few samples for an interval.
    Few {
        /// How many cells.
        cells: Count,
        /// How few samples the poorest of them has.
        samples: Count,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { milli } => write!(
                f,
                "other processes used {} processors while this run measured; end them and measure again",
                Milli(milli.0)
            ),
            Self::Stolen { milli } => write!(
                f,
                "the hypervisor took {} processors away while this run measured; measure at a quieter hour or on a machine of your own",
                Milli(milli.0)
            ),
            Self::Governor { name } => write!(
                f,
                "the frequency governor is {name}, which changes the clock with the load; set it to performance: cpupower frequency-set -g performance"
            ),
            Self::Memory { available } => write!(
                f,
                "only {available} of memory were available; end what holds memory and measure again"
            ),
            Self::Drift { permille } => {
                let way = if *permille < 0 { "faster" } else { "slower" };
                let (whole, tenth) = (permille.unsigned_abs() / 10, permille.unsigned_abs() % 10);
                write!(
                    f,
                    "noop became {whole}.{tenth} % {way} within the run, so the machine changed; compare within this run only, or measure again"
                )
            }
            Self::Load { milli } => write!(
                f,
                "the load average was {} before the run began; wait until the machine is idle and measure again",
                Milli(milli.0)
            ),
            Self::Few { cells, samples } => write!(
                f,
                "{cells} cells have fewer than 6 samples, the poorest {samples}, so they have a range and no interval; raise --samples or --budget"
            ),
        }
    }
}

/// Thousandths, written with two decimals.
struct Milli(u64);

impl fmt::Display for Milli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = self.0.saturating_add(5) / 10;
        write!(f, "{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_ends_in_what_to_do_and_is_read_back() {
        let all = [
            Warning::Busy { milli: Count(640) },
            Warning::Stolen {
                milli: Count(1_205),
            },
            Warning::Governor {
                name: "powersave".into(),
            },
            Warning::Memory {
                available: Bytes(90_000_000),
            },
            Warning::Drift { permille: -31 },
            Warning::Load {
                milli: Count(2_004),
            },
            Warning::Few {
                cells: Count(3),
                samples: Count(2),
            },
        ];
        let mut shown = String::new();
        for warning in all {
            let text = warning.to_string();
            let (_, remedy) = text.split_once("; ").expect("a remedy");
            assert!(!remedy.is_empty() && !text.ends_with('.'), "{text}");
            let written = serde_json::to_string(&warning).expect("written");
            assert_eq!(
                serde_json::from_str::<Warning>(&written).ok(),
                Some(warning)
            );
            shown += &format!("{written} {text}\n");
        }
        expect_test::expect![[r#"
            {"busy":{"milli":640}} other processes used 0.64 processors while this run measured; end them and measure again
            {"stolen":{"milli":1205}} the hypervisor took 1.21 processors away while this run measured; measure at a quieter hour or on a machine of your own
            {"governor":{"name":"powersave"}} the frequency governor is powersave, which changes the clock with the load; set it to performance: cpupower frequency-set -g performance
            {"memory":{"available":90000000}} only 90.0 MB of memory were available; end what holds memory and measure again
            {"drift":{"permille":-31}} noop became 3.1 % faster within the run, so the machine changed; compare within this run only, or measure again
            {"load":{"milli":2004}} the load average was 2.00 before the run began; wait until the machine is idle and measure again
            {"few":{"cells":3,"samples":2}} 3 cells have fewer than 6 samples, the poorest 2, so they have a range and no interval; raise --samples or --budget
        "#]]
        .assert_eq(&shown);
    }
}
