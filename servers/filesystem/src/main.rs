//! The native program.

wasmmcp::main!(filesystem::SERVER);
