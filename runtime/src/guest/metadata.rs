//! Tells the metadata of an entry by one system call, made at once.
//!
//! wasmtime-wasi makes each of these calls a future, with the memory that holds it, and its answer by way of two other
//! representations: a quarter of a microsecond beside the kernel's one. A status of a working tree asks for thousands. Guests
//! run on threads that may block, so nothing is gained by a future.
//!
//! What may be asked is unchanged. A single name, its link not followed, cannot lead out of its directory, and is asked for here;
//! every other path goes to wasmtime-wasi, which confines it.

use super::Guest;
use super::listing::{TYPES, code, word};
use rustix::fs::{AtFlags, FileType, StatxFlags, StatxTimestamp, statx};
use rustix::io::Errno;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorStat, ErrorCode, HostDescriptor, PathFlags,
};

/// This `stat-at`, for the place of wasmtime-wasi's.
pub(super) fn define(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.instance(TYPES)?.func_wrap(
        "[method]descriptor.stat-at",
        |mut store: StoreContextMut<'_, Guest>,
         (directory, flags, path): (Resource<Descriptor>, PathFlags, String)| {
            Ok((stat_at(store.data_mut(), directory, flags, path)?,))
        },
    )
}

fn stat_at(
    guest: &mut Guest,
    directory: Resource<Descriptor>,
    flags: PathFlags,
    path: String,
) -> wasmtime::Result<Result<DescriptorStat, ErrorCode>> {
    let mut view = guest.filesystem();
    #[cfg(target_os = "linux")]
    if !flags.contains(PathFlags::SYMLINK_FOLLOW)
        && is_name(&path)
        && let Descriptor::Dir(directory) = view.table.get(&directory)?
    {
        match named(&directory.dir, &path) {
            // A kernel before 4.11, or a filter of system calls that does not know this one.
            Err(Errno::NOSYS | Errno::PERM) => {}
            answer => return Ok(answer.map_err(code)),
        }
    }
    let asked = pin!(view.stat_at(directory, flags, path));
    match asked.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(stat)) => Ok(Ok(stat)),
        Poll::Ready(Err(error)) => error.downcast().map(Err),
        Poll::Pending => wasmtime::bail!("a file call has to wait on a thread that may block"),
    }
}

/// Whether a path is the name of an entry of the directory itself.
fn is_name(path: &str) -> bool {
    !matches!(path, "" | "." | "..") && !path.bytes().any(|byte| matches!(byte, b'/' | 0))
}

#[cfg(target_os = "linux")]
fn named(directory: &std::fs::File, name: &str) -> rustix::io::Result<DescriptorStat> {
    let asked = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
    let stat = statx(directory, name, AtFlags::SYMLINK_NOFOLLOW, asked)?;
    // A time before 1970 has no place in WASI 0.2.
    let time = |time: StatxTimestamp| {
        Some(Datetime {
            seconds: time.tv_sec.try_into().ok()?,
            nanoseconds: time.tv_nsec,
        })
    };
    let is_born = stat.stx_mask & StatxFlags::BTIME.bits() != 0;
    Ok(DescriptorStat {
        type_: word(FileType::from_raw_mode(stat.stx_mode.into())),
        link_count: stat.stx_nlink.into(),
        size: stat.stx_size,
        data_access_timestamp: time(stat.stx_atime),
        data_modification_timestamp: time(stat.stx_mtime),
        // What wasmtime-wasi tells in this field is when the file was made, and servers read it so.
        status_change_timestamp: if is_born { time(stat.stx_btime) } else { None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine;
    use crate::guest::{Guest, Setup, StandardStreams};
    use crate::limits::Limits;
    use rustix::fs::{CWD, Mode, Timespec, Timestamps, mkfifoat, utimensat};
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;
    use std::sync::Arc;
    use wasmtime_wasi::FsPerms;
    use wasmtime_wasi::filesystem::{Dir, OpenMode};

    /// What both ways answer, as text.
    fn asked(guest: &mut Guest, folder: &std::path::Path, path: &str) -> [String; 2] {
        let open = File::open(folder).expect("a folder");
        let directory = Dir::new(open, FsPerms::ReadOnly, OpenMode::READ, true);
        let table = guest.filesystem().table;
        let directory = table.push(Descriptor::Dir(directory)).expect("room");
        let again = || Resource::new_own(directory.rep());
        let ours = stat_at(guest, again(), PathFlags::empty(), path.to_owned());
        let theirs = {
            let mut view = guest.filesystem();
            let asked = pin!(view.stat_at(again(), PathFlags::empty(), path.to_owned()));
            match asked.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(answer) => answer.map_err(|error| error.downcast().expect("a code")),
                Poll::Pending => panic!("{path:?} waits"),
            }
        };
        guest.filesystem().table.delete(directory).expect("there");
        [
            format!("{:?}", ours.expect("no trap")),
            format!("{theirs:?}"),
        ]
    }

    #[test]
    fn it_answers_what_wasmtime_wasi_answers() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "twelve bytes").expect("written");
        fs::hard_link(at("file"), at("twin")).expect("linked");
        fs::write(at("old"), "x").expect("written");
        let before_1970 = Timespec {
            tv_sec: -7,
            tv_nsec: 5,
        };
        let times = Timestamps {
            last_access: before_1970,
            last_modification: before_1970,
        };
        utimensat(CWD, at("old"), &times, AtFlags::empty()).expect("ours");
        fs::create_dir_all(at("folder/inner")).expect("made");
        symlink("/", at("out")).expect("linked");
        symlink("file", at("link")).expect("linked");
        mkfifoat(CWD, at("pipe"), Mode::RUSR).expect("made");
        fs::write(at("ä…\u{202e}"), "").expect("written");
        let engine = engine::engine(engine::Allocation::OnDemand).expect("an engine");
        let setup = Setup {
            name: "test".into(),
            arguments: Vec::new(),
            grants: Arc::default(),
            limits: Limits::default(),
        };
        let store = Guest::store(&engine, &setup, StandardStreams::default());
        let mut store = store.expect("a store");
        let long = "n".repeat(256);
        let paths = [
            "file",
            "twin",
            "old",
            "folder",
            "out",
            "link",
            "pipe",
            "ä…\u{202e}",
            "absent",
            &long,
            "",
            ".",
            "..",
            "/",
            "file/",
            "folder/",
            "folder/inner",
            "folder/..",
            "../x",
            "/etc",
            "out/etc",
            "a\0b",
            "link/x",
        ];
        for path in paths {
            let [ours, theirs] = asked(store.data_mut(), folder.path(), path);
            assert_eq!(ours, theirs, "{path:?}");
        }
    }

    #[test]
    fn it_takes_the_place_of_the_call_that_servers_import() {
        let engine = engine::engine(engine::Allocation::OnDemand).expect("an engine");
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async::<Guest>(&mut linker).expect("linked");
        let twice = define(&mut linker).expect_err("it is there under the same name");
        assert!(format!("{twice:#}").contains("stat-at"), "{twice:#}");
        crate::guest::imports::instead(&mut linker, define).expect("replaced");
    }
}
