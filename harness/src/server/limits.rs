//! What a server is held to, as its `server.toml` says it.

use std::time::Duration;

use record::Packaging;
use serde::Deserialize;

/// Bounds on a server's process. Absent means the runtime's default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The guest's linear memory, for example `256 MiB`.
    pub memory: Option<String>,
    /// What the original may take in a container, where the guest's is too little for it.
    pub reference: Option<String>,
    /// The longest that one call may take, for example `30 s`.
    pub timeout: Option<String>,
}

/// What our runtime may take beside a component's linear memory: it takes some 12 MiB, with its code.
const HOST: u64 = 64 << 20;

/// What carries HTTP to a reference that knows pipes alone may take beside it: it is a Node of its own, which at less would be ended, or do
/// little but look for free memory.
pub const PROXY: u64 = 128 << 20;

impl Limits {
    /// The memory bound in bytes.
    ///
    /// # Errors
    /// When it is not a number with a unit.
    pub fn memory_bytes(&self) -> Result<Option<u64>, String> {
        memory("limits.memory", self.memory.as_deref())
    }

    /// The memory bound of this packaging in bytes: of a container's, what all of its processes may take together.
    ///
    /// # Errors
    /// When it is not a number with a unit.
    pub fn memory_of(&self, packaging: Packaging) -> Result<Option<u64>, String> {
        let guest = self.memory_bytes()?;
        match packaging {
            Packaging::ContainerReference => {
                Ok(memory("limits.reference", self.reference.as_deref())?.or(guest))
            }
            // The host around the guest needs some of its own, or the kernel ends both before the host refuses.
            Packaging::ContainerComponent => Ok(guest.map(|guest| guest.saturating_add(HOST))),
            _ => Ok(guest),
        }
    }

    /// The time bound of one call.
    ///
    /// # Errors
    /// When it is not a number with a unit.
    pub fn call_timeout(&self) -> Result<Option<Duration>, String> {
        let units = [("ms", 1), ("s", 1_000), ("min", 60_000)];
        let millis = self
            .timeout
            .as_deref()
            .map(|text| quantity("limits.timeout", text, &units))
            .transpose()?;
        Ok(millis.map(Duration::from_millis))
    }
}

fn memory(field: &str, text: Option<&str>) -> Result<Option<u64>, String> {
    let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    text.map(|text| quantity(field, text, &units)).transpose()
}

/// Reads `12 MiB`: a whole number, a space and one of the units.
fn quantity(field: &str, text: &str, units: &[(&str, u64)]) -> Result<u64, String> {
    let parsed = text.split_once(' ').and_then(|(number, unit)| {
        let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
        number.parse::<u64>().ok()?.checked_mul(*factor)
    });
    parsed.ok_or_else(|| {
        let names: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
        format!(
            "{field} = \"{text}\" is not understood; write a whole number, a space and one of {}",
            names.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_may_take_what_runs_in_it_needs_beside_the_guest() {
        let limits = |reference: Option<&str>| Limits {
            memory: Some("128 MiB".to_owned()),
            reference: reference.map(str::to_owned),
            timeout: None,
        };
        let of = |limits: &Limits, packaging| limits.memory_of(packaging).expect("numbers");
        let mib = |mib: u64| Some(mib << 20);
        let plain = limits(None);
        assert_eq!(of(&plain, Packaging::Component), mib(128));
        assert_eq!(of(&plain, Packaging::ContainerNative), mib(128));
        assert_eq!(of(&plain, Packaging::ContainerComponent), mib(192));
        assert_eq!(of(&plain, Packaging::ContainerReference), mib(128));
        let more = limits(Some("1 GiB"));
        assert_eq!(of(&more, Packaging::ContainerReference), mib(1024));
        assert_eq!(of(&more, Packaging::ContainerNative), mib(128));
        let wrong = limits(Some("much"));
        assert!(wrong.memory_of(Packaging::ContainerReference).is_err());
        assert_eq!(of(&Limits::default(), Packaging::ContainerComponent), None);
    }
}
