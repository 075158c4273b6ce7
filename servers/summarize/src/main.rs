//! The native program.

wasmmcp::main!(summarize::SERVER);
