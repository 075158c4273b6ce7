//! In a component: the host sends the request, and judges where it may go.

use std::time::Duration;

use wasip2::{
    clocks::monotonic_clock,
    http::{
        outgoing_handler,
        types::{
            ErrorCode, Fields, FutureIncomingResponse, IncomingBody, Method as Verb, OutgoingBody,
            OutgoingRequest, RequestOptions, Scheme, http_error_code,
        },
    },
    io::{
        poll::{Pollable, poll},
        streams::{InputStream, StreamError},
    },
};

use super::{Failure, Method, Request, Response, Step, Target};

/// How much is asked for in one read.
const READ: u64 = 256 << 10;

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

pub(super) fn rest(time: Duration) {
    monotonic_clock::subscribe_duration(nanos(time)).block();
}

/// What is left of a body, and until when it may come.
pub(super) struct Body {
    host: String,
    after: Duration,
    // Children go before their parents: the pollables, the stream, the body.
    deadline: Pollable,
    readable: Pollable,
    stream: InputStream,
    _body: IncomingBody,
}

pub(super) fn send(asked: &Request<'_>) -> Result<Response, Failure> {
    let wrong = |()| Failure::Unusable("the host does not take it");
    let to = asked.to;
    let mut headers: Vec<(String, Vec<u8>)> = asked
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect();
    if asked.method == Method::Post {
        headers.push((
            "content-length".to_owned(),
            asked.body.len().to_string().into_bytes(),
        ));
    }
    let headers = Fields::from_list(&headers).map_err(|_| wrong(()))?;
    let request = OutgoingRequest::new(headers);
    request
        .set_method(match asked.method {
            Method::Get => &Verb::Get,
            Method::Post => &Verb::Post,
        })
        .map_err(wrong)?;
    let scheme = if to.secure {
        Scheme::Https
    } else {
        Scheme::Http
    };
    request.set_scheme(Some(&scheme)).map_err(wrong)?;
    request
        .set_authority(Some(&to.authority()))
        .map_err(wrong)?;
    request.set_path_with_query(Some(&to.path)).map_err(wrong)?;

    let patience = asked.patience;
    let options = RequestOptions::new();
    // A host that cannot bound a step is no reason not to ask; the waits below are bounded here.
    let _ = options.set_connect_timeout(Some(nanos(patience.connect)));
    let _ = options.set_first_byte_timeout(Some(nanos(patience.first_byte)));
    let _ = options.set_between_bytes_timeout(Some(nanos(patience.body)));
    let outgoing = (asked.method == Method::Post)
        .then(|| request.body().ok())
        .flatten();
    let answer = outgoing_handler::handle(request, Some(options))
        .map_err(|code| failure(&code, to, asked))?;
    let deadline =
        monotonic_clock::subscribe_duration(nanos(patience.connect + patience.first_byte));
    if let Some(body) = outgoing {
        // Where the other side does not take all of it, its answer says why.
        let _ = write(body, asked.body, &deadline);
    }
    wait(&answer, &deadline, asked)?;
    let response = match answer.get() {
        Some(Ok(Ok(response))) => response,
        Some(Ok(Err(code))) => return Err(failure(&code, to, asked)),
        _ => return Err(Failure::Broken("the host gave no answer".to_owned())),
    };
    let status = response.status();
    let headers = response.headers().entries();
    let body = response
        .consume()
        .map_err(|()| Failure::Broken("the answer has no body".to_owned()))?;
    let stream = body
        .stream()
        .map_err(|()| Failure::Broken("the answer has no body".to_owned()))?;
    Ok(Response {
        status,
        headers,
        body: Body {
            host: to.host.clone(),
            after: patience.body,
            deadline: monotonic_clock::subscribe_duration(nanos(patience.body)),
            readable: stream.subscribe(),
            stream,
            _body: body,
        },
    })
}

fn write(body: OutgoingBody, mut bytes: &[u8], deadline: &Pollable) -> Result<(), StreamError> {
    let stream = body.write().map_err(|()| StreamError::Closed)?;
    while !bytes.is_empty() {
        let permitted = usize::try_from(stream.check_write()?).unwrap_or(usize::MAX);
        if permitted == 0 {
            poll(&[&stream.subscribe(), deadline]);
            if deadline.ready() {
                return Err(StreamError::Closed);
            }
            continue;
        }
        let (now, later) = bytes.split_at(permitted.min(bytes.len()));
        stream.write(now)?;
        bytes = later;
    }
    stream.flush()?;
    drop(stream);
    OutgoingBody::finish(body, None).map_err(|_| StreamError::Closed)
}

fn wait(
    answer: &FutureIncomingResponse,
    deadline: &Pollable,
    asked: &Request<'_>,
) -> Result<(), Failure> {
    let ready = answer.subscribe();
    poll(&[&ready, deadline]);
    if ready.ready() {
        return Ok(());
    }
    Err(Failure::Timeout {
        step: Step::FirstByte,
        after: asked.patience.connect + asked.patience.first_byte,
    })
}

impl Body {
    /// Appends the next piece; `false` at the end.
    pub(super) fn read(&mut self, into: &mut Vec<u8>) -> Result<bool, Failure> {
        loop {
            match self.stream.read(READ) {
                Ok(piece) if piece.is_empty() => {}
                Ok(piece) if into.is_empty() => {
                    *into = piece;
                    return Ok(true);
                }
                Ok(piece) => {
                    into.extend_from_slice(&piece);
                    return Ok(true);
                }
                Err(StreamError::Closed) => return Ok(false),
                Err(StreamError::LastOperationFailed(error)) => {
                    return Err(match http_error_code(&error) {
                        Some(ErrorCode::ConnectionReadTimeout | ErrorCode::HttpResponseTimeout) => {
                            self.late()
                        }
                        Some(code) => Failure::Broken(named(&code)),
                        None => Failure::Broken([&self.host, " closed it"].concat()),
                    });
                }
            }
            poll(&[&self.readable, &self.deadline]);
            if self.deadline.ready() {
                return Err(self.late());
            }
        }
    }

    fn late(&self) -> Failure {
        Failure::Timeout {
            step: Step::Body,
            after: self.after,
        }
    }
}

fn failure(code: &ErrorCode, to: &Target, asked: &Request<'_>) -> Failure {
    let host = || to.host.clone();
    match code {
        ErrorCode::HttpRequestDenied => Failure::Denied { to: to.grant() },
        ErrorCode::DestinationIpProhibited => Failure::Private { host: host() },
        ErrorCode::DestinationNotFound | ErrorCode::DnsError(_) => {
            Failure::NotFound { host: host() }
        }
        ErrorCode::DnsTimeout | ErrorCode::ConnectionTimeout => Failure::Timeout {
            step: Step::Connect,
            after: asked.patience.connect,
        },
        ErrorCode::ConnectionReadTimeout | ErrorCode::HttpResponseTimeout => Failure::Timeout {
            step: Step::FirstByte,
            after: asked.patience.first_byte,
        },
        ErrorCode::ConnectionRefused | ErrorCode::DestinationUnavailable => {
            Failure::Refused { to: to.grant() }
        }
        ErrorCode::TlsCertificateError
        | ErrorCode::TlsProtocolError
        | ErrorCode::TlsAlertReceived(_) => Failure::Tls { host: host() },
        other => Failure::Broken(named(other)),
    }
}

/// What the host says in words of its interface; the rest is of no use to who reads it.
fn named(code: &ErrorCode) -> String {
    match code {
        ErrorCode::ConnectionTerminated => "the other side ended it",
        ErrorCode::HttpResponseIncomplete => "the answer is not whole",
        ErrorCode::HttpProtocolError => "the other side does not speak HTTP as it should",
        ErrorCode::InternalError(Some(why)) => return why.clone(),
        _ => "the host says no more",
    }
    .to_owned()
}
