//! The server's own arguments, in either packaging.

/// The arguments behind the program's name, without the SDK's own `--http ADDR:PORT`.
pub fn args() -> Vec<String> {
    own(all()).0
}

#[cfg(target_arch = "wasm32")]
pub(crate) fn all() -> Vec<String> {
    wasip2::cli::environment::get_arguments()
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn all() -> Vec<String> {
    std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect()
}

/// Splits the arguments (with the program's name first) into the server's and the value of `--http`:
/// `Some(None)` where the value is missing.
pub(crate) fn own(all: Vec<String>) -> (Vec<String>, Option<Option<String>>) {
    let mut rest = Vec::new();
    let mut http = None;
    let mut all = all.into_iter().skip(1);
    while let Some(argument) = all.next() {
        if argument == "--" {
            rest.extend(all.by_ref());
        } else if argument == "--http" {
            http = Some(all.next());
        } else if let Some(value) = argument.strip_prefix("--http=") {
            http = Some(Some(value.to_owned()));
        } else {
            rest.push(argument);
        }
    }
    (rest, http)
}
