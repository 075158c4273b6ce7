//! The native program.

wasmmcp::main!(everything::SERVER);
