//! In a program: the same judgement as the runtime's, after resolution and before connecting.

use std::{fmt, io::Read as _, net::SocketAddr, sync::OnceLock, time::Duration};

use mcp_wire::guard::{Destination, granted, may_reach};
use ureq::{
    Agent, Error, Timeout,
    config::Config,
    http,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use super::{Failure, Method, Request, Response, Step, Target};

/// How much is read at once.
const READ: usize = 64 << 10;

pub(super) fn rest(time: Duration) {
    std::thread::sleep(time);
}

/// What the environment grants.
struct Rules {
    grants: Vec<Destination>,
    private: bool,
}

/// Read once: the environment of a process does not change.
fn rules() -> Result<&'static Rules, Failure> {
    static RULES: OnceLock<Option<Rules>> = OnceLock::new();
    RULES
        .get_or_init(|| {
            Rules::read(
                &std::env::var("WASMMCP_OUTBOUND").unwrap_or_default(),
                std::env::var("WASMMCP_PRIVATE_ADDRESSES").is_ok_and(|value| value == "1"),
            )
        })
        .as_ref()
        .ok_or(Failure::Unusable(
            "WASMMCP_OUTBOUND is not a list of host:port",
        ))
}

impl Rules {
    fn read(written: &str, private: bool) -> Option<Rules> {
        let grants = written
            .split(',')
            .map(str::trim)
            .filter(|grant| !grant.is_empty())
            .map(|grant| grant.parse().ok())
            .collect::<Option<_>>()?;
        Some(Rules { grants, private })
    }
}

/// Finds a host's addresses and lets through those that may be reached.
#[derive(Debug)]
struct Judge {
    host: String,
    port: u16,
    private: bool,
    grants: Vec<Destination>,
}

/// Says, through the client's own errors, that no address was let through.
#[derive(Debug)]
struct AllPrivate;

impl fmt::Display for AllPrivate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no address may be reached")
    }
}

impl std::error::Error for AllPrivate {}

impl Resolver for Judge {
    fn resolve(
        &self,
        uri: &http::Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        let mut allowed = self.empty();
        let reachable = |address: &&SocketAddr| {
            may_reach(
                &self.grants,
                self.private,
                &self.host,
                self.port,
                address.ip(),
            )
        };
        for address in found.iter().filter(reachable) {
            allowed.push(*address);
        }
        if allowed.is_empty() {
            return Err(Error::Other(Box::new(AllPrivate)));
        }
        Ok(allowed)
    }
}

/// What is left of a body.
pub(super) struct Body {
    to: Target,
    after: Duration,
    reader: ureq::BodyReader<'static>,
}

pub(super) fn send(asked: &Request<'_>) -> Result<Response, Failure> {
    let rules = rules()?;
    let to = asked.to;
    if !granted(&rules.grants, &to.host, to.port) {
        return Err(Failure::Denied { to: to.grant() });
    }
    let patience = asked.patience;
    let config = Config::builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent("")
        .accept("")
        .accept_encoding("")
        .timeout_resolve(Some(patience.connect))
        .timeout_connect(Some(patience.connect))
        .timeout_recv_response(Some(patience.first_byte))
        .timeout_recv_body(Some(patience.body))
        .build();
    let judge = Judge {
        host: to.host.clone(),
        port: to.port,
        private: rules.private || asked.private,
        grants: rules.grants.clone(),
    };
    let agent = Agent::with_parts(config, DefaultConnector::default(), judge);
    let scheme = if to.secure { "https://" } else { "http://" };
    let mut request = http::Request::builder()
        .method(match asked.method {
            Method::Get => "GET",
            Method::Post => "POST",
        })
        .uri([scheme, &to.authority(), &to.path].concat());
    for (name, value) in asked.headers {
        request = request.header(*name, *value);
    }
    let wrong = |_| Failure::Unusable("its address or a header is malformed");
    let answer = match asked.method {
        Method::Get => agent.run(request.body(()).map_err(wrong)?),
        Method::Post => agent.run(request.body(asked.body).map_err(wrong)?),
    }
    .map_err(|error| failure(error, to, &patience))?;
    let (head, body) = answer.into_parts();
    Ok(Response {
        status: head.status.as_u16(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: Body {
            to: to.clone(),
            after: patience.body,
            reader: body.into_reader(),
        },
    })
}

impl Body {
    /// Appends the next piece; `false` at the end.
    pub(super) fn read(&mut self, into: &mut Vec<u8>) -> Result<bool, Failure> {
        let start = into.len();
        into.resize(start + READ, 0);
        let read = self.reader.read(&mut into[start..]);
        into.truncate(start + read.as_ref().map_or(0, |count| *count));
        match read {
            Ok(count) => Ok(count > 0),
            Err(error) => {
                let patience = super::Patience::each(self.after);
                Err(failure(Error::from(error), &self.to, &patience))
            }
        }
    }
}

fn failure(error: Error, to: &Target, patience: &super::Patience) -> Failure {
    let host = || to.host.clone();
    match error {
        Error::Other(inner) if inner.is::<AllPrivate>() => Failure::Private { host: host() },
        Error::HostNotFound => Failure::NotFound { host: host() },
        Error::Timeout(step) => {
            let (step, after) = match step {
                Timeout::Resolve | Timeout::Connect => (Step::Connect, patience.connect),
                Timeout::RecvBody => (Step::Body, patience.body),
                _ => (Step::FirstByte, patience.first_byte),
            };
            Failure::Timeout { step, after }
        }
        Error::ConnectionFailed => Failure::Refused { to: to.grant() },
        Error::Tls(_) | Error::Rustls(_) => Failure::Tls { host: host() },
        Error::Io(error) => match error.kind() {
            std::io::ErrorKind::ConnectionRefused => Failure::Refused { to: to.grant() },
            // What rustls refuses comes through the stream as data that cannot be used.
            std::io::ErrorKind::InvalidData if to.secure => Failure::Tls { host: host() },
            _ => Failure::Broken(error.to_string()),
        },
        other => Failure::Broken(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_read_from_a_list() {
        let rules = Rules::read("a.example:443, *:80,,", false).expect("grants");
        assert!(granted(&rules.grants, "a.example", 443) && granted(&rules.grants, "b", 80));
        assert!(Rules::read("", false).is_some_and(|rules| rules.grants.is_empty()));
        assert!(Rules::read("a.example", false).is_none(), "without a port");
    }
}
