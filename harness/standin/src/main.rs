//! `standin site` and `standin model`: what servers reach over the network, without a network.

mod answer;
mod fail;
mod model;
mod serve;
mod site;
mod summary;
mod zip;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

/// Stands in for the network: a site of papers, or an OpenAI-compatible model, on the loopback interface.
///
/// Says `listening on http://ADDRESS` and ends when its standard input ends.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Where to listen; port 0 is any that is free.
    #[arg(long, global = true, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Goes on when standard input has ended, until it is killed.
    #[arg(long, global = true)]
    stay: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the pages below `site/` of a data set, and routes that redirect, wait, and never end.
    Site {
        /// The data set, as `cargo run -p dataset -- generate DIR` writes it.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Answers a request for robots.txt with this status.
        #[arg(long, value_name = "STATUS")]
        robots: Option<http::StatusCode>,
    },
    /// Answers chat completions with sentences of the request.
    Model {
        /// How long it thinks before each answer, such as 200ms or 2s.
        #[arg(long, value_name = "TIME", value_parser = duration, default_value = "0ms")]
        think: Duration,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let served = match arguments.command {
        Command::Site { data, robots } => site::Site::read(&data.join("site"), robots)
            .and_then(|site| serve::serve(arguments.listen, arguments.stay, site)),
        Command::Model { think } => {
            serve::serve(arguments.listen, arguments.stay, model::Model::new(think))
        }
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("standin: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// `200ms` or `2s`, a minute at most.
fn duration(text: &str) -> Result<Duration, String> {
    let millis = if let Some(number) = text.strip_suffix("ms") {
        number.parse().ok()
    } else {
        let seconds = text
            .strip_suffix('s')
            .and_then(|number| number.parse().ok());
        seconds.and_then(|seconds: u64| seconds.checked_mul(1_000))
    };
    millis
        .filter(|millis| *millis <= 60_000)
        .map(Duration::from_millis)
        .ok_or_else(|| "write a whole number and ms or s, a minute at most".to_owned())
}

#[cfg(test)]
mod tests {
    use super::duration;
    use std::time::Duration;

    #[test]
    fn times_are_whole_numbers_with_a_unit() {
        assert_eq!(duration("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(duration("2s"), Ok(Duration::from_secs(2)));
        for bad in ["2", "ms", "61s", "-1s", "99999999999999999999s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
