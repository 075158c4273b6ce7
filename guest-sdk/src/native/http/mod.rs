//! HTTP in an ordinary process: one endpoint for both wires, loaded only under `--http`.

mod exchange;
mod serve;
mod session;

pub(super) use serve::serve;
