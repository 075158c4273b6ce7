//! WASI 0.2's file calls, made directly: one host call an operation, and the host confines each to the directory that was granted.

use std::cell::OnceCell;

use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, OpenFlags, PathFlags,
};

use super::{Kind, Stat, normalise, within};
use crate::failure::Fault;

thread_local! {
    /// The granted directories, asked for once in the life of the instance.
    static GRANTS: OnceCell<Vec<(Descriptor, Vec<u8>)>> = const { OnceCell::new() };
}

/// A file that is open for reading.
pub struct File {
    descriptor: Descriptor,
    size: u64,
}

impl File {
    /// Opens a regular file.
    pub fn open(path: &[u8]) -> Result<File, Fault> {
        // Looked at first: opening a pipe waits for whoever writes to it, and so would the host.
        let stat = stat(path)?;
        match stat.kind {
            Kind::File => {}
            Kind::Directory => return Err(Fault::IsDirectory),
            Kind::Link => return Err(Fault::Loop),
            Kind::Other => return Err(Fault::Io),
        }
        Ok(File {
            descriptor: open(path, OpenFlags::empty(), DescriptorFlags::READ)?,
            size: stat.size,
        })
    }

    /// Bytes it had when it was opened.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Up to `length` bytes from `offset`; fewer only where the file ends.
    pub fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, Fault> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let (mut bytes, mut ended) = self.descriptor.read(length as u64, offset).map_err(fault)?;
        if bytes.len() < length && !ended {
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

/// A directory whose entries are looked at one after another: the host need not find its way there each time.
pub struct Folder(Descriptor);

impl Folder {
    /// Opens the directory at `path`.
    pub fn open(path: &[u8]) -> Result<Folder, Fault> {
        open(path, OpenFlags::DIRECTORY, DescriptorFlags::READ).map(Folder)
    }

    /// What the entry `name` is, a link not followed.
    pub fn stat(&self, name: &[u8]) -> Result<Stat, Fault> {
        let name = std::str::from_utf8(name).map_err(|_| Fault::BadName)?;
        let stat = self.0.stat_at(PathFlags::empty(), name).map_err(fault)?;
        Ok(known(&stat))
    }

    /// Its entries, by the bytes of their names.
    pub fn entries(&self) -> Result<Vec<(Vec<u8>, Kind)>, Fault> {
        let stream = self.0.read_directory().map_err(fault)?;
        let mut entries = Vec::new();
        loop {
            match stream.read_directory_entry() {
                Ok(Some(entry)) => entries.push((entry.name.into_bytes(), kind(entry.type_))),
                Ok(None) => break,
                // a name that is not text cannot cross the boundary: the entry is left out
                Err(ErrorCode::IllegalByteSequence) => {}
                Err(error) => return Err(fault(error)),
            }
        }
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(entries)
    }
}

/// What stands at `path` itself, a link not followed.
pub fn stat(path: &[u8]) -> Result<Stat, Fault> {
    let stat = at(path, |granted, rest| {
        granted.stat_at(PathFlags::empty(), rest)
    })?;
    Ok(known(&stat))
}

fn known(stat: &DescriptorStat) -> Stat {
    let modified = stat.data_modification_timestamp.map_or((0, 0), |time| {
        (i64::try_from(time.seconds).unwrap_or(0), time.nanoseconds)
    });
    Stat {
        kind: kind(stat.type_),
        size: stat.size,
        modified,
        executable: None,
        more: None,
    }
}

/// The entries of a directory, by the bytes of their names.
pub fn entries(path: &[u8]) -> Result<Vec<(Vec<u8>, Kind)>, Fault> {
    Folder::open(path)?.entries()
}

/// Where the link at `path` points. The host does not tell absolute targets.
pub fn read_link(path: &[u8]) -> Result<Vec<u8>, Fault> {
    at(path, |granted, rest| granted.readlink_at(rest)).map(String::into_bytes)
}

/// The path itself: a guest cannot ask where it really lies, and the host confines it anyway.
pub fn real(path: &[u8]) -> Result<Vec<u8>, Fault> {
    let path = normalise(path);
    stat(&path)?;
    Ok(path)
}

/// Makes a file that must not exist yet. WASI has no mode, so it cannot be made executable.
pub fn create_new(path: &[u8], bytes: &[u8], _executable: bool) -> Result<(), Fault> {
    let flags = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    let descriptor = open(path, flags, DescriptorFlags::WRITE)?;
    let write = || -> Result<(), Fault> {
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
        Ok(())
    };
    write().inspect_err(|_| {
        // half a file is worse than none; that it cannot be removed would be said by the next attempt
        let _ = remove_file(path);
    })
}

/// WASI has no mode: nothing happens.
pub fn set_executable(_path: &[u8], _executable: bool) -> Result<(), Fault> {
    Ok(())
}

/// Moves `from` to `to` and replaces what is there.
pub fn rename(from: &[u8], to: &[u8]) -> Result<(), Fault> {
    with_grants(|grants| {
        let (source, from) = find(grants, from)?;
        let (target, to) = find(grants, to)?;
        source.rename_at(from, target, to).map_err(fault)
    })
}

/// Removes a file or a link.
pub fn remove_file(path: &[u8]) -> Result<(), Fault> {
    at(path, |granted, rest| granted.unlink_file_at(rest))
}

/// Removes an empty directory.
pub fn remove_directory(path: &[u8]) -> Result<(), Fault> {
    at(path, |granted, rest| granted.remove_directory_at(rest))
}

/// Makes one directory.
pub fn create_directory(path: &[u8]) -> Result<(), Fault> {
    at(path, |granted, rest| granted.create_directory_at(rest))
}

/// Makes a link at `path` that holds `target`.
pub fn symlink(target: &[u8], path: &[u8]) -> Result<(), Fault> {
    let target = std::str::from_utf8(target).map_err(|_| Fault::BadName)?;
    at(path, |granted, rest| granted.symlink_at(target, rest))
}

fn open(path: &[u8], open: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor, Fault> {
    at(path, |granted, rest| {
        granted.open_at(PathFlags::empty(), rest, open, flags)
    })
}

/// Does `operation` relative to the innermost granted directory that holds `path`.
fn at<T>(
    path: &[u8],
    operation: impl FnOnce(&Descriptor, &str) -> Result<T, ErrorCode>,
) -> Result<T, Fault> {
    with_grants(|grants| {
        let (granted, rest) = find(grants, path)?;
        operation(granted, rest).map_err(fault)
    })
}

fn find<'a, 'p>(
    grants: &'a [(Descriptor, Vec<u8>)],
    path: &'p [u8],
) -> Result<(&'a Descriptor, &'p str), Fault> {
    let (granted, directory) = grants
        .iter()
        .filter(|(_, directory)| within(path, directory))
        .max_by_key(|(_, directory)| directory.len())
        .ok_or(Fault::Missing)?;
    let rest = path.get(directory.len()..).unwrap_or_default();
    let rest = std::str::from_utf8(rest).map_err(|_| Fault::BadName)?;
    let rest = rest.trim_start_matches('/');
    Ok((granted, if rest.is_empty() { "." } else { rest }))
}

fn with_grants<T>(use_them: impl FnOnce(&[(Descriptor, Vec<u8>)]) -> T) -> T {
    GRANTS.with(|grants| {
        use_them(grants.get_or_init(|| {
            get_directories()
                .into_iter()
                .map(|(descriptor, path)| (descriptor, normalise(path.as_bytes())))
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
        ErrorCode::Access | ErrorCode::NotPermitted => Fault::Denied,
        ErrorCode::Loop => Fault::Loop,
        ErrorCode::NotEmpty => Fault::NotEmpty,
        ErrorCode::ReadOnly => Fault::ReadOnly,
        ErrorCode::InsufficientSpace | ErrorCode::Quota => Fault::Full,
        ErrorCode::IllegalByteSequence => Fault::BadName,
        ErrorCode::FileTooLarge => Fault::TooLarge,
        _ => Fault::Io,
    }
}
