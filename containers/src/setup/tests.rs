//! Setups of imitated machines: nothing of the real one is installed or started.

use std::os::unix::fs::PermissionsExt as _;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::*;
use crate::imitation::Imitation;

/// A machine whose commands are these scripts, in a folder of its own.
struct Machine {
    folder: tempfile::TempDir,
    host: Host,
}

fn machine(scripts: &[(&str, &str)]) -> Machine {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    for name in ["bin", "run"] {
        fs::create_dir(path(name)).expect("a folder");
    }
    let spaced = format!("root={}; PATH=/usr/bin:/bin", folder.path().display());
    for (name, script) in scripts {
        write(
            &path("bin").join(name),
            &format!("#!/bin/sh\n{spaced}\n{script}\n"),
        );
    }
    write(&path("bin/setsid"), "#!/bin/sh\nexec \"$@\"\n");
    Machine {
        host: Host {
            commands: Commands::on(&[&path("bin")]),
            address: Address::Unix(path("run/docker.sock")),
            named: false,
            root: true,
            managed: false,
            asked: 100,
        },
        folder,
    }
}

fn write(file: &Path, script: &str) {
    fs::write(file, script).expect("a script");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("chmod");
}

impl Machine {
    fn ensure(&self) -> (Result<Engine, Missing>, Vec<String>) {
        let mut said = Vec::new();
        let room = self.folder.path().join("cache/docker");
        let ended = self
            .host
            .ensure(&room, &mut |line| said.push(line.to_owned()));
        (ended, said)
    }

    /// Answers from the moment on at which the script of `dockerd` says that it is up.
    fn answers_once_up(&self) {
        let root = self.folder.path().to_owned();
        let up = root.join("up");
        let (kind, mode) = (FileType::Fifo, Mode::RWXU);
        mknodat(CWD, &up, kind, mode, 0).expect("a pipe");
        std::thread::spawn(move || {
            // Opening a pipe waits for whoever writes to it.
            fs::read(up).expect("the script writes");
            Imitation::old().listen(&root.join("run"));
        });
    }
}

const APT: &str = "echo \"$@\" >> $root/asked\ncase \"$*\" in *install*) cp $root/bin/made $root/bin/dockerd;; esac";
const DAEMON: &str = "echo \"$@\" > $root/told\necho > $root/up\nexec sleep 2";

#[test]
fn an_engine_that_answers_is_left_alone() {
    let machine = machine(&[]);
    Imitation::old().listen(&machine.folder.path().join("run"));
    let (engine, said) = machine.ensure();
    assert_eq!(
        engine.expect("the engine").description().version,
        "20.10.24"
    );
    assert_eq!(said, [""; 0]);
}

#[test]
fn an_engine_is_installed_and_started_and_what_undoes_it_is_said() {
    let machine = machine(&[("apt-get", APT), ("made", DAEMON)]);
    machine.answers_once_up();
    let (engine, said) = machine.ensure();
    engine.expect("an engine");
    let read = |name: &str| fs::read_to_string(machine.folder.path().join(name)).expect(name);
    let asked = read("asked");
    assert!(
        asked.contains("update") && asked.contains("install -y"),
        "{asked}"
    );
    assert!(asked.contains("docker.io iptables"), "{asked}");
    let told = read("told");
    for part in ["--data-root", "cache/docker/data", "--host unix://"] {
        assert!(told.contains(part), "{told}");
    }
    let said = said.join("\n");
    assert!(
        said.contains("Undo: apt-get purge --autoremove docker.io iptables"),
        "{said}"
    );
    assert!(
        said.contains("Undo: kill ") && said.contains("; then rm -r "),
        "{said}"
    );
}

#[test]
fn only_what_is_missing_is_installed() {
    let query = "case \"$*\" in *iptables*) echo install ok installed;; *) exit 1;; esac";
    let machine = machine(&[("apt-get", APT), ("dpkg-query", query), ("made", DAEMON)]);
    machine.answers_once_up();
    let (engine, said) = machine.ensure();
    engine.expect("an engine");
    assert!(
        said[1].ends_with("purge --autoremove docker.io"),
        "{said:?}"
    );
}

#[test]
fn a_manager_starts_its_service() {
    let machine = machine(&[("dockerd", "exit 1"), ("systemctl", "echo > $root/up")]);
    machine.answers_once_up();
    let host = Host {
        managed: true,
        commands: machine.host.commands.clone(),
        address: machine.host.address.clone(),
        ..machine.host
    };
    let machine = Machine { host, ..machine };
    let (engine, said) = machine.ensure();
    engine.expect("an engine");
    assert_eq!(
        said,
        ["started the service docker. Undo: systemctl stop docker"]
    );
}

#[test]
fn a_daemon_that_ends_at_once_is_quoted_and_not_waited_for() {
    let machine = machine(&[("dockerd", "echo 'no cgroup mount found' >&2; exit 7")]);
    let (ended, said) = machine.ensure();
    let missing = ended.expect_err("no engine");
    assert!(missing.why.contains("no cgroup mount found"), "{missing}");
    assert!(missing.remedy.contains("dockerd.log"), "{missing}");
    assert_eq!(said, [""; 0]);
}

#[test]
fn what_stands_in_the_way_is_said_and_nothing_is_touched() {
    let refused = |change: &dyn Fn(&mut Host)| {
        let mut machine = machine(&[("apt-get", APT), ("made", DAEMON)]);
        change(&mut machine.host);
        let (ended, said) = machine.ensure();
        assert_eq!(said, [""; 0]);
        assert!(!machine.folder.path().join("asked").exists());
        ended.expect_err("no engine").remedy
    };
    assert!(refused(&|host| host.root = false).contains("as root"));
    assert!(refused(&|host| host.named = true).contains("DOCKER_HOST"));
    assert!(refused(&|host| host.commands = Commands::on(&[])).contains("your distribution's"));
}

#[test]
fn a_stuck_daemon_gets_no_second_one_beside_it() {
    let machine = machine(&[("apt-get", APT), ("made", DAEMON)]);
    let stuck = Imitation {
        status: 500,
        ..Imitation::old()
    };
    stuck.listen(&machine.folder.path().join("run"));
    let missing = machine.ensure().0.expect_err("no engine");
    assert!(missing.remedy.contains("restart it"), "{missing}");
    assert!(!machine.folder.path().join("asked").exists());
}

#[test]
fn a_failing_installer_is_quoted() {
    let machine = machine(&[("apt-get", "echo 'E: no space left' >&2; exit 100")]);
    let missing = machine.ensure().0.expect_err("no engine");
    assert!(missing.why.contains("E: no space left"), "{missing}");
    assert!(missing.remedy.contains("apt-get update"), "{missing}");
}

/// Lists two packages more once the installer was asked for the engine.
const QUERY: &str = "case \"$*\" in *Abbrev*) echo 'ii base'; if grep -q install $root/asked 2>/dev/null; then echo 'ii docker.io'; echo 'ii runc'; echo 'rc gone'; fi;; esac";
/// Notes its process as a daemon does, and stays.
const STAYS: &str = "echo $$ > \"$6\"\necho > $root/up\nwhile :; do sleep 0.05; done";

#[test]
fn what_was_set_up_is_noted_and_undone_and_nothing_else_is() {
    let machine = machine(&[("apt-get", APT), ("made", STAYS), ("dpkg-query", QUERY)]);
    machine.answers_once_up();
    machine.ensure().0.expect("an engine");
    let room = machine.folder.path().join("cache/docker");
    let undo = |root| undo::Undo::in_room(&room, machine.host.commands.clone(), root);
    let told = undo(true).told();
    assert!(told[0].starts_with("stop dockerd (process "), "{told:?}");
    assert_eq!(
        told[1..],
        ["purge the packages that --setup installed: docker.io runc"]
    );
    let mut said = Vec::new();
    let refused = undo(false).run(&mut |line| said.push(line.to_owned()));
    assert!(refused.expect_err("not root").remedy.contains("as root"));
    // The daemon is this user's, and is stopped all the same.
    assert_eq!(undo(true).told().len(), 1, "{said:?}");
    undo(true)
        .run(&mut |line| said.push(line.to_owned()))
        .expect("undone");
    assert_eq!(said[1..], ["purged docker.io runc"]);
    let asked = fs::read_to_string(machine.folder.path().join("asked")).expect("apt was asked");
    assert!(asked.ends_with("-qq -y purge docker.io runc\n"), "{asked}");
    assert_eq!(undo(true).told(), [""; 0]);
}

#[test]
fn a_process_that_took_a_dead_daemons_number_is_left_alone() {
    let machine = machine(&[]);
    let room = machine.folder.path().join("cache/docker");
    fs::create_dir_all(&room).expect("a folder");
    fs::write(room.join("dockerd.pid"), std::process::id().to_string()).expect("written");
    let undo = undo::Undo::in_room(&room, machine.host.commands.clone(), true);
    assert_eq!(undo.told(), [""; 0]);
    undo.run(&mut |line| panic!("{line}"))
        .expect("nothing to do");
    let note = r#"{"packages": ["-o=x", "docker.io", "base-", "A b"], "service": false}"#;
    fs::write(room.join("setup.json"), note).expect("written");
    let undo = undo::Undo::in_room(&room, machine.host.commands.clone(), true);
    assert_eq!(
        undo.told(),
        ["purge the packages that --setup installed: docker.io"]
    );
    fs::write(room.join("setup.json"), "{").expect("written");
    for hostile in ["-1", "1", "0", "x", ""] {
        fs::write(room.join("dockerd.pid"), hostile).expect("written");
        let undo = undo::Undo::in_room(&room, machine.host.commands.clone(), true);
        assert_eq!(undo.told(), [""; 0], "{hostile}");
    }
}
