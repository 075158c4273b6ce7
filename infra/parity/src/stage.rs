//! Builds what the cases are about: files, links and repositories, the same each time, in a folder of the same name.

use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use toolchain::commands::Commands;

/// When files were changed last, in seconds since 1970: 2025-01-01, and a minute later after each command of git, which takes a
/// file of the same length and time for unchanged.
const CHANGED: u64 = 1_735_689_600;
/// When the first command of git ran; each further one runs a minute later.
const FIRST: u64 = 1_767_322_800;

/// One deed; exactly one of `write`, `folder`, `link`, `remove` and `git` is given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Writes this file, with `text` or `base64`, `times` over.
    pub write: Option<String>,
    /// What is written.
    pub text: Option<String>,
    /// The same as bytes.
    pub base64: Option<String>,
    /// How often.
    pub times: Option<usize>,
    /// Makes this folder.
    pub folder: Option<String>,
    /// Makes this a symbolic link to `to`.
    pub link: Option<String>,
    /// What the link says.
    pub to: Option<String>,
    /// Removes this file or folder.
    pub remove: Option<String>,
    /// Runs these commands of git, one after the other.
    pub git: Option<Vec<Vec<String>>>,
    /// The folder that git runs in.
    pub within: Option<String>,
    /// Whether a command of git may fail, as a merge with a conflict does.
    #[serde(default)]
    pub may_fail: bool,
    /// The permission bits of what is written, in octal.
    pub mode: Option<String>,
}

/// The folder that a server is asked about, with a clock of its own.
#[derive(Debug)]
pub struct Stage {
    root: PathBuf,
    minutes: u64,
}

impl Stage {
    /// An empty folder at `root`; whatever was there is removed.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn at(root: &Path) -> Result<Stage> {
        if root.exists() {
            fs::remove_dir_all(root)
                .with_context(|| format!("{} cannot be cleared", root.display()))?;
        }
        fs::create_dir_all(root).with_context(|| format!("{} cannot be made", root.display()))?;
        Ok(Stage {
            root: root.to_owned(),
            minutes: 0,
        })
    }

    /// Does these deeds.
    ///
    /// # Errors
    /// At the first that cannot be done, naming it.
    pub fn build(&mut self, steps: &[Step]) -> Result<()> {
        steps.iter().try_for_each(|step| {
            self.step(step)
                .with_context(|| format!("at the step {step:?}"))
        })
    }

    fn step(&mut self, step: &Step) -> Result<()> {
        let filled = |text: &str| text.replace("{root}", &self.root.to_string_lossy());
        if let Some(path) = &step.write {
            let path = self.place(path)?;
            make_parent(&path)?;
            let content = match (&step.text, &step.base64) {
                (Some(text), None) => filled(text).into_bytes(),
                (None, Some(encoded)) => BASE64_STANDARD
                    .decode(encoded)
                    .map_err(|error| anyhow!("{error}"))?,
                _ => bail!("what is written is text or base64"),
            };
            fs::write(&path, content.repeat(step.times.unwrap_or(1)))?;
            let file = File::options().write(true).open(&path)?;
            file.set_modified(UNIX_EPOCH + Duration::from_secs(CHANGED + 60 * self.minutes))?;
            if let Some(mode) = &step.mode {
                use std::os::unix::fs::PermissionsExt as _;
                file.set_permissions(fs::Permissions::from_mode(u32::from_str_radix(mode, 8)?))?;
            }
        } else if let Some(path) = &step.folder {
            fs::create_dir_all(self.place(path)?)?;
        } else if let Some(path) = &step.link {
            let to = step.to.as_deref().context("a link says where to")?;
            let path = self.place(path)?;
            make_parent(&path)?;
            std::os::unix::fs::symlink(filled(to), path)?;
        } else if let Some(path) = &step.remove {
            let path = self.place(path)?;
            if path.symlink_metadata()?.is_dir() {
                fs::remove_dir_all(path)?;
            } else {
                fs::remove_file(path)?;
            }
        } else if let Some(commands) = &step.git {
            let within = self.place(step.within.as_deref().unwrap_or("."))?;
            for words in commands {
                self.minutes += 1;
                let words: Vec<String> = words.iter().map(|word| filled(word)).collect();
                let date = format!("{} +0100", FIRST + 60 * self.minutes);
                match git(&self.root, &within, &words, &date) {
                    Err(error) if !step.may_fail => return Err(error),
                    _ => {}
                }
            }
        } else {
            bail!("it is to write, link, remove or run something");
        }
        Ok(())
    }

    /// A path below the root; nothing is ever built outside.
    fn place(&self, path: &str) -> Result<PathBuf> {
        let inside = Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        ensure!(inside, "{path} leads out of the folder");
        Ok(self.root.join(path))
    }
}

fn make_parent(path: &Path) -> Result<()> {
    fs::create_dir_all(
        path.parent()
            .context("a path below the folder has a parent")?,
    )?;
    Ok(())
}

/// Runs git with nothing of this user's or this machine's settings, at this date.
///
/// # Errors
/// When there is no git, or it fails.
pub fn git(home: &Path, within: &Path, words: &[String], date: &str) -> Result<String> {
    let commands = Commands::of_this_process();
    let program = commands
        .find("git")
        .context("there is no `git` on the search path; install it")?;
    let step = toolchain::process::Step::new(&program, &commands)
        .args(words)
        .within(within)
        .without_env(["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"])
        .env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "Ada Example")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Ada Example")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .env("GIT_AUTHOR_DATE", date)
        .env("GIT_COMMITTER_DATE", date)
        .env("LC_ALL", "C");
    step.run(None, &mut |_| {})
        .with_context(|| format!("git {}", words.join(" ")))
}
