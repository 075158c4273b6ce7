//! The native program.

wasmmcp::main!(noop::SERVER);
