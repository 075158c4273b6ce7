//! The twelve tools as a client sees them: names, parameters and annotations are the official server's, the work is done in the other modules.

use std::sync::OnceLock;

use wasmmcp::prelude::*;

use crate::disk;
use crate::failure::Failure;
use crate::repository::{Bounds, Repository};
use crate::{add, checkout, read, write};

type Answer = Result<String, ToolError>;

/// Opens the repository, does the work, and says what failed as the official server does.
fn run(
    tool: &str,
    path: &str,
    work: impl FnOnce(&Repository) -> Result<String, Failure>,
) -> Answer {
    Repository::open(path, bounds())
        .and_then(|repository| work(&repository))
        .map_err(|failure| ToolError::new(format!("Error executing tool {tool}: {failure}")))
}

/// The directories that `--repository DIR` (or `-r DIR`) names; without one, only the sandbox confines.
fn bounds() -> &'static Bounds {
    static BOUNDS: OnceLock<Bounds> = OnceLock::new();
    BOUNDS.get_or_init(|| {
        let mut directories = Vec::new();
        let mut arguments = wasmmcp::args().into_iter();
        while let Some(argument) = arguments.next() {
            let named = match argument.as_str() {
                "--repository" | "-r" => arguments.next(),
                other => other.strip_prefix("--repository=").map(str::to_owned),
            };
            if let Some(directory) = named {
                let directory = directory.as_bytes();
                let path = disk::normalise(directory);
                directories.push(disk::real(&path).unwrap_or(path));
            }
        }
        Bounds(directories)
    })
}

/// Tells the state of the working tree: the branch and how far it is from its upstream, what is staged, changed, in conflict and untracked.
#[tool(read_only, non_destructive, idempotent, closed_world)]
pub(crate) fn git_status(
    /// The folder that holds the repository.
    repo_path: String,
) -> Answer {
    run("git_status", &repo_path, read::status)
}

/// Shows as a patch what was changed in the working tree and is not staged.
#[tool(read_only, non_destructive, idempotent, closed_world)]
pub(crate) fn git_diff_unstaged(
    /// The folder that holds the repository.
    repo_path: String,
    /// How many unchanged lines to show around each change.
    #[arg(default = 3)]
    context_lines: i64,
) -> Answer {
    run("git_diff_unstaged", &repo_path, |repository| {
        read::diff_unstaged(repository, context_lines)
    })
}

/// Shows as a patch what is staged for the next commit.
#[tool(read_only, non_destructive, idempotent, closed_world)]
pub(crate) fn git_diff_staged(
    /// The folder that holds the repository.
    repo_path: String,
    /// How many unchanged lines to show around each change.
    #[arg(default = 3)]
    context_lines: i64,
) -> Answer {
    run("git_diff_staged", &repo_path, |repository| {
        read::diff_staged(repository, context_lines)
    })
}

/// Shows as a patch how the working tree differs from a branch, a tag or a commit.
#[tool(read_only, non_destructive, idempotent, closed_world)]
pub(crate) fn git_diff(
    /// The folder that holds the repository.
    repo_path: String,
    /// What to compare with, for example `main`, `HEAD~1` or an abbreviated commit id.
    target: String,
    /// How many unchanged lines to show around each change.
    #[arg(default = 3)]
    context_lines: i64,
) -> Answer {
    run("git_diff", &repo_path, |repository| {
        read::diff(repository, &target, context_lines)
    })
}

/// Records what is staged as a new commit on the current branch; finishes a merge whose conflicts are resolved.
#[tool(writes, non_destructive, non_idempotent, closed_world)]
pub(crate) fn git_commit(
    /// The folder that holds the repository.
    repo_path: String,
    /// The commit's message.
    message: String,
) -> Answer {
    run("git_commit", &repo_path, |repository| {
        write::commit(repository, &message)
    })
}

/// Stages files as they are now, new, changed or deleted.
#[tool(writes, non_destructive, idempotent, closed_world)]
pub(crate) fn git_add(
    /// The folder that holds the repository.
    repo_path: String,
    /// Paths from the top of the working tree; a folder means all that is in it, and `.` everything.
    #[arg(min_items = 1)]
    files: Vec<String>,
) -> Answer {
    run("git_add", &repo_path, |repository| {
        add::add(repository, &files)
    })
}

/// Takes everything back out of the index that was staged since the last commit; files stay as they are.
#[tool(writes, destructive, idempotent, closed_world)]
pub(crate) fn git_reset(
    /// The folder that holds the repository.
    repo_path: String,
) -> Answer {
    run("git_reset", &repo_path, write::reset)
}

/// Lists commits of the current branch, the newest first, if wanted only those of a span of time.
#[tool(read_only, non_destructive, idempotent, closed_world)]
pub(crate) fn git_log(
    /// The folder that holds the repository.
    repo_path: String,
    /// At most so many commits.
    #[arg(default = 10)]
    max_count: i64,
    /// Only commits recorded at this time or later: `2024-01-15T14:30:25`, `2024-01-15`, `Jan 15 2024`, `yesterday`, `2 weeks ago`.
    start_timestamp: Option<String>,
    /// Only commits recorded at this time or earlier, written in the same ways.
    end_timestamp: Option<String>,
) -> Answer {
    run("git_log", &repo_path, |repository| {
        read::log(
            repository,
            max_count,
            start_timestamp.as_deref(),
            end_timestamp.as_deref(),
        )
    })
}

/// Makes a branch that begins at another one, or at the current one.
#[tool(writes, non_destructive, non_idempotent, closed_world)]
pub(crate) fn git_create_branch(
    /// The folder that holds the repository.
    repo_path: String,
    /// The new branch's name.
    branch_name: String,
    /// The branch or tag to begin at; the current branch if it is left out.
    base_branch: Option<String>,
) -> Answer {
    run("git_create_branch", &repo_path, |repository| {
        write::create_branch(repository, &branch_name, base_branch.as_deref())
    })
}

/// Switches the working tree to a branch, a tag or a commit; refuses where local changes would be lost.
#[tool(writes, non_destructive, non_idempotent, closed_world)]
pub(crate) fn git_checkout(
    /// The folder that holds the repository.
    repo_path: String,
    /// The branch to switch to.
    branch_name: String,
) -> Answer {
    run("git_checkout", &repo_path, |repository| {
        checkout::checkout(repository, &branch_name)
    })
}

/// Shows a commit with its patch, or the content of a file or folder named as `revision:path`.
#[tool(read_only, non_destructive, idempotent, closed_world)]
pub(crate) fn git_show(
    /// The folder that holds the repository.
    repo_path: String,
    /// What to show, for example `HEAD`, `v1.0`, `main~2` or `HEAD:README.md`.
    revision: String,
) -> Answer {
    run("git_show", &repo_path, |repository| {
        read::show(repository, &revision)
    })
}

/// Lists branches: local ones, those of remotes, or all.
#[tool(read_only, non_destructive, idempotent, closed_world)]
pub(crate) fn git_branch(
    /// The folder that holds the repository.
    repo_path: String,
    /// Which branches: `local`, `remote` or `all`.
    branch_type: String,
    /// Only branches that contain this commit.
    contains: Option<String>,
    /// Only branches that do not contain this commit.
    not_contains: Option<String>,
) -> Answer {
    run("git_branch", &repo_path, |repository| {
        read::branch(
            repository,
            &branch_type,
            contains.as_deref(),
            not_contains.as_deref(),
        )
    })
}
