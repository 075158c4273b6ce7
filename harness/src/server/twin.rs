//! Twins: other programs that give a server's answers, so that an interpreter can be told from what it runs.

use std::path::Path;

use record::Packaging;

use super::{Server, Unacceptable, read_all};

impl Server {
    /// It and its twins, each with its calls.
    pub fn with_twins(self) -> Vec<Server> {
        let twin = |language: &String| Server {
            name: format!("{}_{language}", self.name),
            title: format!("{}, in {language}", self.title),
            twins: Vec::new(),
            twin_of: Some(self.name.clone()),
            ..self.clone()
        };
        let mut twins: Vec<Server> = self.twins.iter().map(twin).collect();
        if self.scalar {
            twins.push(Server {
                name: format!("{}_scalar", self.name),
                title: format!("{}, without vector instructions", self.title),
                scalar: false,
                without_vectors: true,
                ..self.clone()
            });
        }
        std::iter::once(self).chain(twins).collect()
    }

    /// Whether it is shipped so where a machine can do that.
    pub fn is_shipped_as(&self, packaging: Packaging) -> bool {
        // What the user brought is shipped as it was brought.
        if self.own {
            return false;
        }
        match self.without_vectors {
            true => matches!(packaging, Packaging::Component | Packaging::Native),
            false => packaging.is_reference() || self.twin_of.is_none(),
        }
    }

    /// Whether each is named for a language.
    pub(super) fn check_twins(&self) -> Result<(), String> {
        let mut twins = self.twins.iter();
        let plain = |twin: &String| twin.bytes().all(|byte| byte.is_ascii_lowercase());
        match twins.find(|twin| twin.is_empty() || !plain(twin)) {
            None => Ok(()),
            Some(twin) => Err(format!(
                "twins has \"{twin}\"; write a language in small letters, as in [\"node\", \"python\"]"
            )),
        }
    }
}

/// Where servers of a bench alone lie, from the root.
const BENCHES: [&str; 1] = ["harness/expressions"];

/// Every server under `root/servers`, and those of benches, each with its twins behind it.
///
/// # Errors
/// When a folder's `server.toml` cannot be accepted.
pub fn read_with_twins(root: &Path) -> Result<Vec<Server>, Unacceptable> {
    let mut servers = read_all(root)?;
    // A checkout that tests make need not have them.
    for folder in BENCHES.iter().map(|folder| root.join(folder)) {
        if folder.join("server.toml").is_file() {
            servers.push(Server {
                named_only: true,
                ..Server::read(&folder)?
            });
        }
    }
    Ok(servers.into_iter().flat_map(Server::with_twins).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(twins: &str) -> Result<Server, Unacceptable> {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = place.path().join("x");
        std::fs::create_dir(&folder).expect("made");
        let text = format!("name = \"x\"\ntitle = \"X\"\npackage = \"x\"\ntwins = {twins}\n");
        std::fs::write(folder.join("server.toml"), text).expect("written");
        Server::read(&folder)
    }

    #[test]
    fn what_is_built_without_vectors_is_shipped_as_component_and_program_alone() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let all = read_with_twins(&root).expect("acceptable");
        let named = |name: &str| {
            all.iter()
                .find(|one| one.name == name)
                .expect("it is there")
        };
        let scalar = named("expressions_scalar");
        assert!(scalar.without_vectors && scalar.named_only && !scalar.table);
        assert!(!named("expressions").without_vectors);
        for packaging in Packaging::ALL {
            let plain = matches!(packaging, Packaging::Component | Packaging::Native);
            assert_eq!(scalar.is_shipped_as(*packaging), plain, "{packaging}");
        }
        assert!(!named("log_parser").named_only);
    }

    #[test]
    fn a_twin_has_the_calls_and_is_shipped_as_originals_are() {
        let all = read("[\"node\"]").expect("acceptable").with_twins();
        let names: Vec<&str> = all.iter().map(|server| server.name.as_str()).collect();
        assert_eq!(names, ["x", "x_node"]);
        assert_eq!(all[0].tools(), all[1].tools());
        let shipped = |packaging| all.iter().map(move |one| one.is_shipped_as(packaging));
        assert!(shipped(Packaging::Native).eq([true, false]));
        assert!(shipped(Packaging::Component).eq([true, false]));
        assert!(shipped(Packaging::Reference).eq([true, true]));
        for bad in ["[\"../node\"]", "[\"\"]", "[\"Node\"]"] {
            let faulty = read(bad).expect_err("refused");
            assert!(faulty.to_string().contains("small letters"), "{faulty}");
        }
    }
}
