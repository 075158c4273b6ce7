//! The Debian recipe, first half: the standard library's source and the C library from Debian's signed packages.
//!
//! Everything happens in a private apt configuration and state folder, so that the system's own stays as it is. The mirror's
//! address comes from the system's apt, which is the one that works here; no host is named by us. Signatures are checked
//! against the archive keyring that Debian ships: apt refuses an unsigned or wrongly signed suite, and we never ask it not to.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::commands::Commands;
use crate::error::Missing;
use crate::process::{Failure, Step, Watch, bytes_below};
use crate::rustc::{Rustc, TARGET};

/// The suite that carries several `rust-src` versions side by side, and a C library new enough for WASI 0.2.
const SUITE: &str = "trixie-backports";
/// Where Debian's package `debian-archive-keyring` puts the keys; the second name came with Debian 13.
const KEYRINGS: [&str; 2] = [
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
];
/// Start files and C library that the linker wants beside the standard library.
pub(crate) const START_FILES: [&str; 3] = ["crt1-command.o", "crt1-reactor.o", "libc.a"];

/// What holds for every call. The system's own configuration is read before it, for the sake of its proxies.
const SETTINGS: &str = r#"
// Hooks of the system's apt clean and refresh the system's own caches; they have no business here.
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
// The system's apt may have been told to take what is not signed; this one never does.
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
APT::Get::AllowUnauthenticated "false";
Acquire::Languages "none";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Acquire::Retries "1";
"#;

/// What was unpacked.
#[derive(Debug)]
pub(crate) struct Packages {
    /// The folder that holds `library/`.
    pub(crate) source: PathBuf,
    /// The folder that holds the [`START_FILES`].
    pub(crate) start_files: PathBuf,
    /// Package name to version, for the cache's key.
    pub(crate) versions: BTreeMap<String, String>,
}

/// The commands and files that the recipe needs, found beforehand so that nothing is begun in vain.
#[derive(Debug)]
pub(crate) struct Apt<'a> {
    get: PathBuf,
    unpack: PathBuf,
    keyring: PathBuf,
    commands: &'a Commands,
    patience: Duration,
}

impl<'a> Apt<'a> {
    /// Finds the commands and the keyring; `Err` with what is missing.
    pub(crate) fn find(
        commands: &'a Commands,
        keyrings: Option<&Path>,
        patience: Duration,
    ) -> Result<Self, String> {
        let command = |name: &str| {
            commands.find(name).ok_or(format!(
                "the Debian recipe needs `{name}`, which is not here"
            ))
        };
        let known = KEYRINGS.iter().map(Path::new);
        let keyring = keyrings
            .into_iter()
            .chain(known)
            .find(|path| path.is_file());
        Ok(Self {
            get: command("apt-get")?,
            unpack: command("dpkg-deb")?,
            keyring: keyring.ok_or("the Debian recipe needs the keys of the package `debian-archive-keyring`, which are not here")?.to_owned(),
            commands,
            patience,
        })
    }

    /// Fetches and unpacks what `rustc` needs, below `room`.
    pub(crate) fn fetch(
        &self,
        rustc: &Rustc,
        room: &Path,
        said: &mut dyn FnMut(&str),
    ) -> Result<Packages, Missing> {
        let plain = rustc
            .release
            .chars()
            .all(|c| c.is_ascii_digit() || c == '.');
        if !plain {
            return Err(Missing::new(
                format!(
                    "Debian packages the source of stable Rust only, and this is {}",
                    rustc.release
                ),
                "Use a stable toolchain, or run the command again with `--setup` where `rustup` can reach its server.",
            ));
        }
        let unreachable = |failure: String| {
            Missing::new(
                failure,
                "Check that `apt-get update` works on this machine, then run the command again.",
            )
        };
        let private = Private::make(room).map_err(|error| {
            unreachable(format!(
                "the private apt folders could not be made: {error}"
            ))
        })?;
        let mirror = self.mirror(&private, said).map_err(unreachable)?;
        let line = format!(
            "deb [signed-by={}] {mirror} {SUITE} main\n",
            self.keyring.display()
        );
        fs::write(&private.sources, line).map_err(|error| unreachable(error.to_string()))?;
        private
            .configure(true)
            .map_err(|error| unreachable(error.to_string()))?;
        said(&format!(
            "asking {mirror} for its {SUITE} suite (private apt state, signatures checked)"
        ));
        self.apt(&private, &["update"], said)
            .map_err(|failure| unreachable(failure.to_string()))?;
        said("fetching rust-src and wasi-libc, some 47 MB, into the cache");
        let wanted = format!("rust-src={}*", rustc.release);
        self.apt(&private, &["download", &wanted, "wasi-libc"], said).map_err(|failure| {
            Missing::new(
                failure.to_string(),
                format!("Debian's {SUITE} must have rust-src {}; where it has not, use a Rust release that it has, or run the command again with `--setup` where `rustup` can reach its server.", rustc.release),
            )
        })?;
        self.unpack(&private, rustc).map_err(unreachable)
    }

    /// The address of a Debian mirror, from the system's apt. Where the system has no lists yet (a fresh container image),
    /// they are fetched into the private state, by the system's own sources.
    fn mirror(&self, private: &Private, said: &mut dyn FnMut(&str)) -> Result<String, String> {
        let asked = |options: &[&str]| {
            let step =
                self.step(options)
                    .args(["indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(SITE)"]);
            step.run(None, &mut |_| {})
                .map(|printed| site(&printed))
                .map_err(|failure| failure.to_string())
        };
        if let Some(found) = asked(&[])? {
            return Ok(found);
        }
        said("apt has no package lists yet; fetching them privately");
        private
            .configure(false)
            .map_err(|error| error.to_string())?;
        // One of the system's sources may be out of reach without harm: only Debian's own is needed.
        let updated = self.apt(private, &["update"], said);
        asked(&[&private.option()])?.ok_or_else(|| match updated {
            Ok(()) => "this machine's apt has no Debian mirror among its sources".into(),
            Err(failure) => failure.to_string(),
        })
    }

    fn step(&self, options: &[&str]) -> Step {
        Step::new(&self.get, self.commands)
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(options)
    }

    fn apt(
        &self,
        private: &Private,
        words: &[&str],
        said: &mut dyn FnMut(&str),
    ) -> Result<(), Failure> {
        let gauge = || bytes_below(&private.root);
        let step = self
            .step(&[&private.option()])
            .args(words)
            .within(&private.packages);
        step.show(
            Some(Watch {
                patience: self.patience,
                gauge: &gauge,
            }),
            said,
        )
    }

    fn unpack(&self, private: &Private, rustc: &Rustc) -> Result<Packages, String> {
        let mut versions = BTreeMap::new();
        let unpacked = private.root.join("unpacked");
        let entries = fs::read_dir(&private.packages).map_err(|error| error.to_string())?;
        for package in entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "deb"))
        {
            let step = || Step::new(&self.unpack, self.commands).env("LC_ALL", "C");
            let field = |name: &str| {
                step()
                    .arg("-f")
                    .arg(&package)
                    .arg(name)
                    .run(None, &mut |_| {})
                    .map(|value| value.trim().to_owned())
            };
            let (name, version) = field("Package")
                .and_then(|name| Ok((name, field("Version")?)))
                .map_err(|failure| failure.to_string())?;
            step()
                .arg("-x")
                .arg(&package)
                .arg(&unpacked)
                .run(None, &mut |_| {})
                .map_err(|failure| failure.to_string())?;
            versions.insert(name, version);
        }
        let found = Packages {
            source: unpacked.join(format!("usr/src/rustc-{}", rustc.release)),
            start_files: unpacked.join("usr/lib").join(TARGET),
            versions,
        };
        let wanted = START_FILES
            .iter()
            .map(|name| found.start_files.join(name))
            .chain([found.source.join("library/Cargo.lock")]);
        for path in wanted {
            if !path.is_file() {
                let shown = path.strip_prefix(&unpacked).unwrap_or(&path).display();
                return Err(format!("Debian's packages no longer hold {shown}"));
            }
        }
        Ok(found)
    }
}

/// The first site of Debian's own archive among lines of `ORIGIN|LABEL|SITE`; the security archive has no backports.
fn site(printed: &str) -> Option<String> {
    printed.lines().find_map(|line| {
        let mut fields = line.splitn(3, '|').map(str::trim);
        let own =
            fields.next()? == "Debian" && matches!(fields.next()?, "Debian" | "Debian Backports");
        let site = fields.next()?;
        // It is written into a sources line, where a space or a bracket would be an option.
        let plain = !site.is_empty()
            && !site
                .chars()
                .any(|c| c.is_whitespace() || c == '[' || c == ']');
        (own && plain).then(|| site.to_owned())
    })
}

/// Folders and configuration of an apt that shares nothing with the system's but its sources, proxies and keys.
struct Private {
    root: PathBuf,
    packages: PathBuf,
    config: PathBuf,
    sources: PathBuf,
}

impl Private {
    fn make(room: &Path) -> std::io::Result<Self> {
        let root = room.join("apt");
        for folder in ["lists/partial", "cache/archives/partial", "packages"] {
            fs::create_dir_all(root.join(folder))?;
        }
        Ok(Self {
            packages: root.join("packages"),
            config: root.join("apt.conf"),
            sources: root.join("sources.list"),
            root,
        })
    }

    /// How apt is told of the configuration: in one word, so that a message names what was asked of apt instead.
    fn option(&self) -> String {
        format!("--config-file={}", self.config.display())
    }

    /// Writes the configuration; with `own_sources`, only our one line is a source.
    fn configure(&self, own_sources: bool) -> std::io::Result<()> {
        let root = self.root.display();
        // apt's download user cannot enter a private folder below the home of root.
        let user = if runs_as_root() { "root" } else { "_apt" };
        let mut text = format!(
            "{SETTINGS}Dir::State::Lists \"{root}/lists/\";\nDir::Cache \"{root}/cache/\";\nAPT::Sandbox::User \"{user}\";\n"
        );
        if own_sources {
            text += &format!(
                "Dir::Etc::SourceList \"{}\";\nDir::Etc::SourceParts \"/dev/null\";\n",
                self.sources.display()
            );
        }
        fs::write(&self.config, text)
    }
}

fn runs_as_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

#[cfg(test)]
mod tests;
