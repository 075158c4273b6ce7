//! Which model is asked, and where: from the environment.

use std::time::Duration;

use wasmmcp::outgoing::Target;

/// How long one request may take, in seconds, where nothing is said.
const TIMEOUT: u64 = 30;

/// How often a request is repeated where nothing is said, and at most.
const RETRIES: (u32, u32) = (2, 10);

/// A provider whose addresses and model are known.
struct Known {
    name: &'static str,
    base: (&'static str, &'static str),
    key: &'static str,
    model: &'static str,
}

const PROVIDERS: [Known; 2] = [
    Known {
        name: "openai",
        base: ("OPENAI_BASE_URL", "https://api.openai.com/v1"),
        key: "OPENAI_API_KEY",
        model: "gpt-4o-mini",
    },
    Known {
        name: "upstage",
        base: ("UPSTAGE_BASE_URL", "https://api.upstage.ai/v1/solar"),
        key: "UPSTAGE_API_KEY",
        model: "solar-pro",
    },
];

/// Where a model answers.
pub struct Endpoint {
    /// The provider's name.
    pub provider: &'static str,
    /// The model's name.
    pub model: String,
    /// Where completions are asked for.
    pub to: Target,
    /// How long one request may take.
    pub timeout: Duration,
    /// How often it is repeated.
    pub retries: u32,
    key: Option<String>,
    /// The variable that holds the key.
    pub key_name: &'static str,
}

impl Endpoint {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// Which variable is wrong, and what to write.
    pub fn of_environment() -> Result<Endpoint, String> {
        Endpoint::read(|name| std::env::var(name).ok())
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Endpoint, String> {
        let set = |name: &str| {
            variable(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let name =
            set("SUMMARIZE_PROVIDER").map_or("openai".to_owned(), |name| name.to_lowercase());
        let known = PROVIDERS
            .iter()
            .find(|known| known.name == name)
            .ok_or("SUMMARIZE_PROVIDER names no provider; write openai (any endpoint of its protocol, by OPENAI_BASE_URL) or upstage")?;
        let base = set(known.base.0).unwrap_or_else(|| known.base.1.to_owned());
        let to = [base.trim_end_matches('/'), "/chat/completions"]
            .concat()
            .parse()
            .map_err(|error| [known.base.0, ": ", &format_error(error)].concat())?;
        let timeout = match set("SUMMARIZE_TIMEOUT") {
            None => TIMEOUT,
            Some(written) => written
                .parse()
                .ok()
                .filter(|seconds| (1..=600).contains(seconds))
                .ok_or("SUMMARIZE_TIMEOUT is no number of seconds; write 1 to 600")?,
        };
        let retries = match set("SUMMARIZE_RETRIES") {
            None => RETRIES.0,
            Some(written) => written
                .parse()
                .ok()
                .filter(|count| *count <= RETRIES.1)
                .ok_or("SUMMARIZE_RETRIES is no count; write 0 to 10")?,
        };
        Ok(Endpoint {
            provider: known.name,
            model: set("SUMMARIZE_MODEL").unwrap_or_else(|| known.model.to_owned()),
            to,
            timeout: Duration::from_secs(timeout),
            retries,
            key: set(known.key),
            key_name: known.key,
        })
    }

    /// The key, for the one header that carries it.
    ///
    /// # Errors
    ///
    /// Which variable to set.
    pub fn key(&self) -> Result<&str, String> {
        self.key
            .as_deref()
            .ok_or_else(|| ["no key for ", self.provider, "; set ", self.key_name].concat())
    }

    /// Whether there is a key.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }
}

fn format_error(error: wasmmcp::outgoing::NotTarget) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<Endpoint, String> {
        Endpoint::read(|name| {
            set.iter()
                .find(|(own, _)| *own == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_names_the_model() {
        let endpoint = read(&[]).expect("nothing needs to be set");
        assert_eq!(
            (endpoint.provider, endpoint.model.as_str()),
            ("openai", "gpt-4o-mini")
        );
        assert!(
            endpoint
                .key()
                .is_err_and(|why| why.contains("OPENAI_API_KEY"))
        );
        let endpoint = read(&[
            ("SUMMARIZE_PROVIDER", "Upstage"),
            ("UPSTAGE_API_KEY", "k"),
            ("SUMMARIZE_MODEL", "m"),
            ("SUMMARIZE_TIMEOUT", "5"),
            ("SUMMARIZE_RETRIES", "0"),
        ])
        .expect("an endpoint");
        assert_eq!(
            (endpoint.key(), endpoint.retries, endpoint.timeout),
            (Ok("k"), 0, Duration::from_secs(5))
        );
        let own = read(&[("OPENAI_BASE_URL", "http://127.0.0.1:9/v1/")]).expect("an endpoint");
        assert_eq!(
            (own.to.grant(), own.to.path),
            ("127.0.0.1:9".to_owned(), "/v1/chat/completions".to_owned())
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (name, value) in [
            ("SUMMARIZE_PROVIDER", "other"),
            ("OPENAI_BASE_URL", "example.org"),
            ("OPENAI_BASE_URL", "http://user:secret@example.org"),
            ("SUMMARIZE_TIMEOUT", "soon"),
            ("SUMMARIZE_TIMEOUT", "0"),
            ("SUMMARIZE_RETRIES", "-1"),
        ] {
            let why = read(&[(name, value)]).err().expect(value);
            assert!(
                why.contains(name) && why.contains("; write") && !why.contains("secret"),
                "{why}"
            );
        }
    }
}
