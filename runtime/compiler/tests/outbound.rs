//! Requests of a guest by https: to whom a certificate says it is, by an authority that is trusted, and to nobody else.

mod kit;

use kit::{Client, finish, runtime, said};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, Stream, crypto::ring};

/// An authority, and its certificate as a file.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn make(folder: &Path, name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("signed");
        let file = folder.join(name);
        std::fs::write(&file, issuer.pem()).expect("written");
        Authority { issuer, file }
    }

    /// Serves one request as this name; where, and what came: the request, or why the handshake failed.
    fn serve(&self, name: &str) -> (String, std::thread::JoinHandle<Result<String, String>>) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        let private = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has them")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .expect("they fit");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let served = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().map_err(|error| error.to_string())?;
            let mut connection =
                ServerConnection::new(Arc::new(config)).map_err(|error| error.to_string())?;
            let mut stream = Stream::new(&mut connection, &mut socket);
            let mut head = [0; 4096];
            let length = stream.read(&mut head).map_err(|error| error.to_string())?;
            let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            stream
                .write_all(answer)
                .map_err(|error| error.to_string())?;
            Ok(String::from_utf8_lossy(&head[..length]).into_owned())
        });
        (format!("localhost:{port}"), served)
    }
}

#[test]
fn only_a_certificate_that_fits_is_accepted() {
    if kit::hostile().is_none() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ours = Authority::make(folder.path(), "ours.pem");
    let other = Authority::make(folder.path(), "other.pem");
    let trusted = ours.file.to_str().expect("UTF-8");
    let cases = [
        ("trusted by nobody", &ours, "localhost", &[][..], false),
        (
            "trusted",
            &ours,
            "localhost",
            &["--authority", trusted][..],
            true,
        ),
        (
            "by another authority",
            &other,
            "localhost",
            &["--authority", trusted],
            false,
        ),
        (
            "of another host",
            &ours,
            "example.org",
            &["--authority", trusted],
            false,
        ),
    ];
    for (case, authority, name, options, accepted) in cases {
        let (to, served) = authority.serve(name);
        let options = [&["--private-addresses", "--outbound", &to], options].concat();
        let mut client = Client::start(&options, &[]).expect("it was built before");
        let answer = client.text(1, &format!("fetch-tls\",\"to\":\"{to}"));
        let served = served.join().expect("it serves");
        if accepted {
            assert_eq!(answer, "status 204", "{case}");
            assert!(
                served.is_ok_and(|head| head.starts_with("GET / HTTP/1.1")),
                "{case}"
            );
        } else {
            assert!(answer.contains("Tls"), "{case}: {answer}");
            assert!(served.is_err(), "{case}: it got a request: {served:?}");
        }
        // Nor does what was trusted open what was not granted.
        assert!(
            client
                .text(2, "fetch-tls\",\"to\":\"localhost:9")
                .contains("HttpRequestDenied"),
            "{case}"
        );
        assert_eq!(client.end().code, Some(0), "{case}");
    }
}

#[test]
fn an_authority_that_is_none_is_refused_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    for path in [
        folder.path().join("missing.pem"),
        put("empty.pem", ""),
        put("prose.pem", "trust me"),
        put(
            "broken.pem",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ),
    ] {
        let output = finish(
            runtime()
                .arg("run")
                .arg("--authority")
                .arg(&path)
                .arg("x.wasm"),
        );
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&path.display().to_string()), "{said}");
        assert!(said.contains("; name a PEM file"), "{said}");
    }
}
