//! Sessions of the older wire over HTTP, as state machines: POSTs become lines for a long-lived stdio instance, and its
//! lines become answers and streams. Who owns sockets, threads and ids calls this.

mod route;
mod session;

pub use route::{Route, route};
pub use session::{Delivery, IN_FLIGHT, Posted, Session, Ticket};
