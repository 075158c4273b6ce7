//! Schedulers of the user's own: files that are read, checked and made ready before anything is recorded.

use std::path::PathBuf;

use anyhow::Result;
use harness::exit::Told;
use harness::replay::Placer;
use record::Digest;
use scheduler::cost::Cost;
use scheduler::filter::Rules;

/// A scheduler of the user's own.
pub struct Plugin {
    /// It, by its file's name.
    pub placer: Placer,
    /// Of the file.
    pub digest: Digest,
}

/// Names of schedulers, and files with plug-ins, by their ending.
pub fn apart(words: &[String]) -> (Vec<String>, Vec<PathBuf>) {
    let (files, names): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|word| word.ends_with(".wasm"));
    (
        names.into_iter().cloned().collect(),
        files.into_iter().map(PathBuf::from).collect(),
    )
}

/// Makes plug-ins ready under a cost model and rules.
#[cfg(feature = "plugins")]
pub fn load(files: &[PathBuf], cost: Cost, rules: Rules) -> Result<Vec<Plugin>> {
    let mut plugins: Vec<Plugin> = Vec::new();
    for file in files {
        let ready = dispatcher::Plugin::open(file).map_err(|why| Told::usage(why.to_string()))?;
        let plugin = Plugin {
            digest: ready.digest().clone(),
            placer: std::sync::Arc::new(ready.under(cost, rules)),
        };
        let name = plugin.placer.name();
        if plugins.iter().any(|other| other.placer.name() == name) {
            return Err(Told::usage(format!(
                "--scheduler names two plug-ins {name}; tables could not tell them apart, so rename one"
            ))
            .into());
        }
        plugins.push(plugin);
    }
    Ok(plugins)
}

/// Says that there is nothing to run one with.
#[cfg(not(feature = "plugins"))]
pub fn load(files: &[PathBuf], _: Cost, _: Rules) -> Result<Vec<Plugin>> {
    match files.first() {
        None => Ok(Vec::new()),
        Some(file) => Err(Told::lacking(format!(
            "this harness was built without what runs {}; build it with its default features",
            file.display()
        ))
        .into()),
    }
}
