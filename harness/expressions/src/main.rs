//! The native program.

wasmmcp::main!(expressions::SERVER);
