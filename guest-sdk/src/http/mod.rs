//! The HTTP transport without a connection: one POST in, one answer or one stream out.

mod post;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use post::answer;
#[cfg(target_arch = "wasm32")]
pub(crate) use post::reject;
pub use post::{Respond, post, rules};
