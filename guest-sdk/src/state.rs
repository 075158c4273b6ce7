//! `requestState`: what a call was told so far, sealed so that the client can carry it but not change it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

const TAG: usize = 32;
const CONTEXT: &str = "dev.wasmmcp requestState 2026-07-28 v1";

/// Seals `payload` for calls with this purpose; `None` where no key outlives the call.
pub(crate) fn seal(payload: &[u8], purpose: &[&str]) -> Option<String> {
    let tag = tag(&key()?, payload, purpose);
    let mut sealed = tag.as_bytes().to_vec();
    sealed.extend_from_slice(payload);
    Some(URL_SAFE_NO_PAD.encode(sealed))
}

/// The payload, where it was sealed by [`seal`] under the same key and purpose.
pub(crate) fn open(sealed: &str, purpose: &[&str]) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (given, payload) = bytes.split_at_checked(TAG)?;
    let given = blake3::Hash::from_bytes(given.try_into().ok()?);
    // Comparing two hashes of this type takes the same time wherever they differ.
    if tag(&key()?, payload, purpose) != given {
        return None;
    }
    String::from_utf8(payload.to_vec()).ok()
}

fn tag(key: &[u8; 32], payload: &[u8], purpose: &[&str]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new_keyed(key);
    for part in purpose {
        // The length keeps the parts apart.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.update(payload);
    hasher.finalize()
}

/// The key: derived from `WASMMCP_STATE_KEY`, else random for the life of the process.
fn key() -> Option<[u8; 32]> {
    match std::env::var("WASMMCP_STATE_KEY") {
        Ok(secret) if !secret.is_empty() => Some(blake3::derive_key(CONTEXT, secret.as_bytes())),
        _ => process_key(),
    }
}

fn process_key() -> Option<[u8; 32]> {
    static KEY: std::sync::OnceLock<Option<[u8; 32]>> = std::sync::OnceLock::new();
    *KEY.get_or_init(random)
}

#[cfg(target_arch = "wasm32")]
pub(crate) fn random() -> Option<[u8; 32]> {
    wasip2::random::random::get_random_bytes(32).try_into().ok()
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn random() -> Option<[u8; 32]> {
    use std::io::Read as _;
    let mut key = [0; 32];
    std::fs::File::open("/dev/urandom")
        .ok()?
        .read_exact(&mut key)
        .ok()?;
    Some(key)
}
