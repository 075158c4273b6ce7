//! What an image weighs on its way: its layers, each compressed as a registry keeps it.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::pin::pin;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt as _;
use serde::Deserialize;

use crate::engine::Engine;
use crate::failure::Failure;

/// One layer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The digest of its files, by which engines share it: `sha256:…`.
    pub name: String,
    /// Its length when it is compressed by gzip at the level that engines use.
    pub compressed: u64,
}

/// What `docker save` writes beside the layers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest {
    layers: Vec<String>,
}

impl Engine {
    /// The digests of an image's layers, the lowest first.
    ///
    /// # Errors
    /// When there is no such image, or the engine does not tell.
    pub fn layer_names(&self, image: &str) -> Result<Vec<String>, Failure> {
        let found = self.ask(&format!("look at the image {image}"), async {
            self.docker().inspect_image(image).await
        })?;
        Ok(found
            .root_fs
            .and_then(|root| root.layers)
            .unwrap_or_default())
    }

    /// All of an image's layers unpacked, in bytes.
    ///
    /// # Errors
    /// When there is no such image, or the engine does not tell.
    pub fn unpacked(&self, image: &str) -> Result<u64, Failure> {
        let what = format!("look at the image {image}");
        let found = self.ask(&what, async { self.docker().inspect_image(image).await })?;
        let size = found.size.and_then(|size| u64::try_from(size).ok());
        size.ok_or_else(|| Failure::of(&what, "does not tell its size"))
    }

    /// An image's layers with what each weighs compressed. That takes a while, so what was found is kept in the folder `shelf`.
    ///
    /// # Errors
    /// When the engine does not hand the image out, or nothing can be kept.
    pub fn layers(&self, image: &str, shelf: &Path) -> Result<Vec<Layer>, Failure> {
        let what = format!("hand out the image {image}");
        let failed = |error: io::Error| Failure::of(&what, error);
        let names = self.layer_names(image)?;
        let known = |name: &String| {
            let kept = fs::read_to_string(shelf.join(file(name))).ok()?;
            kept.trim().parse().ok()
        };
        let mut weights: Vec<Option<u64>> = names.iter().map(known).collect();
        if weights.contains(&None) {
            fs::create_dir_all(shelf).map_err(failed)?;
            let weighed = self.weighed(image, &what)?;
            if weighed.len() != names.len() {
                let why = format!("has {} layers and hands out {}", names.len(), weighed.len());
                return Err(Failure::of(&what, why));
            }
            for (name, weight) in names.iter().zip(&weighed) {
                // Whole or not at all: another command may read it.
                let mut new = tempfile::NamedTempFile::new_in(shelf).map_err(failed)?;
                writeln!(new, "{weight}").map_err(failed)?;
                let place = shelf.join(file(name));
                new.persist(place).map_err(|error| failed(error.error))?;
            }
            weights = weighed.into_iter().map(Some).collect();
        }
        let layer = |(name, weight): (String, Option<u64>)| Layer {
            name,
            compressed: weight.expect("each is known by now"),
        };
        Ok(names.into_iter().zip(weights).map(layer).collect())
    }

    /// What each layer weighs compressed, the lowest first.
    fn weighed(&self, image: &str, what: &str) -> Result<Vec<u64>, Failure> {
        let failed = |error: io::Error| Failure::of(what, error);
        let mut saved = tempfile::tempfile().map_err(failed)?;
        let written = self.order(what, async {
            let mut parts = pin!(self.docker().export_image(image));
            let mut written = Ok(());
            while let (Some(part), Ok(())) = (parts.next().await, &written) {
                written = saved.write_all(&part?);
            }
            Ok(written)
        })?;
        written.map_err(failed)?;
        weigh(&mut saved).map_err(failed)
    }
}

/// A layer's digest as the name of a file.
fn file(name: &str) -> String {
    name.replace(':', "-")
}

/// Compresses each layer of a saved image.
fn weigh(saved: &mut (impl Read + io::Seek)) -> io::Result<Vec<u64>> {
    let mut found = Vec::new();
    let mut weights = Vec::new();
    saved.rewind()?;
    let mut archive = tar::Archive::new(saved);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        if name == "manifest.json" {
            found = serde_json::from_reader::<_, Vec<Manifest>>(entry)?;
        } else if entry.header().entry_type().is_file() {
            // Not every file is a layer: those that are none are short.
            let mut packed = GzEncoder::new(Length(0), Compression::default());
            io::copy(&mut entry, &mut packed)?;
            weights.push((name, packed.finish()?.0));
        }
    }
    let of = |layer: &String| {
        let found = weights.iter().find(|(name, _)| name == layer);
        found.map(|(_, weight)| *weight)
    };
    let layers = found.iter().flat_map(|manifest| &manifest.layers);
    let weights: Option<Vec<u64>> = layers.map(of).collect();
    weights.ok_or_else(|| io::Error::other("its list names a layer that is not in it"))
}

/// Counts what is written.
struct Length(u64);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += u64::try_from(bytes.len()).expect("a length fits");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layers_of_a_saved_image_are_weighed_in_the_order_of_its_list() {
        let mut tar = tar::Builder::new(Vec::new());
        let mut put = |name: &str, content: &[u8]| {
            let mut header = tar::Header::new_gnu();
            header.set_size(u64::try_from(content.len()).expect("short"));
            tar.append_data(&mut header, name, content).expect("put");
        };
        put("a/layer.tar", &vec![0; 100_000]);
        put("b/layer.tar", b"x");
        let list = r#"[{"Config":"c","Layers":["b/layer.tar","a/layer.tar"]}]"#;
        put("manifest.json", list.as_bytes());
        let saved = tar.into_inner().expect("whole");
        let weights = weigh(&mut io::Cursor::new(saved)).expect("weighed");
        assert_eq!(weights.len(), 2);
        assert!(weights[0] < weights[1] && weights[1] < 1_000, "{weights:?}");
        let mut broken = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        let list = r#"[{"Layers":["none"]}]"#.as_bytes();
        header.set_size(u64::try_from(list.len()).expect("short"));
        broken
            .append_data(&mut header, "manifest.json", list)
            .expect("put");
        let saved = broken.into_inner().expect("whole");
        assert!(weigh(&mut io::Cursor::new(saved)).is_err());
    }
}
