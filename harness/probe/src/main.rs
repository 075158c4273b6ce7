//! The native program.

wasmmcp::main!(probe::SERVER);
