//! A user's own data (`--data DIR`): is every file there that the calls name?
use std::path::{Path, PathBuf};

/// Files that calls name and a user's folder lacks.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} from {}. Put files of these names there, or leave out --data to use the generated data set", first(paths), folder.display())]
pub struct Missing {
    /// The folder that was named.
    pub folder: PathBuf,
    /// What it lacks, in the order of the calls; never empty.
    pub paths: Vec<String>,
}

/// Checks that `folder` has each of `paths` (below it, with `/`). A user's folder needs no manifest.
pub fn require<P: AsRef<str>>(
    folder: &Path,
    paths: impl IntoIterator<Item = P>,
) -> Result<(), Missing> {
    let mut missing = Vec::new();
    for path in paths {
        let path = path.as_ref();
        if !folder.join(path).exists() && !missing.iter().any(|known| known == path) {
            missing.push(path.to_owned());
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Missing {
            folder: folder.to_owned(),
            paths: missing,
        })
    }
}

fn first(paths: &[String]) -> String {
    match paths {
        [] => "nothing is missing".to_owned(),
        [only] => format!("{only} is missing"),
        [first, others @ ..] => format!("{first} and {} more are missing", others.len()),
    }
}
