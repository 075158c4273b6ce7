//! The two macros that end a server's source.

/// Exports a server from a component: `wasi:cli/run` and `wasi:http/incoming-handler`. Elsewhere it does nothing.
#[macro_export]
#[cfg(target_arch = "wasm32")]
macro_rules! export {
    ($server:path) => {
        #[allow(
            unsafe_code,
            reason = "the exports of a component have fixed symbol names"
        )]
        const _: () = {
            struct Component;

            impl $crate::hidden::wasip2::exports::cli::run::Guest for Component {
                fn run() -> Result<(), ()> {
                    $crate::wasm::run(&$server);
                    Ok(())
                }
            }

            impl $crate::hidden::wasip2::exports::http::incoming_handler::Guest for Component {
                fn handle(
                    request: $crate::hidden::wasip2::http::types::IncomingRequest,
                    out: $crate::hidden::wasip2::http::types::ResponseOutparam,
                ) {
                    $crate::wasm::handle(&$server, request, out);
                }
            }

            $crate::hidden::wasip2::cli::command::export!(Component);
            $crate::hidden::wasip2::http::proxy::export!(Component);
        };
    };
}

/// Exports a server from a component: `wasi:cli/run` and `wasi:http/incoming-handler`. Elsewhere it does nothing.
#[macro_export]
#[cfg(not(target_arch = "wasm32"))]
macro_rules! export {
    ($server:path) => {};
}

/// The `main` of a server's native program.
#[macro_export]
#[cfg(not(target_arch = "wasm32"))]
macro_rules! main {
    ($server:path) => {
        fn main() -> ::std::process::ExitCode {
            $crate::native::main(&$server)
        }
    };
}

/// The `main` of a server's native program; in a component there is none.
#[macro_export]
#[cfg(target_arch = "wasm32")]
macro_rules! main {
    ($server:path) => {
        fn main() {}
    };
}
