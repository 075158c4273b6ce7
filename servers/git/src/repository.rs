//! A repository: where its parts are, what it is configured to, and whether they may be read.

use crate::config::Config;
use crate::disk::{self, Kind};
use crate::failure::{Failure, Fault};
use crate::oid::Oid;
use crate::refs::Refs;
use crate::store::Store;

/// Configuration and other small files are never larger.
const SMALL: u64 = 1 << 20;

/// A repository that is open for one call.
pub struct Repository {
    /// What belongs to this working tree: `HEAD`, the index.
    pub git_dir: Vec<u8>,
    /// What all working trees share: objects, branches, configuration.
    pub common_dir: Vec<u8>,
    /// The working tree's folder; a bare repository has none.
    pub work_tree: Option<Vec<u8>>,
    /// The settings.
    pub config: Config,
    /// The objects.
    pub store: Store,
    /// The names of commits.
    pub refs: Refs,
}

/// Directories outside which nothing is opened; empty means that only the sandbox confines.
#[derive(Debug, Default)]
pub struct Bounds(pub Vec<Vec<u8>>);

impl Bounds {
    /// Whether a resolved path may be used.
    pub fn allow(&self, path: &[u8]) -> bool {
        self.0.is_empty() || self.0.iter().any(|bound| disk::within(path, bound))
    }
}

impl Repository {
    /// Opens the repository at `path`: a folder that holds `.git`, a `.git` folder, or a bare repository. Folders above are not searched.
    pub fn open(path: &str, bounds: &Bounds) -> Result<Repository, Failure> {
        let given = absolute(path);
        let real = match disk::real(&given) {
            Ok(real) => real,
            Err(_) => return Err(Failure(shown(&given))),
        };
        if let Some(bound) = bounds.0.first()
            && !bounds.allow(&real)
        {
            return Err(Failure(format!(
                "Repository path '{path}' is outside the allowed repository '{}'",
                String::from_utf8_lossy(bound)
            )));
        }
        let refuse = || Failure(shown(&given));
        let dot_git = disk::join(&given, b".git");
        let (git_dir, work_tree) = if let Some(git_dir) = git_dir_at(&dot_git) {
            (git_dir, given.clone())
        } else if disk::stat(&dot_git).is_ok_and(|stat| stat.kind != Kind::Directory) {
            return Err(refuse());
        } else if is_git_dir(&given) {
            let above = match small(&disk::join(&given, b"gitdir")) {
                // what a linked working tree's own folder says of where that tree is
                Some(file) => disk::split(&resolve(&given, line(&file))).0.to_vec(),
                None => disk::split(&given).0.to_vec(),
            };
            (given.clone(), above)
        } else {
            return Err(refuse());
        };
        let common_dir = match small(&disk::join(&git_dir, b"commondir")) {
            Some(file) => resolve(&git_dir, line(&file)),
            None => git_dir.clone(),
        };
        for directory in [&git_dir, &common_dir] {
            let real = disk::real(directory).map_err(|_| refuse())?;
            if !bounds.allow(&real) {
                return Err(Failure(format!(
                    "the repository's folder '{}' is outside the allowed directories; allow it too, or use a repository that lies in one",
                    String::from_utf8_lossy(directory)
                )));
            }
        }
        let mut config = Config::default();
        config.add(&small(&disk::join(&common_dir, b"config")).unwrap_or_default());
        if config.flag("extensions.worktreeconfig") == Some(true) {
            config.add(&small(&disk::join(&git_dir, b"config.worktree")).unwrap_or_default());
        }
        understood(&config)?;
        // A `.git` folder without a working tree around it may say so by its name alone.
        let bare = config.flag("core.bare") == Some(true) && git_dir == common_dir;
        let work_tree = match config.get("core.worktree") {
            _ if bare => None,
            Some(elsewhere) if git_dir == common_dir => {
                let elsewhere = resolve(&git_dir, elsewhere.as_bytes());
                if !disk::real(&elsewhere).is_ok_and(|real| bounds.allow(&real)) {
                    return Err(Failure(format!(
                        "core.worktree leads to '{}', outside of what may be used; allow that directory too",
                        String::from_utf8_lossy(&elsewhere)
                    )));
                }
                Some(elsewhere)
            }
            _ => Some(work_tree),
        };
        let objects = disk::join(&common_dir, b"objects");
        let store = Store::open(objects, &|path| {
            disk::real(path).is_ok_and(|real| bounds.allow(&real))
        });
        let refs = Refs::new(git_dir.clone(), common_dir.clone());
        Ok(Repository {
            git_dir,
            common_dir,
            work_tree,
            config,
            store,
            refs,
        })
    }

    /// The working tree's folder, or git's words where there is none.
    pub fn work_tree(&self) -> Result<&[u8], Fault> {
        self.work_tree.as_deref().ok_or(Fault::NotDirectory)
    }

    /// A small file of this working tree's own folder, such as `MERGE_HEAD`.
    pub fn own_file(&self, name: &str) -> Option<Vec<u8>> {
        small(&disk::join(&self.git_dir, name.as_bytes()))
    }

    /// Whether there is something of that name in this working tree's own folder.
    pub fn has_own(&self, name: &str) -> bool {
        disk::stat(&disk::join(&self.git_dir, name.as_bytes())).is_ok()
    }

    /// The commits that `MERGE_HEAD` names.
    pub fn merge_heads(&self) -> Vec<Oid> {
        let file = self.own_file("MERGE_HEAD").unwrap_or_default();
        let lines = file.split(|byte| *byte == b'\n');
        lines
            .filter_map(|line| Oid::from_hex(line.trim_ascii()))
            .collect()
    }

    /// The commits whose parents were left behind when the repository was copied.
    pub fn shallow(&self) -> Vec<Oid> {
        let file = small(&disk::join(&self.common_dir, b"shallow")).unwrap_or_default();
        let lines = file.split(|byte| *byte == b'\n');
        lines
            .filter_map(|line| Oid::from_hex(line.trim_ascii()))
            .collect()
    }

    /// Whether the bit for execution means something here: the sandbox shows none.
    pub fn file_mode(&self) -> bool {
        cfg!(not(target_family = "wasm")) && self.config.flag("core.filemode") != Some(false)
    }

    /// Whether names are shown with escapes for all that is not ASCII.
    pub fn quote_path(&self) -> bool {
        self.config.flag("core.quotepath") != Some(false)
    }
}

/// What must be understood to read a repository at all.
fn understood(config: &Config) -> Result<(), Failure> {
    if let Some(format) = config.get("extensions.objectformat")
        && format != "sha1"
    {
        return Err(Failure(format!(
            "the repository's objects are named by {format}, and this server reads sha1 alone; convert the repository"
        )));
    }
    if let Some(storage) = config.get("extensions.refstorage")
        && storage != "files"
    {
        return Err(Failure(format!(
            "the repository keeps its references as {storage}, and this server reads files alone; run git refs migrate --ref-format=files"
        )));
    }
    match config
        .get("core.repositoryformatversion")
        .map(str::parse::<u32>)
    {
        None | Some(Ok(0 | 1)) => Ok(()),
        _ => Err(Failure::new(
            "the repository has a format that this server does not know; use a repository of version 0 or 1",
        )),
    }
}

/// The folder that `dot_git` is, or that it names as a file.
fn git_dir_at(dot_git: &[u8]) -> Option<Vec<u8>> {
    if is_git_dir(dot_git) {
        return Some(disk::normalise(dot_git));
    }
    let file = small(dot_git)?;
    let target = line(file.strip_prefix(b"gitdir: ")?);
    let path = resolve(disk::split(dot_git).0, target);
    is_git_dir(&path).then_some(path)
}

fn is_git_dir(path: &[u8]) -> bool {
    let is_directory =
        |path: &[u8]| disk::stat(path).is_ok_and(|stat| stat.kind == Kind::Directory);
    let Some(head) = small(&disk::join(path, b"HEAD")) else {
        return false;
    };
    let named = head
        .strip_prefix(b"ref:")
        .is_some_and(|rest| rest.trim_ascii().starts_with(b"refs/"));
    if !named && head.get(..40).and_then(Oid::from_hex).is_none() {
        return false;
    }
    let common = match small(&disk::join(path, b"commondir")) {
        Some(file) => resolve(path, line(&file)),
        None => path.to_vec(),
    };
    is_directory(&disk::join(&common, b"objects")) && is_directory(&disk::join(&common, b"refs"))
}

fn small(path: &[u8]) -> Option<Vec<u8>> {
    disk::read_small(path, SMALL).ok().flatten()
}

/// The file's only line.
fn line(file: &[u8]) -> &[u8] {
    let end = file.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r'));
    &file[..end.map_or(0, |end| end + 1)]
}

fn resolve(parent: &[u8], path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        disk::normalise(path)
    } else {
        disk::normalise(&disk::join(parent, path))
    }
}

/// The path that a client means, absolute.
fn absolute(path: &str) -> Vec<u8> {
    let home = path
        .strip_prefix('~')
        .filter(|rest| rest.is_empty() || rest.starts_with('/'));
    if let (Some(rest), Ok(home)) = (home, std::env::var("HOME")) {
        return disk::normalise(format!("{home}/{rest}").as_bytes());
    }
    if path.starts_with('/') {
        return disk::normalise(path.as_bytes());
    }
    let current = std::env::current_dir().ok();
    let current = current.as_deref().and_then(std::path::Path::to_str);
    disk::normalise(format!("{}/{path}", current.unwrap_or("/")).as_bytes())
}

fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}
