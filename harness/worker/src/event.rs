//! Tells the harness how far the work is: one JSON object a line on standard output.

use harness::progress::Event;

/// Prints an event.
pub fn print(event: &Event) {
    println!("{}", serde_json::to_string(event).expect("an event is plain data"));
}
