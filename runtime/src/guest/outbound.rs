//! Requests of a guest to the outside: only to destinations that were granted, and only to addresses that are public.
//!
//! The name is resolved once, the addresses are judged, and the connection goes to one of those judged: a name that resolves
//! to something else a moment later changes nothing.
//!
//! `handle` of `wasi:http/outgoing-handler` takes its options for good. wasmtime-wasi-http 48 only looks at them and keeps them in the guest's
//! table, so a guest would be out of resources after as many requests as it may hold; they are given back here.

use super::Guest;
use crate::grants::Grants;
use http::uri::Scheme;
use http_body_util::BodyExt;
use mcp_wire::guard::{granted, may_reach};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::rustls;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::p2::bindings::http::outgoing_handler::Host as _;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::p2::types::{HostFutureIncomingResponse, HostOutgoingRequest};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks, WasiHttpView as _};

/// The version is the newest that wasmtime-wasi-http has: older guests ask for less of it.
const HANDLER: &str = "wasi:http/outgoing-handler@0.2.12";

/// This `handle`, for the place of wasmtime-wasi-http's.
pub(super) fn define(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.instance(HANDLER)?.func_wrap(
        "handle",
        |mut store: StoreContextMut<'_, Guest>,
         (request, options): (
            Resource<HostOutgoingRequest>,
            Option<Resource<RequestOptions>>,
        )| Ok((handle(store.data_mut(), request, options)?,)),
    )
}

fn handle(
    guest: &mut Guest,
    request: Resource<HostOutgoingRequest>,
    options: Option<Resource<RequestOptions>>,
) -> wasmtime::Result<Result<Resource<HostFutureIncomingResponse>, ErrorCode>> {
    let looked_at = options.as_ref();
    let looked_at = looked_at.map(|options| Resource::new_borrow(options.rep()));
    let mut view = guest.http();
    let answer = view.handle(request, looked_at);
    if let Some(options) = options {
        view.table.delete(options)?;
    }
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(error) => error.downcast().map(Err),
    }
}

/// The outbound side of one guest.
pub struct Outbound {
    grants: Arc<Grants>,
    patience: Duration,
}

impl Outbound {
    /// What these grants allow; no step takes longer than `patience`.
    pub fn new(grants: Arc<Grants>, patience: Duration) -> Outbound {
        Outbound { grants, patience }
    }
}

type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Sent = Result<(http::Response<WasiBody>, Io), Error>;

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _fut: Io,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let (grants, patience) = (self.grants.clone(), self.patience);
        Box::new(send(grants, patience, request, options))
    }
}

async fn send(
    grants: Arc<Grants>,
    patience: Duration,
    request: http::Request<WasiBody>,
    options: Option<RequestOptions>,
) -> Sent {
    let tls = request.uri().scheme() == Some(&Scheme::HTTPS);
    let authority = request
        .uri()
        .authority()
        .ok_or(Error::HttpRequestUriInvalid)?;
    let host = authority
        .host()
        .trim_matches(['[', ']'])
        .to_ascii_lowercase();
    let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
    if !granted(&grants.outbound, &host, port) {
        return Err(Error::HttpRequestDenied);
    }
    let bounded = |asked: Option<Duration>| asked.unwrap_or(patience).min(patience);
    let connecting = bounded(options.and_then(|options| options.connect_timeout));
    let answering = bounded(options.and_then(|options| options.first_byte_timeout));

    let found = timeout(connecting, tokio::net::lookup_host((host.as_str(), port)))
        .await
        .map_err(|_| Error::DnsTimeout)?
        .map_err(|_| Error::DestinationNotFound)?;
    let found: Vec<SocketAddr> = found.collect();
    let allowed: Vec<SocketAddr> = found
        .into_iter()
        .filter(|address| {
            may_reach(
                &grants.outbound,
                grants.private_addresses,
                &host,
                port,
                address.ip(),
            )
        })
        .collect();
    if allowed.is_empty() {
        return Err(Error::DestinationIpProhibited);
    }
    let stream = timeout(connecting, TcpStream::connect(&allowed[..]))
        .await
        .map_err(|_| Error::ConnectionTimeout)?
        .map_err(Error::Connect)?;
    if tls {
        let stream = timeout(connecting, secure(&host, &grants, stream))
            .await
            .map_err(|_| Error::ConnectionTimeout)??;
        exchange(stream, request, answering).await
    } else {
        exchange(stream, request, answering).await
    }
}

async fn secure(
    host: &str,
    grants: &Grants,
    stream: TcpStream,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Error> {
    let mut roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.into(),
    };
    // Each was accepted when it was granted.
    roots.add_parsable_certificates(grants.authorities.iter().cloned());
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .map_err(|_| Error::TlsProtocolError)?
    .with_root_certificates(roots)
    .with_no_client_auth();
    let name = rustls::pki_types::ServerName::try_from(host.to_owned())
        .map_err(|_| Error::HttpRequestUriInvalid)?;
    tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(Error::Tls)
}

async fn exchange<S>(stream: S, mut request: http::Request<WasiBody>, answering: Duration) -> Sent
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // Towards the server itself the request line carries the path alone.
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    *request.uri_mut() = path.parse().map_err(|_| Error::HttpRequestUriInvalid)?;
    let driver = tokio::spawn(connection);
    let response = timeout(answering, sender.send_request(request))
        .await
        .map_err(|_| Error::ConnectionReadTimeout)??;
    let response = response.map(|body| body.map_err(Error::from).boxed_unsync());
    let io: Io = Box::new(async move {
        // The connection lives as long as the guest keeps this; a body that stops early is seen by its reader.
        match driver.await {
            Ok(ended) => ended.map_err(Error::from),
            Err(_) => Ok(()),
        }
    });
    Ok((response, io))
}

#[cfg(test)]
mod tests {
    use mcp_wire::guard::{Destination, may_reach};

    #[test]
    fn a_name_leads_only_where_it_was_meant_to() {
        let grants = ["example.org:80", "169.254.169.254:80"]
            .map(|grant| grant.parse::<Destination>().expect("a grant"));
        let reach = |address: &str, private, host| {
            let address = address.parse().expect("an address");
            may_reach(&grants, private, host, 80, address)
        };
        for private in [false, true] {
            assert!(reach("1.1.1.1", private, "example.org"));
            assert!(!reach("0.0.0.0", private, "example.org"));
            assert!(!reach("224.0.0.1", private, "example.org"));
            assert!(!reach("169.254.169.254", private, "example.org"));
            for local in [
                "127.0.0.1",
                "::1",
                "10.1.2.3",
                "192.168.1.1",
                "fc00::1",
                "::ffff:127.0.0.1",
            ] {
                assert_eq!(reach(local, private, "example.org"), private, "{local}");
            }
        }
        assert!(reach("169.254.169.254", true, "169.254.169.254"));
    }
}
