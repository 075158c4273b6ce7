//! The server as a native program.

wasmmcp::main!(image_resize::SERVER);
