//! Images: made through the engine's API from a recipe and a few files, and only when those have changed.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::pin::pin;

use bollard::query_parameters::{
    BuildImageOptionsBuilder, ListImagesOptionsBuilder, RemoveImageOptionsBuilder,
};
use futures_util::{Stream, StreamExt as _};

use crate::engine::Engine;
use crate::failure::Failure;
use crate::label;

/// The recipe of a native program alone.
const NATIVE: &str = include_str!("../recipes/native.dockerfile");
/// The recipe of what an interpreter runs.
const REFERENCE: &str = include_str!("../recipes/reference.dockerfile");
/// The recipe of the same with what carries HTTP to it.
const PROXIED: &str = include_str!("../recipes/proxied.dockerfile");
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
    /// Name in the context, and files and links of this host that keep their places in the image.
    layers: Vec<(&'static str, BTreeSet<PathBuf>)>,
    /// The name and the digest of the image that it is added to, where there is one.
    base: Option<(String, String)>,
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
            layers: Vec::new(),
            base: None,
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
            layers: Vec::new(),
            base: None,
        }
    }

    /// An interpreter with its libraries, and what it runs: files and links of this host, which keep their places.
    pub fn reference(
        server: &str,
        interpreter: BTreeSet<PathBuf>,
        packages: BTreeSet<PathBuf>,
    ) -> Recipe {
        Recipe {
            server: server.to_owned(),
            packaging: "container-reference",
            dockerfile: REFERENCE,
            files: Vec::new(),
            layers: vec![("interpreter.tar", interpreter), ("packages.tar", packages)],
            base: None,
        }
    }

    /// The image of a reference that knows pipes alone, and what carries HTTP to it: what of that the image has not. The image itself stays
    /// as it is, so that what it weighs and how it starts is known without.
    pub fn proxied(server: &str, base: &Image, proxy: BTreeSet<PathBuf>) -> Recipe {
        Recipe {
            server: server.to_owned(),
            packaging: "container-reference-http",
            dockerfile: PROXIED,
            files: Vec::new(),
            layers: vec![("proxy.tar", proxy)],
            base: Some((base.name.clone(), base.digest.clone())),
        }
    }

    /// The image's name.
    pub fn name(&self) -> String {
        format!("wasmmcp-bench/{}:{}", self.server, self.packaging)
    }
}

impl Recipe {
    /// Of everything that goes into the image. Nothing of it depends on when or by whom it is made. Files that keep their places are
    /// thousands, and are told by their times and lengths.
    fn digest(&self) -> io::Result<String> {
        let mut hasher = blake3::Hasher::new();
        let mut put = |name: &str, content: &[u8]| {
            // With the lengths before them no two lists of files are alike.
            hasher.update(format!("{} {name} {}\n", name.len(), content.len()).as_bytes());
            hasher.update(content);
        };
        put("Dockerfile", self.dockerfile.as_bytes());
        if let Some((name, digest)) = &self.base {
            put(name, digest.as_bytes());
        }
        for (name, file) in &self.files {
            put(name, &read(file)?);
        }
        for (layer, paths) in &self.layers {
            put(layer, b"");
            for path in paths {
                put(&path.to_string_lossy(), Entry::of(path)?.told().as_bytes());
            }
        }
        Ok(format!("blake3:{}", hasher.finalize().to_hex()))
    }

    /// What is sent to the engine: one archive of all files, the layers being archives in it.
    fn context(&self) -> io::Result<File> {
        let mut tar = tar::Builder::new(tempfile::tempfile()?);
        append(&mut tar, "Dockerfile", 0o444, self.dockerfile.as_bytes())?;
        for (name, file) in &self.files {
            append(&mut tar, name, 0o555, &read(file)?)?;
        }
        for (name, paths) in &self.layers {
            let mut layer = archive(paths)?;
            let length = layer.stream_position()?;
            layer.rewind()?;
            tar.append_data(&mut header(0o444, 0, length), name, layer)?;
        }
        let mut context = tar.into_inner()?;
        context.rewind()?;
        Ok(context)
    }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(file)
        .map_err(|error| io::Error::other(format!("{} cannot be read: {error}", file.display())))
}

/// What is told of a file beside its name: it is root's.
fn header(mode: u32, changed: u64, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_uid(0);
    header.set_gid(0);
    header.set_mode(mode);
    header.set_mtime(changed);
    header.set_size(size);
    header
}

/// Readable by everybody, and written by nobody: what runs in an image is neither its owner nor root.
fn append(tar: &mut tar::Builder<File>, name: &str, mode: u32, content: &[u8]) -> io::Result<()> {
    let length = u64::try_from(content.len()).expect("a length fits");
    tar.append_data(&mut header(mode, 0, length), name, content)
}

/// A file or a link that keeps its place.
enum Entry {
    /// Whether it can be executed, when it was changed, how long it is.
    File(bool, u64, u64),
    /// Where it leads.
    Link(PathBuf),
}

impl Entry {
    fn of(path: &Path) -> io::Result<Entry> {
        let found = std::fs::symlink_metadata(path);
        let found = found.map_err(|error| {
            io::Error::other(format!("{} cannot be read: {error}", path.display()))
        })?;
        if found.is_symlink() {
            return Ok(Entry::Link(std::fs::read_link(path)?));
        }
        // An interpreter compares it with what it noted when it compiled the file.
        let changed = u64::try_from(found.mtime()).unwrap_or(0);
        let executable = found.mode() & 0o111 != 0;
        Ok(Entry::File(executable, changed, found.len()))
    }

    fn told(&self) -> String {
        match self {
            Entry::File(executable, changed, length) => {
                format!("file {executable} {changed} {length}")
            }
            Entry::Link(target) => format!("link {}", target.display()),
        }
    }
}

/// An archive of files and links at their places, with the folders above them. It stands at its end.
fn archive(paths: &BTreeSet<PathBuf>) -> io::Result<File> {
    let mut tar = tar::Builder::new(tempfile::tempfile()?);
    let mut folders = BTreeSet::new();
    for path in paths {
        let place = path.strip_prefix("/").unwrap_or(path);
        let mut above: Vec<&Path> = place.ancestors().skip(1).collect();
        above.reverse();
        for folder in above {
            if folder != Path::new("") && folders.insert(folder.to_owned()) {
                let mut header = header(0o755, 0, 0);
                header.set_entry_type(tar::EntryType::Directory);
                tar.append_data(&mut header, folder, io::empty())?;
            }
        }
        match Entry::of(path)? {
            Entry::Link(target) => {
                let mut header = header(0o777, 0, 0);
                header.set_entry_type(tar::EntryType::Symlink);
                tar.append_link(&mut header, place, target)?;
            }
            Entry::File(executable, changed, length) => {
                let mode = if executable { 0o555 } else { 0o444 };
                let mut header = header(mode, changed, length);
                tar.append_data(&mut header, place, File::open(path)?.take(length))?;
            }
        }
    }
    tar.into_inner()
}

/// A file in pieces, as the engine takes it.
fn parts(file: File) -> impl Stream<Item = io::Result<bytes::Bytes>> + Send + 'static {
    futures_util::stream::unfold(file, |mut file| async move {
        let mut part = vec![0; 1 << 20];
        match file.read(&mut part) {
            Ok(0) => None,
            Ok(read) => {
                part.truncate(read);
                Some((Ok(part.into()), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    })
}

impl Engine {
    /// The image of a recipe: the one that the engine has, or, where that was made of something else, a new one.
    ///
    /// # Errors
    /// When a file cannot be read, or the engine cannot make it.
    pub fn image(&self, recipe: &Recipe) -> Result<Image, Failure> {
        let name = recipe.name();
        let what = format!("make the image {name}");
        let failed = |error: io::Error| Failure::of(&what, error);
        let digest = recipe.digest().map_err(failed)?;
        let before = self.kept(&name)?;
        if let Some(kept) = &before
            && kept.digest == digest
        {
            return Ok(kept.clone());
        }
        let labels = label::of_image(&digest);
        let base = recipe.base.iter();
        let base = base.map(|(name, _)| ("BASE".to_owned(), name.clone()));
        let options = BuildImageOptionsBuilder::new()
            .dockerfile("Dockerfile")
            .t(&name)
            .labels(&labels)
            .buildargs(&base.collect())
            // Nothing is fetched and nothing is run.
            .networkmode("none")
            .rm(true)
            .forcerm(true)
            .build();
        let body = bollard::body_try_stream(parts(recipe.context().map_err(failed)?));
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
            Some(made) if made.digest == digest => Ok(Image {
                fresh: true,
                ..made
            }),
            Some(other) => {
                let why = format!("has one of {} instead of {digest}", other.digest);
                Err(Failure::of(&what, why))
            }
            None => Err(Failure::of(&what, "says that it did, and has none")),
        }
    }

    /// Every image that we made, by the engine's name of it, with the name and the size of all its layers.
    ///
    /// # Errors
    /// When the engine does not tell.
    pub fn images(&self) -> Result<Vec<(String, String, u64)>, Failure> {
        let ours = [("label".to_owned(), vec![label::IMAGE.to_owned()])];
        let options = ListImagesOptionsBuilder::new()
            .filters(&ours.into_iter().collect())
            .build();
        let found = self.ask("list our images", async {
            self.docker().list_images(Some(options)).await
        })?;
        let told = found.into_iter().map(|image| {
            let name = image.repo_tags.into_iter().next();
            let name = name.unwrap_or_else(|| image.id.clone());
            (image.id, name, u64::try_from(image.size).unwrap_or(0))
        });
        let mut told: Vec<_> = told.collect();
        // Who removes one after the other has what was added to another one, whose name begins alike, before that.
        told.sort_by(|one, other| other.1.cmp(&one.1));
        Ok(told)
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
        let digest = |recipe: &Recipe| recipe.digest().expect("a digest");
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
        let none = Recipe::native("noop", &folder.path().join("none"));
        assert!(none.digest().is_err());
    }

    fn image(digest: &str) -> Image {
        Image {
            name: "wasmmcp-bench/s:container-reference".to_owned(),
            digest: digest.to_owned(),
            id: String::new(),
            size: 0,
            fresh: false,
        }
    }

    #[test]
    fn what_is_added_to_an_image_is_made_again_when_that_is_another() {
        let digest = |base: &str| {
            let recipe = Recipe::proxied("s", &image(base), BTreeSet::new());
            recipe.digest().expect("a digest")
        };
        assert_eq!(digest("blake3:1"), digest("blake3:1"));
        assert_ne!(digest("blake3:1"), digest("blake3:2"));
    }

    #[test]
    fn a_recipe_names_every_file_of_its_context_and_no_other() {
        let path = Path::new("x");
        for recipe in [
            Recipe::native("s", path),
            Recipe::component("s", path, path),
            Recipe::reference("s", BTreeSet::new(), BTreeSet::new()),
            Recipe::proxied("s", &image("blake3:1"), BTreeSet::new()),
        ] {
            let copied = recipe.dockerfile.lines().filter_map(|line| {
                line.strip_prefix("COPY ")
                    .or_else(|| line.strip_prefix("ADD "))
            });
            let copied: Vec<_> = copied.filter_map(|line| line.split(' ').next()).collect();
            let files = recipe.files.iter().map(|(name, _)| *name);
            let layers = recipe.layers.iter().map(|(name, _)| *name);
            assert_eq!(copied, files.chain(layers).collect::<Vec<_>>());
        }
        assert!(COMPONENT.contains(&format!("[\"{RUNTIME}\"]")) && COMPONENT.contains(CODE));
    }

    #[test]
    fn files_keep_their_places_and_times_and_are_owned_by_nobody_in_particular() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (file, link) = (folder.path().join("deep/a"), folder.path().join("b"));
        std::fs::create_dir(folder.path().join("deep")).expect("made");
        std::fs::write(&file, "x").expect("written");
        std::os::unix::fs::symlink("deep/a", &link).expect("made");
        let paths = BTreeSet::from([file.clone(), link.clone()]);
        let changed = std::fs::metadata(&file).expect("it is there").mtime();
        let mut archived = archive(&paths).expect("an archive");
        archived.rewind().expect("it is a file");
        let mut archive = tar::Archive::new(archived);
        let mut found = Vec::new();
        for entry in archive.entries().expect("entries") {
            let entry = entry.expect("an entry");
            let header = entry.header();
            let place = Path::new("/").join(entry.path().expect("a path"));
            if place == file {
                assert_eq!(header.mode().expect("a mode"), 0o444);
                assert_eq!(
                    header.mtime().expect("a time"),
                    u64::try_from(changed).expect("now")
                );
                assert_eq!(header.uid().expect("an owner"), 0);
            }
            if place == link {
                let target = entry.link_name().expect("a target");
                assert_eq!(target.as_deref(), Some(Path::new("deep/a")));
            }
            found.push(place);
        }
        assert!(found.contains(&file) && found.contains(&link));
        assert!(found.contains(&folder.path().join("deep")), "{found:?}");

        let recipe = || Recipe::reference("s", paths.clone(), BTreeSet::new());
        let before = recipe().digest().expect("a digest");
        assert_eq!(recipe().digest().expect("a digest"), before);
        std::fs::write(&file, "longer").expect("written");
        assert_ne!(recipe().digest().expect("a digest"), before);
    }
}
