//! What stands in for the network while servers are asked: started once by whoever starts subjects, outside of the clock, and ended with it.
//!
//! A stand-in listens on a port that nobody knows before. Nothing that is written down depends on it: arguments and rules name
//! `{site}` and `{model}`, and digests are taken of answers in which the address has been turned back into the name.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use record::Nanos;
use serde::{Deserialize, Serialize};

use crate::backend::{Backend, Done};
use crate::clock::Clock;
use crate::plan::Planned;
use crate::process::{Launch, Process};
use crate::server::{Need, Server};

/// Reading and compressing every page takes a moment.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest that one may take to end once its input is closed.
const FAREWELL: Duration = Duration::from_secs(2);
/// The words before the address, in the line that says where one listens.
const LISTENS: &[u8] = b"listening on http://";

/// Where stand-ins listen: `127.0.0.1:PORT`, none where one is not up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standins {
    site: Option<String>,
    model: Option<String>,
}

impl Standins {
    /// At these addresses.
    pub fn at(site: Option<String>, model: Option<String>) -> Standins {
        Standins { site, model }
    }

    /// Each placeholder with what it stands for.
    fn places(&self) -> impl Iterator<Item = (String, String)> {
        let both = [(Need::Site, &self.site), (Need::Model, &self.model)];
        both.into_iter().flat_map(|(need, address)| {
            let both = address.iter().flat_map(move |address| {
                // the origin first: it contains the address
                [
                    (need.origin(), format!("http://{address}")),
                    (need.address(), address.clone()),
                ]
            });
            both.collect::<Vec<_>>()
        })
    }

    /// The text with `{site}`, `{site.address}`, `{model}` and `{model.address}` filled in.
    pub fn fill(&self, text: &str) -> String {
        self.fill_with(text, |real| real.to_owned())
    }

    /// The same with what is filled in written in another way, as a pattern needs it.
    pub fn fill_with(&self, text: &str, written: impl Fn(&str) -> String) -> String {
        self.places().fold(text.to_owned(), |text, (name, real)| {
            text.replace(&name, &written(&real))
        })
    }

    /// The text with real addresses turned back into placeholders.
    pub fn unfill(&self, text: &str) -> String {
        self.places().fold(text.to_owned(), |text, (name, real)| {
            text.replace(&real, &name)
        })
    }
}

/// Stand-ins that are up. They end with this value, and by themselves if this process is killed.
pub struct Up<'a> {
    processes: Vec<(Need, Process)>,
    clock: &'a dyn Clock,
    /// Where they are.
    pub standins: Standins,
}

impl<'a> Up<'a> {
    /// Starts what these servers need; nothing, if they need nothing.
    ///
    /// # Errors
    /// When one cannot be started or does not listen.
    pub fn start(
        program: Option<&Path>,
        servers: &[Server],
        data: &Path,
        clock: &'a dyn Clock,
    ) -> Result<Up<'a>> {
        let mut up = Up {
            processes: Vec::new(),
            clock,
            standins: Standins::default(),
        };
        for need in [Need::Site, Need::Model] {
            if !servers.iter().any(|server| server.needs.contains(&need)) {
                continue;
            }
            let program = program.context("the stand-ins were not built; build again")?;
            let mut arguments = vec![need.word().into()];
            if need == Need::Site {
                arguments.extend(["--data".into(), data.into()]);
            }
            let launch = Launch {
                program: program.to_owned(),
                arguments,
                environment: Vec::new(),
            };
            let mut process = Process::start_group(&launch)
                .with_context(|| format!("{} cannot be started", program.display()))?;
            let said = process.exchange(b"", PATIENCE, clock, |line| line.starts_with(LISTENS));
            let address = match said {
                Ok(line) => String::from_utf8_lossy(&line[LISTENS.len()..])
                    .trim()
                    .to_owned(),
                Err(silence) => {
                    process.close(FAREWELL, clock);
                    bail!(
                        "the stand-in for a {} does not listen ({silence}); it said: {}",
                        need.word(),
                        process.last_words()
                    );
                }
            };
            match need {
                Need::Site => up.standins.site = Some(address),
                Need::Model => up.standins.model = Some(address),
            }
            up.processes.push((need, process));
        }
        Ok(up)
    }

    /// Whether all are still up.
    ///
    /// # Errors
    /// When one has ended: no answer that needed it means anything.
    pub fn check(&mut self) -> Result<()> {
        for (need, process) in &mut self.processes {
            let soon = Nanos(self.clock.now().0 + 100_000);
            if process.line(soon, self.clock).is_err() {
                let end = process.close(FAREWELL, self.clock);
                bail!(
                    "the stand-in for a {} ended ({}), so whatever needed it failed; it said: {}; run the command again",
                    need.word(),
                    end.words(),
                    process.last_words()
                );
            }
        }
        Ok(())
    }
}

impl Drop for Up<'_> {
    fn drop(&mut self) {
        for (_, process) in &mut self.processes {
            process.close(FAREWELL, self.clock);
        }
    }
}

/// A backend whose trials need stand-ins: one that ends is said at once, and not by a hundred failed trials.
pub struct Standing<'a, 'b, B> {
    /// What does trials.
    pub backend: B,
    /// What they need.
    pub up: &'b mut Up<'a>,
}

impl<B: Backend> Backend for Standing<'_, '_, B> {
    fn trial(&mut self, planned: &Planned) -> Result<Done> {
        let done = self.backend.trial(planned)?;
        if done.samples.iter().any(|sample| sample.good().is_none()) {
            self.up
                .check()
                .context("what was measured is kept; go on with --resume")?;
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Monotonic;

    #[test]
    fn what_is_filled_in_is_turned_back() {
        let both = Standins::at(Some("127.0.0.1:4711".into()), Some("127.0.0.1:815".into()));
        let text = "{site}/a {site.address} {model}/v1 {model.address} {data}";
        let filled = both.fill(text);
        assert_eq!(
            filled,
            "http://127.0.0.1:4711/a 127.0.0.1:4711 http://127.0.0.1:815/v1 127.0.0.1:815 {data}"
        );
        assert_eq!(both.unfill(&filled), text);
        assert_eq!(Standins::default().fill(text), text);
    }

    fn server(needs: &str) -> Server {
        toml::from_str(&format!(
            "name = \"x\"\ntitle = \"X\"\npackage = \"x\"\nneeds = {needs}"
        ))
        .expect("a server")
    }

    /// A program that does what a stand-in does, by a shell.
    fn program(script: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("standin");
        std::fs::write(&file, format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n"))
            .expect("written");
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&file, mode).expect("set");
        (folder, file)
    }

    #[test]
    fn only_what_is_needed_is_started_and_its_end_is_said() {
        let clock = Monotonic::new();
        let data = Path::new("/d");
        let nothing = Up::start(None, &[server("[]")], data, &clock).expect("nothing to do");
        assert_eq!(nothing.standins, Standins::default());
        drop(nothing);

        let script = "echo \"listening on http://127.0.0.1:$#\"; read end";
        let (_folder, file) = program(script);
        let needs = [server("[\"model\"]"), server("[\"site\", \"model\"]")];
        let mut up = Up::start(Some(&file), &needs, data, &clock).expect("both are up");
        // the site is told where the data are
        let told = Standins::at(Some("127.0.0.1:3".into()), Some("127.0.0.1:1".into()));
        assert_eq!(up.standins, told);
        up.check().expect("both are up");
        drop(up);

        let (_folder, file) =
            program("echo \"listening on http://127.0.0.1:1\"; echo no memory >&2; exit 7");
        let mut up = Up::start(Some(&file), &needs[..1], data, &clock).expect("it listened");
        let said = loop {
            if let Err(error) = up.check() {
                break error.to_string();
            }
        };
        assert!(
            said.contains("the stand-in for a model ended (exit code 7)")
                && said.contains("no memory"),
            "{said}"
        );

        let (_folder, file) = program("echo 'no such folder' >&2; exit 2");
        let Err(error) = Up::start(Some(&file), &needs[..1], data, &clock) else {
            panic!("it does not listen");
        };
        assert!(error.to_string().contains("no such folder"), "{error}");
    }
}
