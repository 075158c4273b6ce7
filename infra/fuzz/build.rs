//! Tells the library which platform it is built for: fuzzing names it, so that build scripts go without coverage.

fn main() {
    let platform = std::env::var("TARGET").expect("cargo sets it");
    println!("cargo::rustc-env=FUZZ_PLATFORM={platform}");
}
