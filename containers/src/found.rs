//! An image that somebody else made: whether the engine has it, and what it says of itself.

use bollard::models::{ImageConfig, ImageInspect};

use crate::engine::Engine;
use crate::failure::Failure;

/// The longest name that is asked for.
const LONGEST: usize = 255;

/// An image that the engine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The engine's name of just this one: `sha256:…`.
    pub id: String,
    /// What it starts, program first.
    pub starts: Vec<String>,
    /// The names of the variables that it sets.
    pub variables: Vec<String>,
}

impl Found {
    /// Whether a text can be an image's name: `registry/path/name:tag`, or with `@sha256:…` behind it.
    pub fn is_name(text: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@".contains(&byte);
        (1..=LONGEST).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.bytes().all(plain)
            // A name is a path of the engine's API.
            && !text.split('/').any(|part| part.is_empty() || part == "." || part == "..")
    }

    fn of(told: ImageInspect) -> Option<Found> {
        let ImageConfig {
            entrypoint,
            cmd,
            env,
            ..
        } = told.config.unwrap_or_default();
        let words = entrypoint.into_iter().chain(cmd).flatten();
        let variables = env.into_iter().flatten();
        let name = |set: String| set.split('=').next().unwrap_or_default().to_owned();
        Some(Found {
            id: told.id?,
            starts: words.collect(),
            variables: variables.map(name).collect(),
        })
    }
}

impl Engine {
    /// An image by its name; none where the engine has no such image.
    ///
    /// # Errors
    /// When the engine does not tell.
    pub fn found(&self, image: &str) -> Result<Option<Found>, Failure> {
        let what = format!("look at the image {image}");
        let told = self.ask(&what, async { self.docker().inspect_image(image).await });
        match told {
            Ok(told) => Ok(Found::of(told)),
            Err(failure) if failure.absent => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images_are_told_from_other_words() {
        for name in [
            "a",
            "a/b:1.2",
            "ghcr.io:443/a/b@sha256:00",
            "my-image:latest",
        ] {
            assert!(Found::is_name(name), "{name}");
        }
        for other in [
            "",
            "-a",
            "a b",
            "a?x",
            "../x",
            "a/../b",
            "/a",
            "a//b",
            &"a".repeat(256),
        ] {
            assert!(!Found::is_name(other), "{other}");
        }
    }

    #[test]
    fn what_it_starts_is_entrypoint_and_arguments() {
        let words = |words: &[&str]| Some(words.iter().map(|&word| word.to_owned()).collect());
        let told = ImageInspect {
            id: Some("sha256:ab".to_owned()),
            config: Some(ImageConfig {
                entrypoint: words(&["node"]),
                cmd: words(&["server.js"]),
                env: words(&["PATH=/bin", "NODE_VERSION=24=x"]),
                ..ImageConfig::default()
            }),
            ..ImageInspect::default()
        };
        let found = Found::of(told).expect("it has a name");
        assert_eq!(found.starts, ["node", "server.js"]);
        assert_eq!(found.variables, ["PATH", "NODE_VERSION"]);
        assert_eq!(Found::of(ImageInspect::default()), None);
    }
}
