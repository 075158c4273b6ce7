//! An MCP server that tells the time: two tools, with every zone of the IANA database and its daylight saving time.

pub mod answer;
pub mod civil;
mod clock;
pub mod convert;
mod local;
pub mod refusal;
pub mod rule;
mod tools;
pub mod zone;

use tools::*;
use wasmmcp::prelude::*;

/// The server.
pub static SERVER: Server = Server::new("time", env!("CARGO_PKG_VERSION"))
    .title("Time")
    .instructions("Zones are IANA names. convert_time means today, by the clock of the zone in which the time is given.")
    .tools(tools![get_current_time, convert_time])
    .tools_listed(local::named);

wasmmcp::export!(SERVER);
