//! A daemon for tests: answers on a socket of its own as the real one does, or not at all.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use crate::address::Address;

/// What an imitated daemon says of itself.
#[derive(Clone)]
pub(crate) struct Imitation {
    pub(crate) version: String,
    pub(crate) info: String,
    /// The status of every answer.
    pub(crate) status: u16,
    /// Whether it answers at all.
    pub(crate) answers: bool,
}

impl Imitation {
    /// An old engine on this machine.
    pub(crate) fn old() -> Imitation {
        let here = rustix::system::uname();
        let text = |of: &std::ffi::CStr| of.to_string_lossy().into_owned();
        Imitation {
            version: r#"{"Version":"20.10.24","ApiVersion":"1.41"}"#.to_owned(),
            info: format!(
                r#"{{"Driver":"overlay2","CgroupVersion":"1","Name":"{}","KernelVersion":"{}"}}"#,
                text(here.nodename()),
                text(here.release())
            ),
            status: 200,
            answers: true,
        }
    }

    /// Listens in this folder until the test program ends.
    pub(crate) fn listen(self, folder: &Path) -> Address {
        let path = folder.join("docker.sock");
        let listener = UnixListener::bind(&path).expect("a socket in a temporary folder");
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = self.clone();
                std::thread::spawn(move || own.serve(stream));
            }
        });
        Address::Unix(path)
    }

    /// Answers each request of a connection. Requests have no body: only questions are asked of it.
    fn serve(&self, mut stream: UnixStream) {
        let mut lines = BufReader::new(stream.try_clone().expect("a handle")).lines();
        while let Some(Ok(first)) = lines.next() {
            while lines
                .next()
                .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
            {}
            if !self.answers {
                continue;
            }
            let body = match first.split(' ').nth(1).unwrap_or_default() {
                path if path.ends_with("/version") => &self.version,
                path if path.ends_with("/info") => &self.info,
                _ => "OK",
            };
            let head = format!(
                "HTTP/1.1 {} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                self.status,
                body.len()
            );
            // The other side may have seen enough.
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    }
}
