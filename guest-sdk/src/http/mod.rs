//! The HTTP transport without a connection: one POST in, one answer or one stream out.

mod post;

pub(crate) use post::reject;
pub use post::{Respond, post, rules};
