//! HTTP in a component: an instance answers one request.

use wasip2::{
    http::types::{
        Fields, IncomingBody, IncomingRequest, Method, OutgoingBody, OutgoingResponse,
        ResponseOutparam,
    },
    io::streams::OutputStream,
};

use super::stream;
use crate::{
    Server,
    http::{self, Respond},
};
use mcp_wire::http::{Header, Rejection, Rules, one};

/// Answers one request.
pub fn handle(server: &'static Server, request: IncomingRequest, out: ResponseOutparam) {
    let mut response = Response {
        out: Some(out),
        stream: None,
        body: None,
    };
    let verb = match request.method() {
        Method::Post => "POST",
        Method::Get => "GET",
        Method::Delete => "DELETE",
        _ => "",
    };
    let mut entries = request.headers().entries();
    if !entries
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
        && let Some(authority) = request.authority()
    {
        entries.push(("host".to_owned(), authority.into_bytes()));
    }
    let headers: Vec<Header<'_>> = entries
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    let rules = http::rules(false);
    match rules.head(verb, &headers) {
        Ok(head) => match read(&request, &headers, &rules) {
            Ok(body) => http::post(server, &rules, &head, &headers, &body, &mut response),
            Err(rejection) => http::reject(&rejection, &mut response),
        },
        Err(rejection) => http::reject(&rejection, &mut response),
    }
    response.end();
}

fn read(
    request: &IncomingRequest,
    headers: &[Header<'_>],
    rules: &Rules,
) -> Result<Vec<u8>, Rejection> {
    let mut body = Vec::new();
    let announced = one(headers, "content-length")
        .ok()
        .flatten()
        .and_then(|length| length.parse::<usize>().ok());
    let Ok(incoming) = request.consume() else {
        return Ok(body);
    };
    if let Ok(input) = incoming.stream() {
        while stream::read(&input, &mut body) {
            if body.len() > rules.body_limit {
                return Err(rules.too_large());
            }
            // Asking for the end as well would cost one more call to the host.
            if announced.is_some_and(|announced| body.len() >= announced) {
                break;
            }
        }
    }
    drop(IncomingBody::finish(incoming));
    Ok(body)
}

struct Response {
    out: Option<ResponseOutparam>,
    // The stream is a child of the body and has to go first.
    stream: Option<OutputStream>,
    body: Option<OutgoingBody>,
}

impl Response {
    fn begin(&mut self, status: u16, headers: &[(String, Vec<u8>)]) {
        let Some(out) = self.out.take() else { return };
        let fields = Fields::from_list(headers).unwrap_or_else(|_| Fields::new());
        let response = OutgoingResponse::new(fields);
        if response.set_status_code(status).is_err() {
            return;
        }
        self.body = response.body().ok();
        ResponseOutparam::set(out, Ok(response));
        self.stream = self.body.as_ref().and_then(|body| body.write().ok());
    }

    fn end(mut self) {
        drop(self.stream.take());
        if let Some(body) = self.body.take() {
            // A client that went away is no fault of ours.
            let _ = OutgoingBody::finish(body, None);
        }
    }
}

impl Respond for Response {
    fn whole(&mut self, status: u16, body: &[u8], allow: Option<&'static str>) {
        let mut headers = vec![(
            "content-length".to_owned(),
            body.len().to_string().into_bytes(),
        )];
        if !body.is_empty() {
            headers.push(("content-type".to_owned(), b"application/json".to_vec()));
        }
        if let Some(allow) = allow {
            headers.push(("allow".to_owned(), allow.as_bytes().to_vec()));
        }
        self.begin(status, &headers);
        if let Some(stream) = self.stream.as_ref().filter(|_| !body.is_empty()) {
            let _ = stream::write(stream, body);
        }
    }

    fn part(&mut self, event: &[u8]) -> bool {
        if self.out.is_some() {
            // Without the last, a proxy may hold events back until the stream ends.
            let headers = [
                ("content-type", "text/event-stream"),
                ("cache-control", "no-cache"),
                ("x-accel-buffering", "no"),
            ];
            self.begin(
                200,
                &headers.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())),
            );
        }
        self.stream
            .as_ref()
            .is_some_and(|stream| stream::write(stream, event).is_ok())
    }
}
