//! What a person should know of the machine before measuring on it.

use record::{Count, Warning};

use super::interval::scarce;
use super::source::Source;

/// The load average that is warned of, in thousandths: something wanted a processor during the whole of the last minute.
const LOADED: Count = Count(1_000);

/// The governor that keeps the clock where it is.
const STEADY: &str = "performance";

/// What speaks against measuring on this machine now. Ask before building: the build itself is a load.
pub fn preflight(source: &mut dyn Source) -> Vec<Warning> {
    let facts = source.facts();
    let load = facts.load_milli.filter(|milli| *milli >= LOADED);
    let governor = facts.governor.filter(|name| name != STEADY);
    let memory = facts.memory.filter(|memory| scarce(*memory));
    let warnings = [
        load.map(|milli| Warning::Load { milli }),
        governor.map(|name| Warning::Governor { name }),
        memory.map(|(available, _)| Warning::Memory { available }),
    ];
    warnings.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use record::Bytes;

    use super::*;
    use crate::noise::source::{Facts, Reading, Still};

    struct Planted(Facts);

    impl Source for Planted {
        fn read(&mut self) -> Option<Reading> {
            None
        }

        fn facts(&mut self) -> Facts {
            self.0.clone()
        }
    }

    fn facts(load: u64, governor: &str, available: u64) -> Facts {
        Facts {
            load_milli: Some(Count(load)),
            governor: Some(governor.to_owned()),
            memory: Some((Bytes(available << 20), Bytes(16 << 30))),
        }
    }

    #[test]
    fn a_quiet_machine_is_not_warned_of() {
        let quiet = facts(300, "performance", 9_000);
        assert_eq!(preflight(&mut Planted(quiet)), []);
        assert_eq!(preflight(&mut Still), []);
    }

    #[test]
    fn load_governor_and_memory_are_warned_of() {
        assert_eq!(
            preflight(&mut Planted(facts(1_250, "schedutil", 80))),
            [
                Warning::Load {
                    milli: Count(1_250)
                },
                Warning::Governor {
                    name: "schedutil".to_owned()
                },
                Warning::Memory {
                    available: Bytes(80 << 20)
                },
            ]
        );
    }
}
