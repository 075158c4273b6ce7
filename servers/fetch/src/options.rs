//! What the server is started with.

use std::sync::OnceLock;

/// The options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How the server calls itself, instead of the names below.
    agent: Option<String>,
    /// Whether a site's wishes for robots are left unread.
    pub ignore_robots: bool,
    /// Whether private, local and link-local addresses may be reached.
    pub allow_private: bool,
}

/// When a model asked for a page by itself.
const AUTONOMOUS: &str = concat!("WasmMCP-Fetch/", env!("CARGO_PKG_VERSION"), " (autonomous)");
/// When a person did.
const MANUAL: &str = concat!(
    "WasmMCP-Fetch/",
    env!("CARGO_PKG_VERSION"),
    " (user-specified)"
);

impl Options {
    /// The options of this process.
    ///
    /// # Errors
    ///
    /// The first argument that is none.
    pub fn of_process() -> Result<&'static Options, &'static str> {
        static OPTIONS: OnceLock<Result<Options, String>> = OnceLock::new();
        OPTIONS
            .get_or_init(|| Options::read(wasmmcp::args()))
            .as_ref()
            .map_err(String::as_str)
    }

    fn read(arguments: Vec<String>) -> Result<Options, String> {
        let mut options = Options::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (name, value) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            match (name, value) {
                ("--ignore-robots-txt", None) => options.ignore_robots = true,
                ("--allow-private-ips", None) => options.allow_private = true,
                ("--user-agent", value) => {
                    options.agent = value.or_else(|| arguments.next());
                    if options
                        .agent
                        .as_deref()
                        .is_none_or(|agent| agent.is_empty() || agent.contains(char::is_control))
                    {
                        return Err("the server was started with --user-agent and no name; write --user-agent NAME".to_owned());
                    }
                }
                _ => {
                    return Err([
                        "the server was started with ",
                        &argument,
                        ", which is none of its options; use --user-agent NAME, --ignore-robots-txt or --allow-private-ips",
                    ]
                    .concat());
                }
            }
        }
        Ok(options)
    }

    /// How the server calls itself; `alone`: no person asked for the page.
    pub fn agent(&self, alone: bool) -> &str {
        match &self.agent {
            Some(agent) => agent,
            None if alone => AUTONOMOUS,
            None => MANUAL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_in_both_spellings() {
        let read =
            |words: &[&str]| Options::read(words.iter().map(|word| (*word).to_owned()).collect());
        let options = read(&["--user-agent=a b", "--ignore-robots-txt"]).expect("options");
        assert_eq!(options.agent(true), "a b");
        assert!(options.ignore_robots && !options.allow_private);
        assert_eq!(
            read(&["--user-agent", "x"]).expect("options").agent(false),
            "x"
        );
        assert!(read(&["--user-agent"]).is_err() && read(&["--proxy-url=x"]).is_err());
        assert!(read(&[]).expect("none").agent(true).contains("autonomous"));
    }
}
