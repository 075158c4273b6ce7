//! stdio in a component.

use wasip2::{
    cli::{stdin, stdout},
    io::{
        poll::Pollable,
        streams::{InputStream, OutputStream},
    },
};

use super::stream;
use crate::{
    Server,
    engine::Engine,
    stdio::{self, LINE, Pipe},
};

struct Streams {
    // A pollable is a child of its stream and has to go first.
    readable: Option<Pollable>,
    input: InputStream,
    output: OutputStream,
}

impl Pipe for Streams {
    fn read(&mut self, buffer: &mut Vec<u8>) -> bool {
        stream::read(&self.input, buffer)
    }

    fn ready(&mut self) -> bool {
        self.readable
            .get_or_insert_with(|| self.input.subscribe())
            .ready()
    }

    fn write(&mut self, bytes: &[u8]) -> bool {
        stream::write(&self.output, bytes).is_ok()
    }
}

/// Serves stdin and stdout until stdin ends.
pub fn run(server: &'static Server) {
    let streams = Streams {
        readable: None,
        input: stdin::get_stdin(),
        output: stdout::get_stdout(),
    };
    stdio::serve(&mut Engine::new(server), streams, LINE);
}
