//! One measuring run at a time on a machine: a second one would measure the first.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use record::Timestamp;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use super::tree::Stat;
use crate::exit::Told;

/// The longest that a holder's own words may be; the file may be anybody's.
const LONGEST: u64 = 4096;

/// The right to measure on this machine, until it is dropped or the process ends in whatever way.
///
/// The kernel holds the lock for the open file (flock(2)), so a file that a dead process left behind hinders nobody, and what stands in it is
/// only there to be told. It is not passed on to the worker and the subjects.
#[derive(Debug)]
pub struct Lock {
    files: Vec<File>,
}

/// What a holder says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    /// When the process began, as the kernel counts: numbers of processes are given again.
    born: Option<u64>,
    command: String,
    since: Timestamp,
}

impl Lock {
    /// Takes the right to measure: among all users of the machine by a file in the folder for temporary files, and among all
    /// runs of this user, also those that have another such folder, by one in the cache. Either alone will do where the other cannot be made.
    ///
    /// # Errors
    /// When another process measures, naming it; when neither file can be made.
    pub fn take(cache: &Path, command: &str, now: Timestamp) -> Result<Lock, Told> {
        let machine = std::env::temp_dir().join("wasmmcp-bench-measuring.lock");
        Lock::take_in(&[machine, cache.join("measuring.lock")], command, now)
    }

    fn take_in(places: &[PathBuf], command: &str, now: Timestamp) -> Result<Lock, Told> {
        let mut lock = Lock { files: Vec::new() };
        let mut refused = Vec::new();
        for place in places {
            let mut file = match open(place) {
                Ok(file) => file,
                Err(error) => {
                    refused.push(format!("{}: {error}", place.display()));
                    continue;
                }
            };
            match file.try_lock() {
                Ok(()) => lock.files.push(file),
                Err(TryLockError::WouldBlock) => return Err(held(&mut file, place)),
                Err(TryLockError::Error(error)) => {
                    refused.push(format!("{}: {error}", place.display()));
                }
            }
        }
        if lock.files.is_empty() {
            return Err(Told::lacking(format!(
                "two runs could measure at once, because no lock can be made ({}); make one of these folders writable, or set TMPDIR to one that is",
                refused.join("; ")
            )));
        }
        let pid = std::process::id();
        let holder = Holder {
            pid,
            born: born(pid),
            command: command.to_owned(),
            since: now,
        };
        for file in &mut lock.files {
            // Another user's file may be read-only for us: who holds the lock is a courtesy, the lock is not.
            let _unsaid = say(file, &holder);
        }
        Ok(lock)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        for file in &self.files {
            let _unsaid = file.set_len(0);
            // Not left to closing: a process that was just started has a copy until it becomes another program.
            let _gone = file.unlock();
        }
    }
}

/// Opens the file of a lock, making it if need be. It may lie in a folder where everybody writes.
fn open(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    // A link would make us write to another file, and a pipe would make us wait.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    options
        .read(true)
        .custom_flags(i32::try_from(flags).expect("the flags are an int in open(2)"));
    let mut writing = options.clone();
    writing.write(true);
    let mut opened = writing.open(path);
    if opened
        .as_ref()
        .is_err_and(|error| error.kind() == ErrorKind::NotFound)
    {
        opened = writing.clone().create_new(true).open(path).inspect(|file| {
            // For all users, past the mask; where that is refused theirs is a lock that they can read.
            let _kept = file.set_permissions(Permissions::from_mode(0o666));
        });
    }
    // Another user's, or one that was made in this moment: a lock can be taken on what can be read.
    let file = opened.or_else(|_| options.open(path))?;
    let about = file.metadata()?;
    if !about.is_file() || about.nlink() > 1 {
        return Err(std::io::Error::other("this is no plain file; remove it"));
    }
    Ok(file)
}

fn say(file: &mut File, holder: &Holder) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&serde_json::to_vec(holder)?)
}

/// The message to whoever came second.
fn held(file: &mut File, place: &Path) -> Told {
    let mut text = Vec::new();
    let read = file.take(LONGEST).read_to_end(&mut text);
    let holder = read
        .ok()
        .and_then(|_| serde_json::from_slice::<Holder>(&text).ok())
        // What a dead process left is not of the one that holds it now, which has yet to write its name or may not.
        .filter(|holder| holder.born.is_some() && born(holder.pid) == holder.born);
    Told::lacking(match holder {
        Some(Holder {
            pid,
            command,
            since,
            ..
        }) => format!(
            "process {pid} (`{}`) has been measuring on this machine since {since}, and two runs would measure each other; wait until it ends, or end it: kill {pid}",
            plain(&command)
        ),
        None => format!(
            "another process is measuring on this machine, and two runs would measure each other; wait until it ends, or see who it is: fuser -v {}",
            place.display()
        ),
    })
}

/// When a process began; none where there is none.
fn born(pid: u32) -> Option<u64> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    Some(Stat::parse(&String::from_utf8_lossy(&stat))?.born)
}

/// Somebody else's words, without what a terminal would obey.
fn plain(words: &str) -> String {
    const SHOWN: usize = 200;
    let visible = |letter: char| if letter.is_control() { '?' } else { letter };
    words.chars().take(SHOWN).map(visible).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::process::{Launch, Process};

    const NOW: Timestamp = Timestamp(1_795_261_200);

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn refusal(places: &[PathBuf]) -> String {
        let told = Lock::take_in(places, "harness table3", NOW).expect_err("held");
        assert_eq!(told.exit, Exit::Lacking);
        told.message
    }

    #[test]
    fn the_second_is_told_who_is_first() {
        let folder = folder();
        let machine = folder.path().join("machine.lock");
        let cache = |name: &str| folder.path().join(name).join("measuring.lock");
        let places = [machine.clone(), cache("one")];
        let first = Lock::take_in(&places, "harness table3 --quick\u{1b}[2J", NOW).expect("free");
        let pid = std::process::id();
        let expect = format!(
            "process {pid} (`harness table3 --quick?[2J`) has been measuring on this machine since {NOW}, and two runs would measure each other; wait until it ends, or end it: kill {pid}"
        );
        assert_eq!(refusal(&places), expect);
        // Another user has another cache, and a user may have two folders for temporary files.
        assert_eq!(refusal(&[machine.clone(), cache("two")]), expect);
        assert_eq!(
            refusal(&[folder.path().join("other.lock"), cache("one")]),
            expect
        );
        drop(first);
        let again = Lock::take_in(&places, "harness table3", NOW);
        assert_eq!(again.expect("free again").files.len(), 2);
    }

    #[test]
    fn what_the_dead_left_behind_is_no_obstacle() {
        let folder = folder();
        let place = [folder.path().join("measuring.lock")];
        let dead = Holder {
            pid: std::process::id(),
            born: Some(1),
            command: "harness table3".to_owned(),
            since: NOW,
        };
        let left = serde_json::to_vec(&dead).expect("written");
        for text in [&left[..], b"{", &[0xff; 9_000]] {
            fs::write(&place[0], text).expect("written");
            let held = Lock::take_in(&place, "harness table3", NOW).expect("free");
            // The holder has not yet said its name, and is not named by what was there.
            fs::write(&place[0], text).expect("written");
            let message = refusal(&place);
            assert!(
                message.starts_with("another process is measuring"),
                "{message}"
            );
            drop(held);
        }
    }

    #[test]
    fn a_process_that_was_started_meanwhile_does_not_keep_it() {
        let folder = folder();
        let place = [folder.path().join("measuring.lock")];
        let held = Lock::take_in(&place, "harness table3", NOW).expect("free");
        let child = Process::start(&Launch {
            program: "/bin/cat".into(),
            arguments: Vec::new(),
            environment: Vec::new(),
        })
        .expect("cat");
        let inherited = fs::read_dir(format!("/proc/{}/fd", child.id()))
            .into_iter()
            .flatten()
            .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
            .any(|file| file == place[0]);
        assert!(!inherited, "the child has the lock's file open");
        drop(held);
        assert!(Lock::take_in(&place, "harness table3", NOW).is_ok());
    }

    #[test]
    fn a_killed_holder_frees_it() {
        let folder = folder();
        let place = [folder.path().join("measuring.lock")];
        drop(Lock::take_in(&place, "harness table3", NOW).expect("free"));
        let clock = crate::clock::Monotonic::new();
        let mut holder = Process::start(&Launch {
            program: "/bin/sh".into(),
            arguments: vec![
                "-c".into(),
                "read x; exec 9<\"$1\"; flock 9 && echo held; exec cat >/dev/null".into(),
                "sh".into(),
                place[0].clone().into(),
            ],
            environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
        })
        .expect("a shell");
        let long = std::time::Duration::from_secs(60);
        let Ok(_held) = holder.exchange(b"go\n", long, &clock, |line| line == b"held") else {
            println!("skipped: this machine has no flock command");
            return;
        };
        assert!(refusal(&place).starts_with("another process is measuring"));
        // Dropping a process kills it and waits for its end.
        drop(holder);
        assert!(Lock::take_in(&place, "harness table3", NOW).is_ok());
    }

    #[test]
    fn one_place_is_enough_and_none_is_too_few() {
        let folder = folder();
        let good = folder.path().join("measuring.lock");
        let file = folder.path().join("file");
        fs::write(&file, b"kept").expect("written");
        let link = folder.path().join("link.lock");
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        let hard = folder.path().join("hard.lock");
        fs::hard_link(&file, &hard).expect("linked");
        let bad = [
            file.join("in-a-file.lock"),
            folder.path().to_owned(),
            link,
            hard,
        ];
        for place in &bad {
            let places = [place.clone(), good.clone()];
            let lock = Lock::take_in(&places, "harness table3", NOW).expect("the other is free");
            assert_eq!(lock.files.len(), 1, "{}", place.display());
        }
        let message = refusal(&bad);
        assert!(message.ends_with("set TMPDIR to one that is"), "{message}");
        assert_eq!(fs::read(&file).expect("read"), b"kept");
    }

    #[test]
    fn another_users_file_is_locked_though_it_cannot_be_written() {
        let folder = folder();
        let place = [folder.path().join("measuring.lock")];
        fs::write(&place[0], b"").expect("written");
        fs::set_permissions(&place[0], Permissions::from_mode(0o444)).expect("set");
        let held = Lock::take_in(&place, "harness table3", NOW).expect("free");
        // Root may write it all the same, and then is named.
        assert!(refusal(&place).contains("measuring on this machine"));
        drop(held);
    }

    #[test]
    fn everybody_may_name_themselves_in_it() {
        let folder = folder();
        let place = [folder.path().join("measuring.lock")];
        drop(Lock::take_in(&place, "harness table3", NOW).expect("free"));
        let about = fs::metadata(&place[0]).expect("there");
        assert_eq!((about.mode() & 0o777, about.len()), (0o666, 0));
    }
}
