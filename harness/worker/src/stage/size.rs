//! Weighs what is shipped.

use std::path::Path;

use anyhow::{Context, Result};
use harness::plan::Planned;
use record::{Bytes, Metric, Sample};

use crate::bench::{Bench, Conditions};

// The level at which a release is packed once and pulled often.
const ZSTD_LEVEL: i32 = 19;

/// Sizes of one subject.
pub fn trial(bench: &Bench, planned: &Planned) -> Result<Vec<Sample>> {
    let (made, _) = bench.subject(planned);
    let bytes = std::fs::read(&made.file)
        .with_context(|| format!("{} cannot be read; build again", made.file.display()))?;
    let mut sizes = vec![
        (Metric::SizeRaw, length(bytes.len())),
        (
            Metric::SizeZstd,
            length(zstd::bulk::compress(&bytes, ZSTD_LEVEL)?.len()),
        ),
    ];
    if made.is_component() {
        sizes.push((
            Metric::SizeStripped,
            length(bytes.len() - custom_sections(&bytes)?),
        ));
        sizes.push((Metric::SizeHostBinary, file(&bench.plan.programs.runtime)?));
        if let Some(precompiled) = &made.precompiled {
            sizes.push((Metric::SizePrecompiled, file(precompiled)?));
        }
    } else {
        // The release profile strips symbols as it links.
        sizes.push((Metric::SizeStripped, length(bytes.len())));
    }
    Ok(sizes
        .into_iter()
        .map(|(metric, size)| bench.sample(planned, &Conditions::default(), metric, size))
        .collect())
}

/// Bytes of names, producers and other custom sections, in every nested module.
fn custom_sections(component: &[u8]) -> Result<usize> {
    let mut bytes = 0;
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        if let wasmparser::Payload::CustomSection(section) =
            payload.context("the component cannot be parsed; build again")?
        {
            bytes += section.range().len();
        }
    }
    Ok(bytes)
}

fn file(path: &Path) -> Result<Bytes> {
    let metadata = std::fs::metadata(path)
        .with_context(|| format!("{} cannot be read; build again", path.display()))?;
    Ok(Bytes(metadata.len()))
}

fn length(bytes: usize) -> Bytes {
    Bytes(u64::try_from(bytes).expect("a length fits"))
}
