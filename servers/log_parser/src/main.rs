//! The native program.

wasmmcp::main!(log_parser::SERVER);
