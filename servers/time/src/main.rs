//! The native program.

wasmmcp::main!(time::SERVER);
