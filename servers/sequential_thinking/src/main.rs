//! The native program.

wasmmcp::main!(sequential_thinking::SERVER);
