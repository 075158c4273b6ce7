//! The state of the working tree in git's long form: branch, what is staged, in conflict, changed and unknown.

use std::collections::BTreeMap;

use crate::diff::change::Change;
use crate::diff::{rename, tree};
use crate::failure::Failure;
use crate::index::Index;
use crate::object::Mode;
use crate::oid::Oid;
use crate::quote::quote;
use crate::refs::Target;
use crate::repository::Repository;
use crate::revision::{self, Named};
use crate::untracked;
use crate::walk;
use crate::work::WorkTree;

/// Which operation was interrupted, and so which hints hold.
struct Doing {
    merge: bool,
    pick: Option<Oid>,
    revert: Option<Oid>,
    rebase: Option<Rebase>,
    bisect: Option<String>,
}

struct Rebase {
    interactive: bool,
    branch: Option<String>,
    onto: Option<String>,
}

/// The text of `git status`.
pub fn status(repository: &Repository) -> Result<String, Failure> {
    let work = WorkTree::new(repository)?;
    let index = Index::read(repository)?;
    let head = revision::head_commit(repository)?;
    let head_tree = match head {
        Some(oid) => Some(repository.store.commit(&oid)?.tree),
        None => None,
    };
    let doing = Doing::of(repository);
    let conflicts = conflicts(&index);
    let staged = tree::staged(repository, &index, head_tree)?;
    let staged: Vec<Change> = staged
        .into_iter()
        .filter(|change| !change.conflict)
        .collect();
    let staged = rename::detect(repository, staged)?;
    let changed = tree::unstaged(&work, &index)?;
    let dirty = !changed.is_empty();
    let changed: Vec<Change> = changed
        .into_iter()
        .filter(|change| !change.conflict)
        .collect();
    let shown = repository
        .config
        .get("status.showuntrackedfiles")
        .unwrap_or("normal");
    let listed = !matches!(shown, "no" | "false" | "off" | "0");
    let unknown = if listed {
        untracked::untracked(
            repository,
            &work.absolute(b""),
            &index,
            shown != "all",
            &|folder| work.opened(folder),
        )?
    } else {
        Vec::new()
    };

    let mut out = String::new();
    branch(repository, head, &doing, &mut out)?;
    doing.print(repository, !conflicts.is_empty(), &mut out);
    if head.is_none() {
        out.push_str("\nNo commits yet\n\n");
    }
    let escape = repository.quote_path();
    let name = |path: &[u8]| String::from_utf8_lossy(&quote(path, escape)).into_owned();
    let unstage = match (doing.is_commit(), head) {
        (false, _) => "",
        (true, Some(_)) => "  (use \"git restore --staged <file>...\" to unstage)\n",
        (true, None) => "  (use \"git rm --cached <file>...\" to unstage)\n",
    };
    if !staged.is_empty() {
        out.push_str("Changes to be committed:\n");
        out.push_str(unstage);
        for change in &staged {
            line(change, &name, &mut out);
        }
        out.push('\n');
    }
    if !conflicts.is_empty() {
        out.push_str("Unmerged paths:\n");
        out.push_str(unstage);
        out.push_str(resolution(&conflicts));
        for (path, stages) in &conflicts {
            out.push_str(&format!("\t{:<17}{}\n", side(*stages), name(path)));
        }
        out.push('\n');
    }
    if !changed.is_empty() {
        let removed = if changed.iter().any(|change| change.new.is_none()) {
            "/rm"
        } else {
            ""
        };
        out.push_str("Changes not staged for commit:\n");
        out.push_str(&format!(
            "  (use \"git add{removed} <file>...\" to update what will be committed)\n"
        ));
        out.push_str("  (use \"git restore <file>...\" to discard changes in working directory)\n");
        for change in &changed {
            line(change, &name, &mut out);
        }
        out.push('\n');
    }
    if !unknown.is_empty() {
        out.push_str("Untracked files:\n  (use \"git add <file>...\" to include in what will be committed)\n");
        for path in &unknown {
            out.push_str(&format!("\t{}\n", name(path)));
        }
        out.push('\n');
    }
    let committable = !staged.is_empty() || (doing.merge && conflicts.is_empty());
    if !listed && committable {
        out.push_str("Untracked files not listed (use -u option to show untracked files)\n");
    }
    if !committable {
        out.push_str(if dirty {
            "no changes added to commit (use \"git add\" and/or \"git commit -a\")\n"
        } else if !unknown.is_empty() {
            "nothing added to commit but untracked files present (use \"git add\" to track)\n"
        } else if head.is_none() {
            "nothing to commit (create/copy files and use \"git add\" to track)\n"
        } else if !listed {
            "nothing to commit (use -u to show untracked files)\n"
        } else {
            "nothing to commit, working tree clean\n"
        });
    }
    Ok(out)
}

/// The paths in conflict, with a bit for each stage that there is.
fn conflicts(index: &Index) -> BTreeMap<Vec<u8>, u8> {
    let mut found = BTreeMap::new();
    for entry in index.entries.iter().filter(|entry| entry.stage > 0) {
        *found.entry(entry.path.clone()).or_default() |= 1 << (entry.stage - 1);
    }
    found
}

fn side(stages: u8) -> &'static str {
    match stages {
        1 => "both deleted:",
        2 => "added by us:",
        3 => "deleted by them:",
        4 => "added by them:",
        5 => "deleted by us:",
        6 => "both added:",
        _ => "both modified:",
    }
}

fn resolution(conflicts: &BTreeMap<Vec<u8>, u8>) -> &'static str {
    let any = |wanted: &[u8]| conflicts.values().any(|stages| wanted.contains(stages));
    let (both, one, none) = (any(&[1]), any(&[3, 5]), any(&[2, 4, 6, 7]));
    if !both && !one {
        "  (use \"git add <file>...\" to mark resolution)\n"
    } else if both && !one && !none {
        "  (use \"git rm <file>...\" to mark resolution)\n"
    } else {
        "  (use \"git add/rm <file>...\" as appropriate to mark resolution)\n"
    }
}

fn line(change: &Change, name: &dyn Fn(&[u8]) -> String, out: &mut String) {
    let kind = |mode: Mode| mode.0 & 0o170_000;
    let (word, path) = match (&change.old, &change.new) {
        (Some(old), Some(new)) if change.alike.is_some() => (
            "renamed:",
            format!("{} -> {}", name(&old.path), name(&new.path)),
        ),
        (Some(old), Some(new)) if kind(old.mode) != kind(new.mode) => {
            ("typechange:", name(&new.path))
        }
        (Some(_), Some(new)) => ("modified:", name(&new.path)),
        (None, _) => ("new file:", name(change.path())),
        (Some(_), None) => ("deleted:", name(change.path())),
    };
    out.push_str(&format!("\t{word:<12}{path}\n"));
}

fn branch(
    repository: &Repository,
    head: Option<Oid>,
    doing: &Doing,
    out: &mut String,
) -> Result<(), Failure> {
    match revision::head_target(repository)? {
        Target::Symbolic(full) => {
            let short = full.strip_prefix("refs/heads/").unwrap_or(&full);
            out.push_str(&format!("On branch {short}\n"));
            if let Some(head) = head {
                tracking(repository, short, head, out)?;
            }
        }
        Target::Object(oid) => {
            if let Some(rebase) = &doing.rebase {
                let onto = rebase.onto.as_deref().unwrap_or_default();
                let word = if rebase.interactive {
                    "interactive rebase"
                } else {
                    "rebase"
                };
                out.push_str(&format!("{word} in progress; onto {onto}\n"));
            } else {
                out.push_str(
                    &detached(repository, oid)?
                        .unwrap_or_else(|| String::from("Not currently on any branch.")),
                );
                out.push('\n');
            }
        }
    }
    Ok(())
}

/// `HEAD detached at NAME` or `from NAME`, by the last move that HEAD's log tells of; `None` where it tells of none.
pub fn detached(repository: &Repository, head: Oid) -> Result<Option<String>, Failure> {
    let log = repository.refs.log("HEAD")?.unwrap_or_default();
    let moved = log.iter().rev().find_map(|line| {
        let rest = line.message.strip_prefix("checkout: moving from ")?;
        Some((rest.rsplit(" to ").next()?.to_owned(), line.new))
    });
    let Some((name, oid)) = moved else {
        return Ok(None);
    };
    let mut found = Vec::new();
    for full in revision::candidates(&name) {
        if let Some(target) = repository.refs.resolve(&full)? {
            found.push((full, target));
        }
    }
    let shown = match &found[..] {
        [(full, target)] if leads_to(repository, *target, oid) => {
            let short = full
                .strip_prefix("refs/tags/")
                .or_else(|| full.strip_prefix("refs/remotes/"));
            short.unwrap_or(full).to_owned()
        }
        _ => repository.store.short(&oid),
    };
    let word = if head == oid { "at" } else { "from" };
    Ok(Some(format!("HEAD detached {word} {shown}")))
}

fn leads_to(repository: &Repository, target: Oid, commit: Oid) -> bool {
    let Ok((kind, _)) = repository.store.look(&target) else {
        return false;
    };
    let object = Named { oid: target, kind };
    revision::follow_tags(repository, object).is_ok_and(|object| object.oid == commit)
}

fn tracking(
    repository: &Repository,
    branch: &str,
    head: Oid,
    out: &mut String,
) -> Result<(), Failure> {
    let Some((full, short)) = revision::upstream(repository, branch) else {
        return Ok(());
    };
    let Some(theirs) = repository.refs.resolve(&full)? else {
        out.push_str(&format!(
            "Your branch is based on '{short}', but the upstream is gone.\n  (use \"git branch --unset-upstream\" to fixup)\n\n"
        ));
        return Ok(());
    };
    let (ahead, behind) = walk::apart(repository, head, theirs)?;
    let commits = |number: usize| if number == 1 { "commit" } else { "commits" };
    let text = match (ahead, behind) {
        (0, 0) => format!("Your branch is up to date with '{short}'.\n"),
        (ahead, 0) => format!(
            "Your branch is ahead of '{short}' by {ahead} {}.\n  (use \"git push\" to publish your local commits)\n",
            commits(ahead)
        ),
        (0, behind) => format!(
            "Your branch is behind '{short}' by {behind} {}, and can be fast-forwarded.\n  (use \"git pull\" to update your local branch)\n",
            commits(behind)
        ),
        (ahead, behind) => format!(
            "Your branch and '{short}' have diverged,\nand have {ahead} and {behind} different commits each, respectively.\n  (use \"git pull\" if you want to integrate the remote branch with yours)\n"
        ),
    };
    out.push_str(&text);
    out.push('\n');
    Ok(())
}

impl Doing {
    fn of(repository: &Repository) -> Doing {
        let text = |name: &str| {
            let file = repository.own_file(name)?;
            Some(String::from_utf8_lossy(&file).trim().to_owned())
        };
        let oid = |name: &str| Oid::from_hex(text(name)?.as_bytes());
        let rebase = ["rebase-merge", "rebase-apply"]
            .iter()
            .find(|folder| repository.has_own(folder))
            .map(|folder| Rebase {
                interactive: repository.has_own(&format!("{folder}/interactive")),
                branch: text(&format!("{folder}/head-name"))
                    .map(|name| name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned()),
                onto: text(&format!("{folder}/onto")).map(|onto| {
                    Oid::from_hex(onto.as_bytes()).map_or(onto, |oid| repository.store.short(&oid))
                }),
            });
        Doing {
            merge: repository.has_own("MERGE_HEAD"),
            pick: oid("CHERRY_PICK_HEAD"),
            revert: oid("REVERT_HEAD"),
            rebase,
            bisect: text("BISECT_LOG").and_then(|_| text("BISECT_START")),
        }
    }

    /// Whether the next commit is an ordinary one.
    fn is_commit(&self) -> bool {
        !self.merge && self.pick.is_none()
    }

    fn print(&self, repository: &Repository, conflicts: bool, out: &mut String) {
        if self.merge {
            out.push_str(if conflicts {
                "You have unmerged paths.\n  (fix conflicts and run \"git commit\")\n  (use \"git merge --abort\" to abort the merge)\n\n"
            } else {
                "All conflicts fixed but you are still merging.\n  (use \"git commit\" to conclude merge)\n\n"
            });
        } else if let Some(rebase) = &self.rebase {
            match (&rebase.branch, &rebase.onto) {
                (Some(branch), Some(onto)) => out.push_str(&format!(
                    "You are currently rebasing branch '{branch}' on '{onto}'.\n"
                )),
                _ => out.push_str("You are currently rebasing.\n"),
            }
            out.push_str(if conflicts {
                "  (fix conflicts and then run \"git rebase --continue\")\n  (use \"git rebase --skip\" to skip this patch)\n  (use \"git rebase --abort\" to check out the original branch)\n\n"
            } else {
                "  (all conflicts fixed: run \"git rebase --continue\")\n\n"
            });
        } else if let Some(oid) = self.pick {
            operation(
                repository,
                ("cherry-picking", "cherry-pick"),
                oid,
                conflicts,
                out,
            );
        } else if let Some(oid) = self.revert {
            operation(repository, ("reverting", "revert"), oid, conflicts, out);
        }
        if let Some(start) = &self.bisect {
            out.push_str(&format!(
                "You are currently bisecting, started from branch '{start}'.\n  (use \"git bisect reset\" to get back to the original branch)\n\n"
            ));
        }
    }
}

fn operation(
    repository: &Repository,
    (doing, command): (&str, &str),
    oid: Oid,
    conflicts: bool,
    out: &mut String,
) {
    let short = repository.store.short(&oid);
    out.push_str(&format!("You are currently {doing} commit {short}.\n"));
    out.push_str(&if conflicts {
        format!("  (fix conflicts and run \"git {command} --continue\")\n")
    } else {
        format!("  (all conflicts fixed: run \"git {command} --continue\")\n")
    });
    out.push_str(&format!(
        "  (use \"git {command} --skip\" to skip this patch)\n"
    ));
    out.push_str(&format!(
        "  (use \"git {command} --abort\" to cancel the {command} operation)\n\n"
    ));
}
