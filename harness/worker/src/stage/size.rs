//! Weighs what is shipped.

use std::path::Path;

use anyhow::{Context, Result};
use harness::plan::Planned;
use record::{Bytes, Digest, Metric, Sample};

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
    let shelf = bench.setting.cache.parent().unwrap_or(&bench.setting.cache);
    let packed = packed(
        &bytes,
        made.subject().digest.as_ref(),
        &shelf.join("packed"),
    )?;
    let mut sizes = vec![
        (Metric::SizeRaw, length(bytes.len())),
        (Metric::SizeZstd, packed),
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

/// The length under zstd. That takes a second and more, so what was found is kept in the folder `shelf` under the file's digest.
fn packed(bytes: &[u8], digest: Option<&Digest>, shelf: &Path) -> Result<Bytes> {
    let version = zstd::zstd_safe::version_number();
    let kept = digest.map(|digest| {
        let name = digest.as_str().replace(':', "-");
        shelf.join(format!("{name}-zstd-{version}-{ZSTD_LEVEL}"))
    });
    let known = kept
        .as_ref()
        .and_then(|kept| std::fs::read_to_string(kept).ok());
    if let Some(known) = known.and_then(|known| known.trim().parse().ok()) {
        return Ok(Bytes(known));
    }
    let packed = length(zstd::bulk::compress(bytes, ZSTD_LEVEL)?.len());
    if let Some(kept) = kept {
        // Whole or not at all: another command may read it.
        let new = kept.with_extension(std::process::id().to_string());
        std::fs::create_dir_all(shelf)
            .and_then(|()| std::fs::write(&new, format!("{packed}\n", packed = packed.0)))
            .and_then(|()| std::fs::rename(&new, &kept))
            .with_context(|| format!("{} cannot be written", kept.display()))?;
    }
    Ok(packed)
}

fn file(path: &Path) -> Result<Bytes> {
    let metadata = std::fs::metadata(path)
        .with_context(|| format!("{} cannot be read; build again", path.display()))?;
    Ok(Bytes(metadata.len()))
}

fn length(bytes: usize) -> Bytes {
    Bytes(u64::try_from(bytes).expect("a length fits"))
}
