//! Makes the images of what was built, and those of an original with what carries HTTP to it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use container::{Image, Recipe};
use original::Original;
use record::{Missing, Packaging};

use super::{Built, Said};
use crate::docker::Docker;
use crate::launch::{Made, Proxied, Web};
use crate::reference;
use crate::server::Server;

impl Built {
    /// Makes images of these kinds of what was built, where they have changed. What cannot be had here is missing, and no error.
    pub fn images(
        &mut self,
        root: &Path,
        servers: &[Server],
        kinds: &[Packaging],
        docker: Result<Docker, Missing>,
        said: &mut dyn FnMut(&str),
    ) {
        let kinds = || kinds.iter().copied().filter(|kind| kind.is_contained());
        let docker = match docker {
            Ok(docker) => docker,
            Err(missing) => {
                for packaging in kinds() {
                    self.lacks(packaging, None, missing.clone());
                }
                return;
            }
        };
        for server in servers {
            let has = |kind: &Packaging| {
                server.is_shipped_as(*kind)
                    && (!kind.is_reference() || reference::exists(root, &server.name))
            };
            for packaging in kinds().filter(has) {
                match self.image(server, packaging, &docker, said) {
                    Ok((made, image)) => {
                        if image.fresh {
                            said(&format!("made the image {}", image.name));
                        }
                        self.subjects.push(made);
                        self.images.push(image);
                    }
                    Err(missing) => self.lacks(packaging, Some(server.name.clone()), missing),
                }
            }
        }
        self.programs.docker = Some(docker);
    }

    fn image(
        &self,
        server: &Server,
        packaging: Packaging,
        docker: &Docker,
        said: Said<'_>,
    ) -> Result<(Made, Image), Missing> {
        if let Some(missing) = docker.lacks(server) {
            return Err(missing);
        }
        let built = |packaging: Packaging| {
            let mut subjects = self.subjects.iter();
            let of = |made: &&Made| made.server == server.name && made.packaging == packaging;
            let found = subjects.find(of);
            found.ok_or_else(|| self.why_not(packaging, &server.name))
        };
        let store = original::Store::below(self.cache.parent().unwrap_or(&self.cache));
        let mut held = BTreeSet::new();
        let (inside, recipe) = match packaging {
            Packaging::ContainerNative => {
                let made = built(Packaging::Native)?;
                (made, Recipe::native(&server.name, &made.file))
            }
            Packaging::ContainerReference => {
                let made = built(Packaging::Reference)?;
                let ships = made
                    .interpreted
                    .as_ref()
                    .map(|interpreted| &interpreted.ships[..]);
                let parts = store.parts(&made.file, ships.unwrap_or_default());
                let parts = parts.map_err(|missing| Missing {
                    what: reference::title(&server.name),
                    why: missing.why,
                    remedy: missing.remedy,
                })?;
                held.extend(parts.interpreter.iter().chain(&parts.packages).cloned());
                let recipe = Recipe::reference(&server.name, parts.interpreter, parts.packages);
                (made, recipe)
            }
            _ => {
                let made = built(Packaging::Component)?;
                let code = made.precompiled.as_ref();
                let code = code.ok_or_else(|| self.why_not(Packaging::Component, &server.name))?;
                let runtime = &self.programs.runtime;
                (made, Recipe::component(&server.name, runtime, code))
            }
        };
        let failed = |why: String| Missing {
            what: recipe.name(),
            why,
            remedy: "Look into the engine's log, and see that it has room.".to_owned(),
        };
        let image = docker.engine.image(&recipe);
        let image = image.map_err(|failure| failed(failure.to_string()))?;
        let digest = image.digest.parse();
        let mut made = Made {
            packaging,
            digest: digest.map_err(|error: record::DigestError| failed(error.to_string()))?,
            image: Some(image.name.clone()),
            ..inside.clone()
        };
        // Of the references ours alone speak HTTP.
        if packaging.is_reference() && Original::named(&server.name).is_some() {
            let proxied = proxied(server, &image, &held, (&store, docker), said);
            made.web = proxied.map_or_else(Web::Never, Web::Through);
        }
        Ok((made, image))
    }
}

/// An image of an original beside its own, with what carries HTTP to it, of which this one holds some already.
fn proxied(
    server: &Server,
    image: &Image,
    held: &BTreeSet<PathBuf>,
    (store, docker): (&original::Store, &Docker),
    said: Said<'_>,
) -> Result<Proxied, Missing> {
    let named = |missing: original::Missing| Missing {
        what: format!("HTTP to {}", reference::title(&server.name)),
        why: missing.why,
        remedy: missing.remedy,
    };
    let proxy = store.proxy(said).map_err(named)?;
    let parts = store.parts(&proxy.program, &proxy.ships).map_err(named)?;
    let own = parts.interpreter.union(&parts.packages);
    let own = own.filter(|path| !held.contains(*path)).cloned();
    let recipe = Recipe::proxied(&server.name, image, own.collect());
    let made = docker.engine.image(&recipe).map_err(|failure| {
        named(original::Missing::new(
            failure.to_string(),
            "Look into the engine's log, and see that it has room.",
        ))
    })?;
    if made.fresh {
        said(&format!("made the image {}", made.name));
    }
    Ok(Proxied {
        title: proxy.title,
        image: made.name,
        line: [proxy.program, proxy.script],
    })
}
