//! WASI 0.2's file calls, made directly: one host call an operation, and the host confines each to the directory that was granted.

use std::cell::OnceCell;

use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorType, ErrorCode, OpenFlags, PathFlags,
};
use wasip2::random::random::get_random_u64;

use super::{Entry, Kind, Stat};
use crate::failure::Fault;
use crate::lexical;

thread_local! {
    /// The granted directories, asked for once in the life of the instance.
    static GRANTS: OnceCell<Vec<(Descriptor, String)>> = const { OnceCell::new() };
}

/// A file that is open for reading.
pub struct File {
    descriptor: Descriptor,
    size: u64,
}

impl File {
    /// Opens a regular file.
    pub fn open(path: &str) -> Result<File, Fault> {
        // Looked at first: opening a pipe waits for whoever writes to it, and so would the host.
        let stat = at(path, |granted, rest| {
            granted.stat_at(PathFlags::SYMLINK_FOLLOW, rest)
        })?;
        match stat.type_ {
            DescriptorType::RegularFile | DescriptorType::Directory => Ok(File {
                descriptor: open(path, OpenFlags::empty(), DescriptorFlags::READ)?,
                size: stat.size,
            }),
            _ => Err(Fault::Invalid),
        }
    }

    /// Bytes it had when it was opened.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Up to `length` bytes from `offset`; fewer only where the file ends.
    pub fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, Fault> {
        let (mut bytes, mut ended) = self.descriptor.read(length as u64, offset).map_err(fault)?;
        if bytes.len() < length {
            // the host hands over so much at a time; the rest is fetched into one allocation
            bytes.reserve_exact(length - bytes.len());
        }
        while !ended && bytes.len() < length {
            let rest = (length - bytes.len()) as u64;
            let (more, end) = self
                .descriptor
                .read(rest, offset + bytes.len() as u64)
                .map_err(fault)?;
            ended = end || more.is_empty();
            bytes.extend_from_slice(&more);
        }
        Ok(bytes)
    }
}

/// What stands at `path` itself, a link not followed.
pub fn look(path: &str) -> Result<Kind, Fault> {
    let stat = at(path, |granted, rest| {
        granted.stat_at(PathFlags::empty(), rest)
    })?;
    Ok(kind(stat.type_))
}

/// What is known about `path`.
pub fn stat(path: &str) -> Result<Stat, Fault> {
    let stat = at(path, |granted, rest| {
        granted.stat_at(PathFlags::SYMLINK_FOLLOW, rest)
    })?;
    let seconds = |time: Option<wasip2::clocks::wall_clock::Datetime>| {
        time.and_then(|time| i64::try_from(time.seconds).ok())
    };
    Ok(Stat {
        kind: kind(stat.type_),
        size: stat.size,
        // our host puts the time of making here, and so the word `created` is true of it
        created: seconds(stat.status_change_timestamp),
        modified: seconds(stat.data_modification_timestamp),
        accessed: seconds(stat.data_access_timestamp),
        mode: None,
    })
}

/// A directory that is open.
pub struct Directory(Descriptor);

impl Directory {
    /// Opens a directory.
    pub fn open(path: &str) -> Result<Directory, Fault> {
        open(path, OpenFlags::DIRECTORY, DescriptorFlags::READ).map(Directory)
    }

    /// Opens a directory in this one; a link is refused.
    pub fn below(&self, name: &str) -> Result<Directory, Fault> {
        self.0
            .open_at(
                PathFlags::empty(),
                name,
                OpenFlags::DIRECTORY,
                DescriptorFlags::READ,
            )
            .map(Directory)
            .map_err(fault)
    }

    /// The size of an entry, a link not followed.
    pub fn size(&self, name: &str) -> Result<u64, Fault> {
        Ok(self
            .0
            .stat_at(PathFlags::empty(), name)
            .map_err(fault)?
            .size)
    }

    /// The entries, by the bytes of their names.
    pub fn entries(&self) -> Result<Vec<Entry>, Fault> {
        let stream = self.0.read_directory().map_err(fault)?;
        let mut entries = Vec::new();
        loop {
            match stream.read_directory_entry() {
                Ok(Some(entry)) => {
                    entries.push(Entry {
                        name: entry.name,
                        kind: kind(entry.type_),
                    });
                }
                Ok(None) => break,
                // a name that is not text cannot cross the boundary: the entry is left out
                Err(ErrorCode::IllegalByteSequence) => {}
                Err(error) => return Err(fault(error)),
            }
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }
}

/// Whether the host keeps every link below `path` inside `directories`: it does where what it granted lies in one of them.
pub fn confines(path: &str, directories: &[String]) -> bool {
    with_grants(|grants| {
        let granted = grants
            .iter()
            .filter(|(_, granted)| lexical::within(path, granted))
            .max_by_key(|(_, granted)| granted.len());
        granted.is_some_and(|(_, granted)| {
            directories
                .iter()
                .any(|directory| lexical::within(granted, directory))
        })
    })
}

/// Where the link at `path` points. The host does not tell absolute targets.
pub fn read_link(path: &str) -> Result<String, Fault> {
    at(path, |granted, rest| granted.readlink_at(rest))
}

/// A guest cannot ask for this: it would see what lies outside.
pub fn real(_path: &str) -> Option<Result<String, Fault>> {
    None
}

/// The directories that the host granted.
pub fn granted() -> Vec<String> {
    with_grants(|grants| {
        grants
            .iter()
            .map(|(_, path)| lexical::normalise(path))
            .collect()
    })
}

/// Makes one directory.
pub fn create_directory(path: &str) -> Result<(), Fault> {
    at(path, |granted, rest| granted.create_directory_at(rest))
}

/// Moves `from` to `to`, which must not exist.
pub fn rename(from: &str, to: &str) -> Result<(), Fault> {
    with_grants(|grants| {
        let (source, from) = find(grants, from)?;
        let (target, to) = find(grants, to)?;
        source.rename_at(from, target, to).map_err(fault)
    })
}

/// Puts `bytes` at `path` in one step: readers see the old content or the new, never a part.
pub fn replace(path: &str, bytes: &[u8]) -> Result<(), Fault> {
    match look(path) {
        Ok(Kind::Directory) => return Err(Fault::IsDirectory),
        // a link is resolved and not replaced
        Ok(Kind::Link) => return Err(Fault::Loop),
        _ => {}
    }
    let temporary = format!("{path}.{:016x}.tmp", get_random_u64());
    let finish = || -> Result<(), Fault> {
        let flags = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let descriptor = open(&temporary, flags, DescriptorFlags::WRITE)?;
        let mut written = 0;
        while written < bytes.len() {
            let count = descriptor
                .write(&bytes[written..], written as u64)
                .map_err(fault)?;
            if count == 0 {
                return Err(Fault::Full);
            }
            written += usize::try_from(count).unwrap_or(bytes.len());
        }
        drop(descriptor);
        rename(&temporary, path)
    };
    finish().inspect_err(|_| {
        // the write has failed already; a temporary that cannot be removed changes nothing of that
        let _ = at(&temporary, |granted, rest| granted.unlink_file_at(rest));
    })
}

fn open(path: &str, open: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor, Fault> {
    at(path, |granted, rest| {
        granted.open_at(PathFlags::SYMLINK_FOLLOW, rest, open, flags)
    })
}

/// Does `operation` relative to the innermost granted directory that holds `path`.
fn at<T>(
    path: &str,
    operation: impl FnOnce(&Descriptor, &str) -> Result<T, ErrorCode>,
) -> Result<T, Fault> {
    with_grants(|grants| {
        let (granted, rest) = find(grants, path)?;
        operation(granted, rest).map_err(fault)
    })
}

fn find<'a, 'p>(
    grants: &'a [(Descriptor, String)],
    path: &'p str,
) -> Result<(&'a Descriptor, &'p str), Fault> {
    let (granted, directory) = grants
        .iter()
        .filter(|(_, directory)| lexical::within(path, directory))
        .max_by_key(|(_, directory)| directory.len())
        .ok_or(Fault::NotPermitted)?;
    let rest = path[directory.len()..].trim_start_matches('/');
    Ok((granted, if rest.is_empty() { "." } else { rest }))
}

fn with_grants<T>(use_them: impl FnOnce(&[(Descriptor, String)]) -> T) -> T {
    GRANTS.with(|grants| {
        use_them(grants.get_or_init(|| {
            get_directories()
                .into_iter()
                .map(|(descriptor, path)| (descriptor, lexical::normalise(&path)))
                .collect()
        }))
    })
}

fn kind(of: DescriptorType) -> Kind {
    match of {
        DescriptorType::RegularFile => Kind::File,
        DescriptorType::Directory => Kind::Directory,
        DescriptorType::SymbolicLink => Kind::Link,
        _ => Kind::Other,
    }
}

fn fault(code: ErrorCode) -> Fault {
    match code {
        ErrorCode::NoEntry => Fault::Missing,
        ErrorCode::NotDirectory => Fault::NotDirectory,
        ErrorCode::IsDirectory => Fault::IsDirectory,
        ErrorCode::Exist => Fault::Exists,
        ErrorCode::Access => Fault::Denied,
        ErrorCode::NotPermitted => Fault::NotPermitted,
        ErrorCode::Loop => Fault::Loop,
        ErrorCode::NameTooLong => Fault::NameTooLong,
        ErrorCode::NotEmpty => Fault::NotEmpty,
        ErrorCode::Invalid => Fault::Invalid,
        ErrorCode::ReadOnly => Fault::ReadOnly,
        ErrorCode::InsufficientSpace | ErrorCode::Quota => Fault::Full,
        ErrorCode::CrossDevice => Fault::CrossDevice,
        ErrorCode::IllegalByteSequence => Fault::BadName,
        // what `read` says of a directory
        ErrorCode::BadDescriptor => Fault::IsDirectory,
        _ => Fault::Io,
    }
}
