//! Lists directories by what each says of its own entries.
//!
//! wasmtime-wasi asks the kernel for the metadata of every entry, of which a listing keeps the type alone, and holds all of
//! them before the first is handed over. The kernel gives the type with the name, and here it is taken from there; asked for
//! is only what a file system leaves open. Of a directory of any size the host holds one buffer.
//!
//! What may be listed is unchanged: a directory that the guest has open, which it has only below one that was granted.

use super::Guest;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;
use std::ffi::CStr;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::bindings::filesystem::types::{DescriptorType, DirectoryEntry, ErrorCode};

/// The interface under the name that wasmtime-wasi links it by; a test compares.
pub(super) const TYPES: &str = "wasi:filesystem/types@0.2.12";

/// A `directory-entry-stream`: a directory opened a second time, so that no two listings share a position.
struct Listing(Dir);

impl Listing {
    fn of(descriptor: &Descriptor) -> Result<Listing, ErrorCode> {
        let Descriptor::Dir(directory) = descriptor else {
            return Err(ErrorCode::NotDirectory);
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = openat(&*directory.dir, ".", flags, Mode::empty()).map_err(code)?;
        Dir::new(opened).map(Listing).map_err(code)
    }

    fn next(&mut self) -> Result<Option<DirectoryEntry>, ErrorCode> {
        while let Some(entry) = self.0.read() {
            let entry = entry.map_err(code)?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            let told = entry.file_type();
            match self.kind(name, told) {
                // It went away after its name was read: it is no entry any more.
                Err(Errno::NOENT) => continue,
                Err(error) => return Err(code(error)),
                Ok(kind) => {
                    let name = name.to_str().map_err(|_| ErrorCode::IllegalByteSequence)?;
                    return Ok(Some(DirectoryEntry {
                        type_: word(kind),
                        name: name.to_owned(),
                    }));
                }
            }
        }
        Ok(None)
    }

    /// What an entry is, a link not followed: as the directory told, or as the entry itself says.
    fn kind(&self, name: &CStr, told: FileType) -> rustix::io::Result<FileType> {
        if told != FileType::Unknown {
            return Ok(told);
        }
        let stat = statat(self.0.fd()?, name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(FileType::from_raw_mode(stat.st_mode))
    }
}

/// WASI's word for what an entry is, itself and not what a link leads to.
pub(super) fn word(of: FileType) -> DescriptorType {
    match of {
        FileType::RegularFile => DescriptorType::RegularFile,
        FileType::Directory => DescriptorType::Directory,
        FileType::Symlink => DescriptorType::SymbolicLink,
        FileType::BlockDevice => DescriptorType::BlockDevice,
        FileType::CharacterDevice => DescriptorType::CharacterDevice,
        _ => DescriptorType::Unknown,
    }
}

pub(super) fn code(error: Errno) -> ErrorCode {
    std::io::Error::from(error).into()
}

/// This listing, for the place of wasmtime-wasi's: the resource, what makes one and what reads one.
pub(super) fn define(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let mut types = linker.instance(TYPES)?;
    types.resource(
        "directory-entry-stream",
        ResourceType::host::<Listing>(),
        |mut store, listing| {
            let listing = Resource::<Listing>::new_own(listing);
            store.data_mut().ctx().table.delete(listing)?;
            Ok(())
        },
    )?;
    types.func_wrap(
        "[method]descriptor.read-directory",
        |mut store: StoreContextMut<'_, Guest>, (directory,): (Resource<Descriptor>,)| {
            let table = store.data_mut().ctx().table;
            let made = match Listing::of(table.get(&directory)?) {
                Ok(listing) => Ok(table.push(listing)?),
                Err(error) => Err(error),
            };
            Ok((made,))
        },
    )?;
    types.func_wrap(
        "[method]directory-entry-stream.read-directory-entry",
        |mut store: StoreContextMut<'_, Guest>, (listing,): (Resource<Listing>,)| {
            Ok((store.data_mut().ctx().table.get_mut(&listing)?.next(),))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, FileType, mkfifoat};
    use std::collections::BTreeMap;
    use std::ffi::OsStr;
    use std::fs::{self, File};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;
    use wasmtime_wasi::FsPerms;
    use wasmtime_wasi::filesystem::{Dir as Granted, OpenMode, WasiFilesystem, WasiFilesystemView};
    use wasmtime_wasi::p2::bindings::filesystem::types::add_to_linker;

    fn opened(path: &Path) -> Descriptor {
        let file = File::open(path).expect("it is there");
        Descriptor::Dir(Granted::new(file, FsPerms::ReadOnly, OpenMode::READ, true))
    }

    fn all(listing: &mut Listing) -> Vec<Result<(String, DescriptorType), ErrorCode>> {
        let next = || listing.next().transpose();
        std::iter::from_fn(next)
            .map(|entry| entry.map(|entry| (entry.name, entry.type_)))
            .collect()
    }

    #[test]
    fn every_kind_is_told_and_links_are_not_followed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "x").expect("written");
        fs::create_dir(at("folder")).expect("made");
        symlink("/", at("out")).expect("linked");
        symlink("file", at("link")).expect("linked");
        symlink("nowhere", at("dangling")).expect("linked");
        symlink("round", at("round")).expect("linked");
        mkfifoat(CWD, at("pipe"), Mode::RUSR).expect("made");
        let expected = [
            ("dangling", DescriptorType::SymbolicLink),
            ("file", DescriptorType::RegularFile),
            ("folder", DescriptorType::Directory),
            ("link", DescriptorType::SymbolicLink),
            ("out", DescriptorType::SymbolicLink),
            ("pipe", DescriptorType::Unknown),
            ("round", DescriptorType::SymbolicLink),
        ];
        let mut listing = Listing::of(&opened(folder.path())).expect("a directory");
        // What the directory tells, and what is asked for where it tells nothing: the same. Neither `.` nor `..` is there.
        let told: BTreeMap<_, _> = all(&mut listing).into_iter().map(Result::unwrap).collect();
        let asked = |name: &str| {
            let name = std::ffi::CString::new(name).expect("no NUL");
            word(listing.kind(&name, FileType::Unknown).expect("it is there"))
        };
        assert_eq!(told.len(), expected.len(), "{told:?}");
        for (name, kind) in expected {
            assert_eq!((told[name], asked(name)), (kind, kind), "{name}");
        }
        let gone = listing.kind(c"gone", FileType::Unknown);
        assert_eq!(gone, Err(Errno::NOENT));
    }

    #[test]
    fn hostile_names_pass_whole_and_what_is_no_text_stops_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut names: Vec<String> = [
            "...",
            ". ",
            "-rf",
            "a\nb",
            "\"\\",
            "\u{202e}x",
            "%2e%2e",
            "ä",
        ]
        .map(str::to_owned)
        .into();
        names.push("n".repeat(255));
        names.extend((0..2000).map(|number| format!("{number}")));
        for name in &names {
            File::create(folder.path().join(name)).expect("made");
        }
        let broken = OsStr::from_bytes(b"broken\xff");
        File::create(folder.path().join(broken)).expect("made");
        let mut listing = Listing::of(&opened(folder.path())).expect("a directory");
        let (good, bad): (Vec<_>, Vec<_>) = all(&mut listing).into_iter().partition(Result::is_ok);
        let mut listed: Vec<_> = good.into_iter().map(|entry| entry.unwrap().0).collect();
        names.sort();
        listed.sort();
        assert_eq!(listed, names);
        assert_eq!(bad, [Err(ErrorCode::IllegalByteSequence)]);
        assert!(all(&mut listing).is_empty(), "the end stays the end");
    }

    #[test]
    fn listings_of_one_directory_do_not_share_a_position_and_keep_its_order() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["c", "a", "b"] {
            File::create(folder.path().join(name)).expect("made");
        }
        let directory = opened(folder.path());
        let mut one = Listing::of(&directory).expect("a directory");
        let first = one.next().expect("read").expect("an entry").name;
        let mut other = Listing::of(&directory).expect("a directory");
        let names = |listing: &mut Listing| -> Vec<_> {
            let names = all(listing).into_iter();
            names.map(|entry| entry.expect("text").0).collect()
        };
        let whole = names(&mut other);
        let by_the_system: Vec<_> = fs::read_dir(folder.path())
            .expect("readable")
            .map(|entry| {
                entry
                    .expect("read")
                    .file_name()
                    .into_string()
                    .expect("text")
            })
            .collect();
        assert_eq!([vec![first], names(&mut one)].concat(), whole);
        assert_eq!(by_the_system, whole);
    }

    #[test]
    fn what_is_no_directory_or_not_to_be_read_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("closed");
        File::create(folder.path().join("file")).expect("made");
        let file = wasmtime_wasi::filesystem::File::new(
            File::open(folder.path().join("file")).expect("readable"),
            FsPerms::ReadOnly,
            OpenMode::READ,
            true,
        );
        let refused = |descriptor: &Descriptor| Listing::of(descriptor).err();
        assert_eq!(
            refused(&Descriptor::File(file)),
            Some(ErrorCode::NotDirectory)
        );
        fs::create_dir(&path).expect("made");
        let directory = opened(&path);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("ours");
        if rustix::process::geteuid().is_root() {
            println!("skipped: a directory that may not be read: root may read every one");
        } else {
            assert_eq!(refused(&directory), Some(ErrorCode::Access));
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("ours");
        fs::remove_dir(&path).expect("ours");
        let mut removed = Listing::of(&directory).expect("it is open still");
        assert!(all(&mut removed).is_empty());
    }

    #[test]
    fn it_takes_the_place_of_the_interface_that_servers_import() {
        let engine = crate::engine::engine(crate::engine::Allocation::OnDemand).expect("an engine");
        let mut linker = Linker::new(&engine);
        add_to_linker::<Guest, WasiFilesystem>(&mut linker, Guest::filesystem).expect("linked");
        let twice = define(&mut linker).expect_err("it is there under the same name");
        assert!(
            format!("{twice:#}").contains("directory-entry-stream"),
            "{twice:#}"
        );
        crate::guest::imports::instead(&mut linker, define).expect("replaced");
    }
}
