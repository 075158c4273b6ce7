//! A page as it came: redirects followed, each hop judged anew, unpacked, and read as text.

use std::{net::IpAddr, time::Duration};

use url::{Host, Url};
use wasmmcp::outgoing::{Class, Failure, Method, Patience, Request, Response, Target, classify};

use crate::{charset, inflate, options::Options, robots::Robots};

/// How many redirects are followed.
const HOPS: usize = 20;

/// How large a page may be, as it comes and unpacked, in bytes.
const LARGEST: usize = 8 << 20;

/// How much of a robots.txt is read; RFC 9309 asks for 500 KiB at least.
const ROBOTS: usize = 512 << 10;

/// What came.
#[derive(Debug)]
pub struct Page {
    /// The header of that name, or nothing.
    pub content_type: String,
    /// The body as text.
    pub text: String,
}

/// Whether a text is a page of HTML, by its beginning and its type.
pub fn is_html(text: &str, content_type: &str) -> bool {
    let head = text
        .char_indices()
        .nth(100)
        .map_or(text, |(end, _)| &text[..end]);
    head.contains("<html") || content_type.contains("text/html") || content_type.is_empty()
}

/// Fetches a page; `alone`: no person asked for it, so the site's wishes for robots count.
///
/// # Errors
///
/// What a model should know of it, with the remedy.
pub fn fetch(url: &Url, options: &Options, alone: bool) -> Result<Page, String> {
    let robots = alone && !options.ignore_robots;
    let agent = options.agent(alone);
    if robots {
        ask_robots(url, options, agent)?;
    }
    let failed = |why: &str| ["Failed to fetch ", url.as_str(), ": ", why].concat();
    let mut here = url.clone();
    for hop in 0..=HOPS {
        if hop > 0 && robots {
            ask_robots(&here, options, agent)?;
        }
        let response = match send(&here, options, agent, Duration::from_secs(30)) {
            Ok(response) => response,
            Err(Refusal::Private(text)) => return Err(text),
            Err(Refusal::Denied(why) | Refusal::Failed(why)) => return Err(failed(&why)),
        };
        if let Some(next) = redirect(&response, &here) {
            here = next.map_err(|why| failed(&why))?;
            continue;
        }
        if response.status >= 400 {
            let status = response.status.to_string();
            return Err(["Failed to fetch ", url.as_str(), " - status code ", &status].concat());
        }
        return read(response).map_err(|why| failed(&why));
    }
    Err(failed(
        "it redirects more than 20 times; try the address that it should end at",
    ))
}

enum Refusal {
    /// The address is none of the open Internet; the whole message.
    Private(String),
    /// It was not granted; the reason.
    Denied(String),
    /// Something else; the reason.
    Failed(String),
}

fn private(url: &Url, host: &str, address: &str) -> Refusal {
    Refusal::Private(
        [
            "Refused to fetch ",
            url.as_str(),
            ": ",
            host,
            " resolves to ",
            address,
            ", which is not a public address. Start the server with --allow-private-ips to allow private, loopback and link-local addresses.",
        ]
        .concat(),
    )
}

/// Sends one request.
fn send(
    url: &Url,
    options: &Options,
    agent: &str,
    patience: Duration,
) -> Result<Response, Refusal> {
    let failed = |why: &str| Refusal::Failed(why.to_owned());
    let Some(host) = url.host() else {
        return Err(failed(
            "it names no host; write http:// or https:// and a host",
        ));
    };
    let literal = match host {
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
        Host::Domain(_) => None,
    };
    if let Some(address) =
        literal.filter(|address| !options.allow_private && classify(*address) != Class::Public)
    {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        return Err(private(url, host, &address.to_string()));
    }
    let to = Target {
        secure: match url.scheme() {
            "http" => false,
            "https" => true,
            _ => {
                return Err(failed(
                    "only http and https are fetched; try an address of one of them",
                ));
            }
        },
        host: host.to_string(),
        port: url.port_or_known_default().unwrap_or(80),
        path: [
            url.path(),
            url.query().map_or("", |_| "?"),
            url.query().unwrap_or_default(),
        ]
        .concat(),
    };
    let request = Request {
        method: Method::Get,
        to: &to,
        headers: &[
            ("accept", "*/*"),
            ("accept-encoding", "gzip, deflate"),
            ("user-agent", agent),
        ],
        body: b"",
        patience: Patience::each(patience),
        private: options.allow_private,
    };
    request.send().map_err(|failure| match failure {
        Failure::Private { ref host } => private(url, host, "an address of its own"),
        Failure::Denied { .. } | Failure::Unusable(_) => Refusal::Denied(failure.to_string()),
        other => Refusal::Failed(other.to_string()),
    })
}

/// Where an answer sends on to, if it does.
fn redirect(response: &Response, here: &Url) -> Option<Result<Url, String>> {
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.header("location")?;
    let next = here
        .join(&location)
        .ok()
        .filter(|next| matches!(next.scheme(), "http" | "https"));
    Some(next.ok_or_else(|| {
        [
            "it redirects to ",
            &*location,
            ", which is no address of a web server; try another page",
        ]
        .concat()
    }))
}

/// Reads an answer to its end.
fn read(response: Response) -> Result<Page, String> {
    let content_type = header(&response, "content-type");
    let encoding = header(&response, "content-encoding");
    let body = response
        .body(LARGEST)
        .map_err(|failure| failure.to_string())?;
    let body = inflate::unpack(body, &encoding, LARGEST).map_err(|fault| fault.to_string())?;
    let html = content_type.contains("html") || content_type.is_empty();
    Ok(Page {
        text: charset::decode(body, &content_type, html),
        content_type,
    })
}

fn header(response: &Response, name: &str) -> String {
    response.header(name).unwrap_or_default().into_owned()
}

/// The address of the robots.txt that speaks for a page.
fn robots_address(url: &Url) -> String {
    let user = match (url.username(), url.password()) {
        ("", None) => String::new(),
        (name, None) => [name, "@"].concat(),
        (name, Some(password)) => [name, ":", password, "@"].concat(),
    };
    let port = url.port().map(|port| port.to_string());
    let port = port.map_or(String::new(), |port| [":", &port].concat());
    match url.host_str() {
        Some(host) => [url.scheme(), "://", &user, host, &port, "/robots.txt"].concat(),
        None if url.scheme() == "file" => "file:///robots.txt".to_owned(),
        None => [url.scheme(), ":/robots.txt"].concat(),
    }
}

/// Asks a site whether a robot may have this page.
fn ask_robots(url: &Url, options: &Options, agent: &str) -> Result<(), String> {
    let address = robots_address(url);
    let unreached = || {
        [
            "Failed to fetch robots.txt ",
            &address,
            " due to a connection issue",
        ]
        .concat()
    };
    let mut here = Url::parse(&address).map_err(|_| unreached())?;
    let mut hops = 0;
    let response = loop {
        let response = match send(&here, options, agent, Duration::from_secs(5)) {
            Ok(response) => response,
            Err(Refusal::Private(text)) => return Err(text),
            Err(Refusal::Denied(why)) => return Err([&unreached(), ": ", &why].concat()),
            Err(Refusal::Failed(_)) => return Err(unreached()),
        };
        match redirect(&response, &here) {
            Some(Ok(next)) if hops < HOPS => here = next,
            Some(_) => return Err(unreached()),
            None => break response,
        }
        hops += 1;
    };
    match response.status {
        401 | 403 => {
            return Err([
                "When fetching robots.txt (",
                &address,
                "), received status ",
                &response.status.to_string(),
                " so assuming that autonomous fetching is not allowed, the user can try manually fetching by using the fetch prompt",
            ]
            .concat());
        }
        400..500 => return Ok(()),
        _ => {}
    }
    let content_type = header(&response, "content-type");
    let encoding = header(&response, "content-encoding");
    let body = response.start(ROBOTS).map_err(|_| unreached())?;
    let body = inflate::unpack(body, &encoding, ROBOTS).map_err(|_| unreached())?;
    let text = charset::decode(body, &content_type, false);
    let path = [
        url.path(),
        url.query().map_or("", |_| "?"),
        url.query().unwrap_or_default(),
    ]
    .concat();
    if Robots::parse(&text).allow(&path, agent) {
        return Ok(());
    }
    Err([
        "The sites robots.txt (",
        &address,
        "), specifies that autonomous fetching of this page is not allowed, <useragent>",
        agent,
        "</useragent>\n<url>",
        url.as_str(),
        "</url><robots>\n",
        &text,
        "\n</robots>\nThe assistant must let the user know that it failed to view the page. The assistant may provide further guidance based on the above information.\nThe assistant can tell the user that they can try manually fetching the page by using the fetch prompt within their UI.",
    ]
    .concat())
}
