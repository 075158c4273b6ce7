//! Content digests, written `<algorithm>:<lower-case hex>`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A digest of some content: `blake3:<64 hex>` for what we hash, `sha256:<64 hex>` for what an image registry hashed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

/// Why a text is no digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no digest; write blake3: or sha256: and 64 lower-case hexadecimal digits")]
pub struct DigestError(String);

impl Digest {
    /// The BLAKE3 digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_hash(blake3::hash(bytes))
    }

    /// The text of the digest.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A digest that a BLAKE3 hasher has finished.
    pub(crate) fn from_hash(hash: blake3::Hash) -> Self {
        Self(format!("blake3:{}", hash.to_hex()))
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        let hex = text
            .strip_prefix("blake3:")
            .or_else(|| text.strip_prefix("sha256:"));
        let fits = hex.is_some_and(|hex| {
            hex.len() == 64
                && hex
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        });
        if fits {
            Ok(Self(text))
        } else {
            Err(DigestError(text.chars().take(100).collect()))
        }
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_digests_are_accepted() {
        let digest = Digest::of(b"");
        assert_eq!(digest.as_str().parse(), Ok(digest.clone()));
        for bad in [
            "",
            "blake3:",
            "md5:00",
            "blake3:AF1349B9F5F9A1A6A0404DEA36DCC9499BCB25C9ADC112B7CC9A93CAE41F3262",
        ] {
            assert!(bad.parse::<Digest>().is_err(), "{bad}");
        }
    }
}
