//! Weighs an image: unpacked, as it is pulled, and what of that no other image shares.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use harness::docker::Layer;
use harness::plan::Planned;
use record::{Bytes, Metric, Sample};

use crate::bench::{Bench, Conditions};

/// Sizes of one image.
pub fn trial(bench: &Bench, planned: &Planned) -> Result<Vec<Sample>> {
    let (made, _) = bench.subject(planned);
    let docker = bench.setting.programs.docker.as_ref();
    let engine = &docker.context("there is no Docker engine")?.engine;
    let own = made.image.as_deref().context("the subject has no image")?;
    let shelf = bench.setting.cache.parent().unwrap_or(&bench.setting.cache);
    let layers = engine.layers(own, &shelf.join("docker").join("layers"))?;
    let mut others = BTreeSet::new();
    for other in &bench.setting.subjects {
        if let Some(image) = other.image.as_deref().filter(|&image| image != own) {
            others.extend(engine.layer_names(image)?);
        }
    }
    let sum = |layers: &mut dyn Iterator<Item = &Layer>| {
        Bytes(layers.map(|layer| layer.compressed).sum())
    };
    let unique = &mut layers.iter().filter(|layer| !others.contains(&layer.name));
    let sizes = [
        (Metric::SizeImage, Bytes(engine.unpacked(own)?)),
        (Metric::SizeImageGzip, sum(&mut layers.iter())),
        (Metric::SizeImageUnique, sum(unique)),
    ];
    let sample = |(metric, size)| bench.sample(planned, &Conditions::default(), metric, size);
    Ok(sizes.into_iter().map(sample).collect())
}
