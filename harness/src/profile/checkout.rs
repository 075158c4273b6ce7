//! What a profile is made of beside a run, as the checkout has it.

use std::path::Path;

use record::{PUBLISHED_TABLE3, Published, Record};
use scenario::{Refused, Trace};
use scheduler::profile::Profile;

use super::{Editions, Sources, editions};
use crate::exit::Told;
use crate::server;

/// The profiles of a run, with labels, calls and traces of the checkout.
///
/// # Errors
/// When a file of the checkout cannot be accepted, or lacks what a profile is made of.
pub fn of_checkout(root: &Path, record: &Record, name: &str) -> Result<Editions, Told> {
    let told = |error: &dyn std::fmt::Display| Told::usage(error.to_string());
    let published = published(root)?;
    let table3 = Published::parse(PUBLISHED_TABLE3).map_err(|error| told(&error))?;
    let servers = server::read_all(root).map_err(|error| told(&error))?;
    let traces = traces(root)?;
    let sources = Sources {
        record,
        published: &published,
        table3: &table3,
        servers: &servers,
        traces: &traces,
    };
    editions(sources, name).map_err(|error| told(&error))
}

/// The published profile.
///
/// # Errors
/// When it cannot be accepted.
pub fn published(root: &Path) -> Result<Profile, Told> {
    let published = crate::replay::profile(root, "published");
    published.map_err(|error| Told::usage(error.to_string()))
}

/// The committed traces, in the order of their names.
///
/// # Errors
/// When one cannot be accepted.
pub fn traces(root: &Path) -> Result<Vec<Trace>, Told> {
    let names = scenario::names(&root.join("scenarios/traces"), "json");
    let traces = names.iter().map(|name| {
        let path = scenario::find_trace(root, name)?;
        Trace::open(&path)
    });
    let traces: Result<Vec<Trace>, Refused> = traces.collect();
    traces.map_err(|error| Told::usage(error.to_string()))
}
