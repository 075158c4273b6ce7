//! The native program.

wasmmcp::main!(data_aggregate::SERVER);
