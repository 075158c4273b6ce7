//! Weighs what is shipped.

use std::path::Path;

use anyhow::{Context, Result};
use harness::plan::Planned;
use record::{Bytes, Metric, Sample};

use crate::bench::{Bench, Conditions};
use crate::stripped;

// The level at which a release is packed once and pulled often.
const ZSTD_LEVEL: i32 = 19;

/// Sizes of one subject.
pub fn trial(bench: &Bench, planned: &Planned) -> Result<Vec<Sample>> {
    let (made, server) = bench.subject(planned);
    let bytes = std::fs::read(&made.file)
        .with_context(|| format!("{} cannot be read; build again", made.file.display()))?;
    let bare = if made.is_component() {
        stripped::component(&bytes)
            .context("the component cannot be parsed; build again")
            .map(|bytes| bytes.len())
    } else {
        stripped::program(&bytes).context("the program cannot be parsed; build again")
    };
    let packed = zstd::bulk::compress(&bytes, ZSTD_LEVEL)?;
    let mut sizes = vec![
        (Metric::SizeRaw, length(bytes.len())),
        (Metric::SizeZstd, length(packed.len())),
    ];
    match bare {
        Ok(bare) => sizes.push((Metric::SizeStripped, length(bare))),
        // Somebody else's may be of a form that is not read here: what it weighs as it is does not hang on that.
        Err(_) if server.own => {}
        Err(error) => return Err(error),
    }
    if made.is_component() {
        sizes.push((
            Metric::SizeHostBinary,
            file(&bench.setting.programs.runtime)?,
        ));
    }
    if let Some(precompiled) = &made.precompiled {
        sizes.push((Metric::SizePrecompiled, file(precompiled)?));
    }
    Ok(sizes
        .into_iter()
        .map(|(metric, size)| bench.sample(planned, &Conditions::default(), metric, size))
        .collect())
}

fn file(path: &Path) -> Result<Bytes> {
    let metadata = std::fs::metadata(path)
        .with_context(|| format!("{} cannot be read; build again", path.display()))?;
    Ok(Bytes(metadata.len()))
}

fn length(bytes: usize) -> Bytes {
    Bytes(u64::try_from(bytes).expect("a length fits"))
}
