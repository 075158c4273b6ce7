//! A server of the user's own, in whatever packaging: what was named is found, looked at without being started, and made a subject.

mod draft;
pub mod meet;
pub mod schema;

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use container::Found;
use record::{Digest, Packaging};
use shlex::Shlex;

pub use draft::{Asked, Draft, Leave, draft};

use crate::docker::Docker;
use crate::exit::{Exit, Told};
use crate::launch::{Interpreted, Made};
use crate::server::is_name;
use crate::subject::{Built, find};

/// How every WebAssembly file begins.
const MAGIC: &[u8] = b"\0asm";
/// What follows in a component, and in a module.
const COMPONENT: [u8; 4] = [0x0d, 0, 1, 0];
const MODULE: [u8; 4] = [1, 0, 0, 0];
/// How a program of this machine begins.
const ELF: &[u8] = b"\x7fELF";
/// A file named by a command is part of its digest up to this length.
const DIGESTED: u64 = 64 << 20;

/// Programs that run what others wrote, by the language of it; the twin of that language shows what the program takes by itself.
const INTERPRETERS: [(&str, &[&str]); 3] = [
    (
        "node",
        &["node", "nodejs", "npx", "npm", "tsx", "bun", "bunx", "deno"],
    ),
    ("python", &["python", "uv", "uvx", "pipx", "pypy"]),
    (
        "",
        &[
            "sh", "bash", "dash", "env", "java", "ruby", "perl", "php", "dotnet", "lua", "docker",
            "podman", "wasmtime",
        ],
    ),
];
/// Variables that images of an interpreter set.
const VARIABLES: [(&str, &str); 2] = [("NODE_VERSION", "node"), ("PYTHON_VERSION", "python")];

/// What the user named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A component's file.
    Component(PathBuf),
    /// A program, by its path or by a name on the search path.
    Command(String),
    /// An image that the engine has.
    Image(String),
}

/// What was found of it. Nothing of it was started.
#[derive(Debug, Clone)]
pub struct Known {
    /// Where it is.
    pub given: Given,
    /// What it is told.
    pub arguments: Vec<String>,
    /// What records call how it is shipped.
    pub packaging: Packaging,
    /// The language of what an interpreter runs: `node`, `python`; empty where no twin is of it.
    pub interpreted: Option<&'static str>,
    /// A name for it in records.
    pub name: String,
    file: PathBuf,
    digest: Digest,
}

impl Given {
    /// Understands `file.wasm`, `command` and `image:tag`, each with arguments behind it and `PACKAGING=` before it, or without. Gives
    /// back the packaging that was named and the arguments too.
    ///
    /// # Errors
    /// When it is none of them, saying what each has to look like.
    pub fn read(text: &str) -> Result<(Option<Packaging>, Given, Vec<String>), Told> {
        let before = text.split_once('=');
        let named = before.and_then(|(word, rest)| Some((word.parse::<Packaging>().ok()?, rest)));
        let (packaging, text) = match named {
            Some((packaging, rest)) => (Some(packaging), rest),
            None => (None, text),
        };
        let (given, arguments) = Given::understood(text.trim(), packaging)?;
        let fits = |packaging: Packaging| match given {
            Given::Component(_) => packaging == Packaging::Component,
            Given::Command(_) => matches!(packaging, Packaging::Native | Packaging::Reference),
            Given::Image(_) => matches!(
                packaging,
                Packaging::ContainerNative | Packaging::ContainerReference
            ),
        };
        match packaging.filter(|&packaging| !fits(packaging)) {
            None => Ok((packaging, given, arguments)),
            Some(packaging) => Err(Told::usage(format!(
                "--subject {text:?} cannot be {packaging}; leave the word out, or write component=FILE.wasm, native='COMMAND', reference='COMMAND of an interpreter', container-native=IMAGE or container-reference=IMAGE of an interpreter"
            ))),
        }
    }

    fn understood(text: &str, packaging: Option<Packaging>) -> Result<(Given, Vec<String>), Told> {
        // A file whose name has spaces needs no quotation marks when it is all there is.
        if begins(Path::new(text), MAGIC) {
            return Ok((Given::Component(text.into()), Vec::new()));
        }
        let mut words = Shlex::new(text);
        let mut arguments: Vec<String> = words.by_ref().collect();
        if words.had_error {
            return Err(Told::usage(format!(
                "--subject {text:?} has a quotation mark that is not closed; write it as a shell would read it"
            )));
        }
        let shape = "give FILE.wasm, 'COMMAND WITH ARGUMENTS' or IMAGE:TAG";
        if arguments.is_empty() {
            return Err(Told::usage(format!("--subject names nothing; {shape}")));
        }
        let first = arguments.remove(0);
        let file = Path::new(&first);
        let is_wasm = file
            .extension()
            .is_some_and(|extension| extension == "wasm");
        let is_path = first.starts_with(['/', '.', '~']);
        let tagged = first.contains(':') || arguments.is_empty();
        let given = if packaging.is_some_and(Packaging::is_contained) {
            Given::Image(first)
        } else if is_wasm || begins(file, MAGIC) {
            Given::Component(first.into())
        } else if is_path || program(&first).is_some() || packaging.is_some() {
            Given::Command(first)
        } else if Found::is_name(&first) && tagged {
            Given::Image(first)
        } else {
            return Err(Told::usage(format!(
                "--subject: {first:?} is no file, no program on the search path and no image's name; {shape}"
            )));
        };
        match &given {
            Given::Image(image) if !Found::is_name(image) => Err(Told::usage(format!(
                "--subject: {image:?} is no image's name; write it as IMAGE:TAG"
            ))),
            _ => Ok((given, arguments)),
        }
    }
}

impl Known {
    /// Looks at what was named. `docker` is asked for where it is needed, and only then.
    ///
    /// # Errors
    /// When it is not there, or is not what it has to be.
    pub fn look(
        text: &str,
        docker: &mut dyn FnMut() -> Result<Docker, Told>,
    ) -> Result<Known, Told> {
        let (named, given, arguments) = Given::read(text)?;
        let found = match &given {
            Given::Component(file) => component(file)?,
            Given::Command(program) => process(program, &arguments)?,
            Given::Image(image) => self::image(image, docker)?,
        };
        let Looked {
            file,
            digest,
            stem,
            interpreted,
        } = found;
        if named == Some(Packaging::Native) && !begins(&file, ELF) {
            return Err(Told::usage(format!(
                "--subject: {} is no program of this machine's own instructions but a script; write reference='COMMAND'",
                file.display()
            )));
        }
        let packaging = named.unwrap_or(match (&given, interpreted) {
            (Given::Component(_), _) => Packaging::Component,
            (Given::Command(_), None) => Packaging::Native,
            (Given::Command(_), Some(_)) => Packaging::Reference,
            (Given::Image(_), None) => Packaging::ContainerNative,
            (Given::Image(_), Some(_)) => Packaging::ContainerReference,
        });
        Ok(Known {
            interpreted: packaging.is_reference().then(|| interpreted.unwrap_or("")),
            name: plain(&stem),
            given,
            arguments,
            packaging,
            file,
            digest,
        })
    }

    /// The subject, under this name. A component is compiled, as ours are.
    ///
    /// # Errors
    /// When it cannot be compiled.
    pub fn made(&self, name: &str, built: &Built) -> Result<Made, Told> {
        let mut made = Made {
            server: name.to_owned(),
            packaging: self.packaging,
            digest: self.digest.clone(),
            file: self.file.clone(),
            precompiled: None,
            interpreted: None,
            own: Some(self.arguments.clone()),
            image: None,
            web: crate::launch::Web::Own,
        };
        match &self.given {
            Given::Component(file) => {
                let compiled = built.precompile(&self.file);
                let compiled = compiled.map_err(|error| {
                    Told::usage(format!(
                        "{} is no component that runs here: {error:#}; it has to export wasi:cli/run and to import nothing beside WASI 0.2",
                        file.display()
                    ))
                })?;
                made.precompiled = Some(compiled);
            }
            // What every interpreter is given in its environment, a program may need as well.
            Given::Command(_) => {
                made.interpreted = Some(Interpreted {
                    title: name.to_owned(),
                    arguments: Vec::new(),
                    search: None,
                    ships: Vec::new(),
                });
            }
            Given::Image(image) => made.image = Some(image.clone()),
        }
        Ok(made)
    }

    /// Whether what it does is held to what it was granted: a process of the user's may do what the user may.
    pub fn is_confined(&self) -> bool {
        !matches!(self.given, Given::Command(_))
    }
}

/// What was seen of one.
struct Looked {
    file: PathBuf,
    digest: Digest,
    stem: String,
    interpreted: Option<&'static str>,
}

fn component(file: &Path) -> Result<Looked, Told> {
    let unread = |error: std::io::Error| {
        Told::usage(format!(
            "--subject {}: {error}; name a component's file",
            file.display()
        ))
    };
    let file = file.canonicalize().map_err(unread)?;
    let bytes = std::fs::read(&file).map_err(unread)?;
    let version = bytes.strip_prefix(MAGIC).and_then(|rest| rest.get(..4));
    match version {
        Some(version) if version == COMPONENT => {}
        Some(version) if version == MODULE => {
            return Err(Told::usage(format!(
                "{} is a core module, no component; build it for wasm32-wasip2, or wrap it: `wasm-tools component new`",
                file.display()
            )));
        }
        _ => {
            return Err(Told::usage(format!(
                "{} is no WebAssembly; name a component's file, or a command in quotation marks",
                file.display()
            )));
        }
    }
    let stem = file.file_stem().unwrap_or_default();
    Ok(Looked {
        digest: Digest::of(&bytes),
        stem: stem.to_string_lossy().into_owned(),
        interpreted: None,
        file,
    })
}

fn process(word: &str, arguments: &[String]) -> Result<Looked, Told> {
    let file = program(word).ok_or_else(|| {
        Told::usage(format!(
            "--subject: {word} is no program that can be started; give its path, or see that it is on the search path and may be executed"
        ))
    })?;
    let base = |path: &Path| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let language = language(&base(Path::new(word)));
    // A script runs in an interpreter, whatever it is called.
    let interpreted = language.or_else(|| (!begins(&file, ELF)).then(|| of_script(&file)));
    // What is run is what the user wrote: the first file that the command names, or else its last word that is no flag.
    let mut words = arguments.iter();
    let named = words.clone().find(|word| Path::new(word).is_file());
    let packages = words.rfind(|word| !word.starts_with(['-', '/', '.']));
    let what = match interpreted {
        Some(_) if language.is_some() => named.or(packages).map_or(word, String::as_str),
        _ => word,
    };
    let mut digested = blake3::Hasher::new();
    for path in std::iter::once(file.as_path()).chain(arguments.iter().map(Path::new)) {
        digested.update(path.as_os_str().as_encoded_bytes());
        digested.update(b"\n");
        let opened = File::open(path).ok().filter(|file| {
            let about = file.metadata();
            about.is_ok_and(|about| about.is_file() && about.len() <= DIGESTED)
        });
        if let Some(opened) = opened {
            // What cannot be read is told by its name alone.
            let _unread = digested.update_reader(opened.take(DIGESTED));
        }
    }
    let digest = format!("blake3:{}", digested.finalize().to_hex());
    Ok(Looked {
        digest: digest.parse().expect("it is written as digests are"),
        stem: base(Path::new(what)),
        interpreted,
        file,
    })
}

fn image(image: &str, docker: &mut dyn FnMut() -> Result<Docker, Told>) -> Result<Looked, Told> {
    // A word that may have been meant as a command is told as that first.
    let word = !image.contains([':', '/']);
    let or_command = |told: Told| match word {
        true => Told {
            message: format!(
                "{image} is no program on the search path, and taken as the name of an image: {}",
                told.message
            ),
            ..told
        },
        false => told,
    };
    let engine = docker().map_err(or_command)?.engine;
    let found = engine.found(image);
    let found = found.map_err(|failure| Told::lacking(failure.to_string()))?;
    let found = found.ok_or_else(|| {
        or_command(Told::lacking(format!(
            "the Docker engine has no image {image}; `docker pull {image}` or `docker build -t {image} .` gives it one, and nothing is fetched here"
        )))
    })?;
    let digest = found.id.parse();
    let digest = digest.map_err(|error: record::DigestError| Told::lacking(error.to_string()))?;
    let starts = found.starts.iter().find_map(|word| {
        let base = Path::new(word).file_name().unwrap_or_default();
        language(&base.to_string_lossy()).filter(|language| !language.is_empty())
    });
    let sets = VARIABLES
        .iter()
        .find(|(name, _)| found.variables.iter().any(|set| set == name));
    let program = found.starts.first().map_or("", String::as_str);
    let any = language(
        &Path::new(program)
            .file_name()
            .unwrap_or_default()
            .to_string_lossy(),
    );
    let last = image.rsplit('/').next().unwrap_or(image);
    Ok(Looked {
        file: PathBuf::from(image),
        stem: last.split([':', '@']).next().unwrap_or(last).to_owned(),
        interpreted: starts.or(sets.map(|(_, language)| *language)).or(any),
        digest,
    })
}

/// A program by its path or by its name on the search path, if it may be executed.
fn program(word: &str) -> Option<PathBuf> {
    let runs = |file: &PathBuf| {
        let about = std::fs::metadata(file);
        about.is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
    };
    if word.contains('/') {
        return std::path::absolute(word).ok().filter(runs);
    }
    find(word).filter(runs)
}

/// The language of what a program of this name runs, if it runs what others wrote: `python3.13` runs Python.
fn language(program: &str) -> Option<&'static str> {
    let name = program.trim_end_matches(|end: char| end.is_ascii_digit() || end == '.');
    let known = INTERPRETERS.iter().find(|(_, names)| names.contains(&name));
    known.map(|(language, _)| *language)
}

/// The language of a script, by its first line.
fn of_script(file: &Path) -> &'static str {
    let mut line = [0; 128];
    let read = File::open(file).and_then(|mut file| file.read(&mut line));
    let line = String::from_utf8_lossy(&line[..read.unwrap_or(0)]).into_owned();
    let line = line.lines().next().unwrap_or_default();
    let words = line.split(['/', ' ']).rev();
    words
        .filter_map(language)
        .find(|language| !language.is_empty())
        .unwrap_or("")
}

fn begins(file: &Path, with: &[u8]) -> bool {
    let mut start = [0; 4];
    let is_file = std::fs::metadata(file).is_ok_and(|about| about.is_file());
    let read = |start: &mut [u8]| File::open(file).and_then(|mut file| file.read_exact(start));
    is_file && read(&mut start).is_ok() && start == with
}

/// A text as a server's name: what a name cannot have becomes `_`.
fn plain(text: &str) -> String {
    let small = text.to_ascii_lowercase();
    let letter = |letter: char| match letter {
        'a'..='z' | '0'..='9' => letter,
        _ => '_',
    };
    let stem = small
        .split('.')
        .find(|part| !part.is_empty())
        .unwrap_or_default();
    let name: String = stem.chars().map(letter).take(30).collect();
    let name = name.trim_matches('_').to_owned();
    match is_name(&name) {
        true => name,
        false => "mine".to_owned(),
    }
}

/// A failure of somebody's server to be one: what answers wrongly is not timed.
pub(crate) fn wrong(message: String) -> Told {
    Told {
        message,
        exit: Exit::Wrong,
    }
}

#[cfg(test)]
mod tests;
