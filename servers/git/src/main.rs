//! The native program.

wasmmcp::main!(git::SERVER);
