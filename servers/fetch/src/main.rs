//! The native program.

wasmmcp::main!(fetch::SERVER);
