//! What a data set is: where it comes from, under which licence, and each file's size and digest.
use serde::{Deserialize, Serialize};

use crate::seed::Seed;

/// Version of the generator. It changes whenever any byte of any file does.
pub const GENERATOR: &str = "4";

/// The manifest's name within a data set.
pub const MANIFEST: &str = "manifest.json";

/// Version of the manifest's own form.
pub(crate) const FORMAT: u32 = 2;

/// Describes a data set, in the order in which its files were written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this form; 2.
    pub format: u32,
    /// Version of the generator, [`GENERATOR`].
    pub generator: String,
    /// What it was grown from.
    pub seed: Seed,
    /// Where the bytes come from, for a reader.
    pub origin: String,
    /// SPDX identifier.
    pub licence: String,
    /// Sum of the sizes, bytes.
    pub bytes: u64,
    /// `blake3:` and the hex digest over the lines `<digest>  <path>\n` of all files (` *` behind the path of one that may be run): names the whole set.
    pub digest: String,
    /// Every file but the manifest.
    pub files: Vec<Entry>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Below the data set's folder, with `/`.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// `blake3:` and the hex digest of the content.
    pub digest: String,
    /// Whether the file may be run, which git keeps and compares.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub executable: bool,
}

impl Manifest {
    pub(crate) fn of(seed: Seed, files: Vec<Entry>) -> Self {
        Manifest {
            format: FORMAT,
            generator: GENERATOR.to_owned(),
            seed,
            origin: format!(
                "written by the generator of WasmMCP Bench, version {GENERATOR}; no part of it is anybody else's data"
            ),
            licence: "Apache-2.0".to_owned(),
            bytes: files.iter().map(|file| file.bytes).sum(),
            digest: digest_of_all(&files),
            files,
        }
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("a struct of strings and numbers");
        json.push(b'\n');
        json
    }
}

impl Entry {
    pub(crate) fn of(path: &str, content: &[u8], executable: bool) -> Self {
        Entry {
            path: path.to_owned(),
            bytes: content.len() as u64,
            digest: named(&blake3::hash(content)),
            executable,
        }
    }
}

/// `blake3:<hex>`.
pub(crate) fn named(hash: &blake3::Hash) -> String {
    format!("blake3:{}", hash.to_hex())
}

pub(crate) fn digest_of_all(files: &[Entry]) -> String {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        let mark = if file.executable { " *" } else { "" };
        hasher.update(format!("{}  {}{mark}\n", file.digest, file.path).as_bytes());
    }
    named(&hasher.finalize())
}
