//! Images: made through the engine's API from a recipe and a few files, and only when those have changed.

use std::path::{Path, PathBuf};
use std::pin::pin;

use bollard::query_parameters::{BuildImageOptionsBuilder, RemoveImageOptionsBuilder};
use futures_util::StreamExt as _;

use crate::engine::Engine;
use crate::failure::Failure;
use crate::label;

/// The recipe of a native program alone.
const NATIVE: &str = include_str!("../recipes/native.dockerfile");
/// The recipe of a component with what runs it.
const COMPONENT: &str = include_str!("../recipes/component.dockerfile");

/// The program of a component's image.
pub const RUNTIME: &str = "/wasmmcp-runtime";
/// The machine code in a component's image.
pub const CODE: &str = "/component.cwasm";

/// What goes into an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    server: String,
    packaging: &'static str,
    dockerfile: &'static str,
    /// Name in the context, and the file.
    files: Vec<(&'static str, PathBuf)>,
}

/// An image that the engine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `wasmmcp-bench/<server>:<packaging>`.
    pub name: String,
    /// Of everything that it was made of: `blake3:…`.
    pub digest: String,
    /// The engine's name of just this one.
    pub id: String,
    /// All its layers, unpacked, in bytes.
    pub size: u64,
    /// Whether it was made now.
    pub fresh: bool,
}

impl Recipe {
    /// A statically linked program alone.
    pub fn native(server: &str, program: &Path) -> Recipe {
        Recipe {
            server: server.to_owned(),
            packaging: "container-native",
            dockerfile: NATIVE,
            files: vec![("server", program.to_owned())],
        }
    }

    /// A statically linked runtime, and precompiled code.
    pub fn component(server: &str, runtime: &Path, code: &Path) -> Recipe {
        Recipe {
            server: server.to_owned(),
            packaging: "container-component",
            dockerfile: COMPONENT,
            files: vec![
                ("wasmmcp-runtime", runtime.to_owned()),
                ("component.cwasm", code.to_owned()),
            ],
        }
    }

    /// The image's name.
    pub fn name(&self) -> String {
        format!("wasmmcp-bench/{}:{}", self.server, self.packaging)
    }
}

/// What is sent to the engine, and its digest. Nothing of it depends on when or by whom it is made.
struct Context {
    tar: Vec<u8>,
    digest: String,
}

impl Context {
    fn of(recipe: &Recipe) -> std::io::Result<Context> {
        let mut tar = tar::Builder::new(Vec::new());
        let mut put = |name: &str, mode: u32, content: &[u8]| {
            let mut header = tar::Header::new_gnu();
            header.set_size(u64::try_from(content.len()).expect("a length fits"));
            // Readable by everybody, and written by nobody: what runs in it is neither its owner nor root.
            header.set_mode(mode);
            header.set_mtime(0);
            tar.append_data(&mut header, name, content)
        };
        put("Dockerfile", 0o444, recipe.dockerfile.as_bytes())?;
        for (name, file) in &recipe.files {
            let content = std::fs::read(file).map_err(|error| {
                std::io::Error::other(format!("{} cannot be read: {error}", file.display()))
            })?;
            put(name, 0o555, &content)?;
        }
        let tar = tar.into_inner()?;
        let digest = format!("blake3:{}", blake3::hash(&tar).to_hex());
        Ok(Context { tar, digest })
    }
}

impl Engine {
    /// The image of a recipe: the one that the engine has, or, where that was made of something else, a new one.
    ///
    /// # Errors
    /// When a file cannot be read, or the engine cannot make it.
    pub fn image(&self, recipe: &Recipe) -> Result<Image, Failure> {
        let name = recipe.name();
        let what = format!("make the image {name}");
        let context = Context::of(recipe).map_err(|error| Failure::of(&what, error))?;
        let before = self.kept(&name)?;
        if let Some(kept) = &before
            && kept.digest == context.digest
        {
            return Ok(kept.clone());
        }
        let labels = label::of_image(&context.digest);
        let options = BuildImageOptionsBuilder::new()
            .dockerfile("Dockerfile")
            .t(&name)
            .labels(&labels)
            // Nothing is fetched and nothing is run.
            .networkmode("none")
            .rm(true)
            .forcerm(true)
            .build();
        let body = bollard::body_full(context.tar.into());
        self.order(&what, async {
            let mut said = pin!(self.docker().build_image(options, None, Some(body)));
            while let Some(line) = said.next().await {
                line?;
            }
            Ok(())
        })?;
        if let Some(before) = before {
            // It has no name any more. Where a container of another command still runs from it, it stays until that is gone.
            let _in_use = self.forget(&before.id);
        }
        match self.kept(&name)? {
            Some(made) if made.digest == context.digest => Ok(Image {
                fresh: true,
                ..made
            }),
            Some(other) => {
                let why = format!("has one of {} instead of {}", other.digest, context.digest);
                Err(Failure::of(&what, why))
            }
            None => Err(Failure::of(&what, "says that it did, and has none")),
        }
    }

    /// Removes an image, by its name or by the engine's. One that is gone already is no failure.
    ///
    /// # Errors
    /// When a container is made of it, or the engine does not do it.
    pub fn forget(&self, image: &str) -> Result<(), Failure> {
        let removed = self.ask(&format!("remove the image {image}"), async {
            let options = RemoveImageOptionsBuilder::new().build();
            self.docker().remove_image(image, Some(options), None).await
        });
        match removed {
            Err(failure) if failure.absent => Ok(()),
            other => other.map(drop),
        }
    }

    /// The image of this name, if the engine has one that we made.
    fn kept(&self, name: &str) -> Result<Option<Image>, Failure> {
        let looked = self.ask(&format!("look for the image {name}"), async {
            self.docker().inspect_image(name).await
        });
        let found = match looked {
            Ok(found) => found,
            Err(failure) if failure.absent => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let labels = found.config.and_then(|config| config.labels);
        let digest = labels.and_then(|mut labels| labels.remove(label::CONTENT));
        Ok(digest.map(|digest| Image {
            name: name.to_owned(),
            digest,
            id: found.id.unwrap_or_default(),
            size: found
                .size
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or(0),
            fresh: false,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_the_same_whenever_it_is_made_and_another_for_other_files() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).expect("written");
            path
        };
        let (one, two) = (file("one", "a"), file("two", "b"));
        let digest = |recipe: &Recipe| Context::of(recipe).expect("a context").digest;
        let first = digest(&Recipe::native("noop", &one));
        file("one", "a");
        assert_eq!(digest(&Recipe::native("noop", &one)), first);
        assert_ne!(digest(&Recipe::native("noop", &two)), first);
        let both = Recipe::component("noop", &one, &two);
        assert_ne!(
            digest(&both),
            digest(&Recipe::component("noop", &two, &one))
        );
        assert_eq!(both.name(), "wasmmcp-bench/noop:container-component");
        assert!(Context::of(&Recipe::native("noop", &folder.path().join("none"))).is_err());
    }

    #[test]
    fn a_recipe_names_every_file_of_its_context_and_no_other() {
        let path = Path::new("x");
        for recipe in [
            Recipe::native("s", path),
            Recipe::component("s", path, path),
        ] {
            let copied = recipe
                .dockerfile
                .lines()
                .filter_map(|line| line.strip_prefix("COPY "));
            let copied: Vec<_> = copied.filter_map(|line| line.split(' ').next()).collect();
            let files: Vec<_> = recipe.files.iter().map(|(name, _)| *name).collect();
            assert_eq!(copied, files);
        }
        assert!(COMPONENT.contains(&format!("[\"{RUNTIME}\"]")) && COMPONENT.contains(CODE));
    }
}
