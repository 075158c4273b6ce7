//! Requests of a guest to the outside: only to destinations that were granted, and only to addresses that are public.
//!
//! The name is resolved once, the addresses are judged, and the connection goes to one of those judged: a name that resolves
//! to something else a moment later changes nothing.

use crate::grants::Grants;
use http::uri::Scheme;
use http_body_util::BodyExt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::rustls;
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

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
    let granted = grants
        .outbound
        .iter()
        .any(|to| to.host == host && to.port == port);
    if !granted {
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
        .filter(|address| grants.private_addresses || is_public(address.ip()))
        .collect();
    if allowed.is_empty() {
        return Err(Error::DestinationIpProhibited);
    }
    let stream = timeout(connecting, TcpStream::connect(&allowed[..]))
        .await
        .map_err(|_| Error::ConnectionTimeout)?
        .map_err(Error::Connect)?;
    if tls {
        let stream = timeout(connecting, secure(&host, stream))
            .await
            .map_err(|_| Error::ConnectionTimeout)??;
        exchange(stream, request, answering).await
    } else {
        exchange(stream, request, answering).await
    }
}

async fn secure(
    host: &str,
    stream: TcpStream,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Error> {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.into(),
    };
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

/// Whether an address is one of the open Internet: not private, loopback, link-local, shared, documentation, multicast or reserved.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => {
            let head = v6.segments();
            // Ways to write an IPv4 address in IPv6: mapped, compatible, NAT64, 6to4.
            let low = || Ipv4Addr::from((u32::from(head[6]) << 16) | u32::from(head[7]));
            match head {
                [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => is_public_v4(low()),
                [0x2002, high, middle, ..] => {
                    is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(middle)))
                }
                [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
                // Global unicast is 2000::/3; everything else is local, multicast or reserved.
                [first, ..] => first & 0xe000 == 0x2000,
            }
        }
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224..=255, ..)
    );
    !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_open_internet_are_public() {
        for public in [
            "1.1.1.1",
            "192.0.1.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "172.32.0.1",
        ] {
            assert!(is_public(public.parse().expect("an address")), "{public}");
        }
        for local in [
            "0.0.0.0",
            "10.1.2.3",
            "127.0.0.1",
            "169.254.169.254",
            "172.20.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(local.parse().expect("an address")), "{local}");
        }
    }
}
