//! How much slower the paper's device and edge are than its cloud, from what it published.

use record::{Nanos, Packaging, Published, Quantity};
use scheduler::profile::{Known, Locality, Profile, ServerProfile, Timing};
use scheduler::quantity::real;
use scheduler::tier::Tier;

use super::NoProfile;

/// What is shorter was published with one digit.
const SHORTEST: u64 = 1_000_000;
const DEVICE: usize = 0;
const CLOUD: usize = 2;

/// By how much times are multiplied, and where that number comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// With one decimal, as its sources have.
    pub value: f64,
    /// In words.
    pub source: String,
}

/// The device's: the median, over published tools that ask nothing of the world outside and run for a millisecond there, of their time
/// there over that on the cloud.
///
/// # Errors
/// When the profile has no such tool.
pub fn device(published: &Profile) -> Result<Factor, NoProfile> {
    let tools = published.servers.values().flat_map(|server| &server.tools);
    let ratios = tools.filter_map(|(_, tool)| {
        let tool = tool
            .get()
            .filter(|tool| tool.locality != Locality::External)?;
        let on = |place: usize| {
            let by_packaging = tool.execution.get(&Tier::at(place)?)?;
            by_packaging.values().find_map(time)
        };
        let (device, cloud) = (on(DEVICE)?, on(CLOUD)?);
        (device >= SHORTEST && cloud > 0).then(|| real(device) / real(cloud))
    });
    let ratios: Vec<f64> = ratios.collect();
    let count = ratios.len();
    let value = median(ratios).ok_or(NoProfile::Factor("device", "no tool has both times"))?;
    Ok(Factor {
        value,
        source: format!(
            "the median of T_D/T_C over the {count} tools of profile published that ask nothing of the world outside and run for 1 ms \
             or more on the device"
        ),
    })
}

/// The edge's: the median, over published servers that ask nothing of the world outside, of a container's mean execution on the paper's
/// edge (Table III) over the mean of the same container's tools on its cloud (the profile), where both are a millisecond or more.
///
/// # Errors
/// When there is no such server.
pub fn edge(published: &Profile, table3: &[Published]) -> Result<Factor, NoProfile> {
    let ratios = published.servers.iter().filter_map(|(name, server)| {
        let edge = table3.iter().find_map(|number| match number.value {
            Quantity::Nanos(Nanos(time))
                if number.server == *name
                    && number.packaging == Packaging::ContainerReference
                    && number.quantity == "execution" =>
            {
                Some(time)
            }
            _ => None,
        })?;
        let cloud = mean_on_cloud(server)?;
        let long = edge >= SHORTEST && cloud >= SHORTEST;
        long.then(|| (name.as_str(), real(edge) / real(cloud)))
    });
    let ratios: Vec<(&str, f64)> = ratios.collect();
    let names: Vec<&str> = ratios.iter().map(|(name, _)| *name).collect();
    let value = median(ratios.iter().map(|(_, ratio)| *ratio).collect())
        .ok_or(NoProfile::Factor("edge", "no server has both means"))?;
    Ok(Factor {
        value,
        source: format!(
            "the median over {} of the container's mean execution on the NUC (Table III) over its mean on the cloud (profile published)",
            names.join(", ")
        ),
    })
}

/// The mean over a server's tools on the cloud; none where one asks the world outside.
fn mean_on_cloud(server: &ServerProfile) -> Option<u64> {
    let tier = Tier::at(CLOUD)?;
    let known: Vec<_> = server.tools.values().filter_map(Known::get).collect();
    if known.iter().any(|tool| tool.locality == Locality::External) {
        return None;
    }
    let times = known.iter().filter_map(|tool| {
        let by_packaging = tool.execution.get(&tier)?;
        by_packaging
            .get(&Packaging::ContainerReference)
            .and_then(time)
    });
    let times: Vec<u64> = times.collect();
    record::mean(&times)
}

fn time(timing: &Known<Timing>) -> Option<u64> {
    Some(timing.get()?.typical.0)
}

/// The median with one decimal.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let low = values.get(values.len().checked_sub(1)? / 2)?;
    let high = values.get(values.len() / 2)?;
    Some((f64::midpoint(*low, *high) * 10.0).round() / 10.0)
}
