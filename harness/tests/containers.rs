//! Where there is an engine: images of real servers give the right answer to every call, with what they are granted, are measured, and
//! leave nothing, however a run ends.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use container::{Engine, Hold, Reach, Settings};
use harness::backend::{Backend, Worker};
use harness::clock::{Clock, Monotonic};
use harness::docker::{Docker, Door};
use harness::input::Places;
use harness::launch::{self, Code, Made, Web};
use harness::ledger::{self, Ground, Row, Verdict, processors};
use harness::listening::Listening;
use harness::peer::Subject;
use harness::plan::{Kind, Planned, Setting};
use harness::server::{Access, Directory, Server, read_with_twins};
use harness::standin::{Standins, Up};
use harness::subject::{Built, CONTAINERS};
use harness::{place, subject, verify};
use record::{Metric, Nanos, Outcome, Packaging, PageCache, StartClass, Transport, Trial};
use rustix::process::{Pid, Signal, kill_process};

/// One that needs nothing, with its twins, one that reads and writes files, one whose files are copied for it, one that reaches a stand-in.
const SERVERS: [&str; 6] = [
    "noop",
    "noop_node",
    "noop_python",
    "filesystem",
    "git",
    "fetch",
];

/// How long a call may take here: an interpreter in a container on a busy machine needs longer than its server may, and what is tested is
/// whether an answer comes and is right, not when.
const PATIENCE: &str = "120 s";

/// A checkout with nothing but the descriptions of servers, each with that patience.
fn patient(place: &Path) -> PathBuf {
    let (root, patient) = (place::root().expect("the checkout"), place.join("patient"));
    let entries = std::fs::read_dir(root.join("servers")).expect("a room");
    for entry in entries {
        let from = entry.expect("it is there").path();
        let to = patient.join(from.strip_prefix(&root).expect("it is below"));
        let Ok(text) = std::fs::read_to_string(from.join("server.toml")) else {
            continue;
        };
        let lines = text
            .lines()
            .map(|line| match line.starts_with("timeout = ") {
                true => format!("timeout = \"{PATIENCE}\"\n"),
                false => format!("{line}\n"),
            });
        std::fs::create_dir_all(&to).expect("a folder");
        std::fs::write(to.join("server.toml"), lines.collect::<String>()).expect("written");
        // A description is held to the scripts that it names.
        if from.join("golden").is_dir() {
            symlink(from.join("golden"), to.join("golden")).expect("a link");
        }
    }
    patient
}

/// An engine on this host, or the reason to skip.
fn engine() -> Result<Engine, String> {
    let engine = container::for_tests()?;
    if engine.description().here {
        Ok(engine)
    } else {
        Err("the Docker engine is not on this host".to_owned())
    }
}

/// These servers in images of these kinds, made under a claim in a folder of its own: no other test's containers are counted.
fn built(names: &[&str], kinds: &[Packaging], claims: &Path) -> (Built, Vec<Server>, Docker) {
    let root = place::root().expect("the checkout");
    let cache = place::cache().expect("a cache");
    let mut servers = read_with_twins(&root).expect("every server.toml is acceptable");
    servers.retain(|server| names.contains(&server.name.as_str()));
    for server in &mut servers {
        server.limits.timeout = Some(PATIENCE.to_owned());
    }
    let mut said = |line: &str| println!("{line}");
    let mut built =
        subject::build(&root, &servers, false, &cache, &mut said).expect("everything builds");
    if kinds.contains(&Packaging::ContainerReference) {
        let store = original::for_tests().expect("a cache");
        built.references(&root, &servers, &store, &mut said);
    }
    let docker = Docker::find(claims, false, &mut said).expect("the engine");
    built.images(&root, &servers, kinds, Ok(docker.clone()), &mut said);
    for absent in &built.missing {
        println!("skipped: {absent}");
    }
    (built, servers, docker)
}

#[test]
fn every_call_is_right_in_a_container_and_none_is_left() {
    if let Err(why) = engine() {
        return println!("skipped: {why}");
    }
    let claims = tempfile::tempdir().expect("a temporary folder");
    let (built, servers, docker) = built(&SERVERS, &CONTAINERS, claims.path());
    let natives = built.subjects.iter();
    let natives = natives.filter(|made| made.packaging == Packaging::ContainerNative);
    let shipped = |server: &&Server| server.is_shipped_as(Packaging::Native);
    assert_eq!(natives.count(), servers.iter().filter(shipped).count());

    let cache = place::cache().expect("a cache");
    let data = dataset::ensure(&cache).expect("the data set");
    let clock = Monotonic::new();
    let up = Up::start(built.standin.as_deref(), &servers, &data, &clock).expect("stand-ins");
    for made in built.subjects.iter().filter(|made| made.image.is_some()) {
        let server = servers.iter().find(|server| server.name == made.server);
        let subject = Subject {
            made,
            server: server.expect("subjects are built from these"),
            programs: &built.programs,
            cache: &built.cache,
            generated: true,
            standins: &up.standins,
        };
        for transport in [Transport::Stdio, Transport::Http] {
            let name = format!("{} {} {transport}", made.server, made.packaging);
            let checked = match transport {
                Transport::Http if !verify::asked_over_http(made) => {
                    println!("skipped: {name}: {:?}", made.web);
                    continue;
                }
                Transport::Http => verify::http(&subject, &data, &clock),
                _ => verify::stdio(&subject, &data, &clock),
            };
            let checked = checked.expect("it can be asked");
            let wrong: Vec<_> = checked
                .iter()
                .filter(|checked| checked.verdict.is_err())
                .collect();
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
            assert!(checked.len() > 1, "{name}");
        }
    }
    let claims = claims.path().to_string_lossy().into_owned();
    let ours = docker.engine.ours().expect("a list");
    let left: Vec<_> = ours
        .iter()
        .filter(|(_, place)| place.contains(&claims))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let engine = docker.engine.clone();
    // The last of who would use it: the network goes with them.
    drop((built, docker));
    let networks = engine.networks().expect("a list");
    assert!(!networks.iter().any(|(_, place)| place.contains(&claims)));
}

#[test]
fn a_container_is_measured_by_phases_calls_memory_and_weight() {
    if let Err(why) = engine() {
        return println!("skipped: {why}");
    }
    let claims = tempfile::tempdir().expect("a temporary folder");
    let kinds = [Packaging::ContainerNative, Packaging::ContainerComponent];
    let (built, _, _) = built(&["noop"], &kinds, claims.path());
    let cache = place::cache().expect("a cache");
    let contained = built.subjects.into_iter();
    let setting = Setting {
        root: patient(claims.path()),
        data: dataset::ensure(&cache).expect("the data set"),
        generated: true,
        cache: built.cache,
        programs: built.programs,
        subjects: contained.filter(|made| made.image.is_some()).collect(),
        own: None,
        seed: 7,
        standins: Standins::default(),
    };
    let clock = Monotonic::new();
    let mut worker = Worker::start(&built.worker, &setting, &clock).expect("the worker starts");
    let mut number = 0;
    let mut ask = |subject: usize, kind: Kind, start: Option<StartClass>| {
        number += 1;
        let planned = Planned {
            trial: Trial(number),
            round: 1,
            subject,
            kind,
        };
        let done = worker.trial(&planned).expect("the worker lives");
        let value = |sample: &record::Sample| {
            assert_eq!(sample.outcome, Outcome::Ok, "{sample:?}");
            assert_eq!(sample.start, start, "{}", sample.metric);
            (sample.metric, sample.good().expect("a value").value())
        };
        done.samples
            .iter()
            .map(value)
            .collect::<BTreeMap<Metric, u64>>()
    };
    let transport = Transport::Stdio;
    for (subject, made) in setting.subjects.iter().enumerate() {
        let class = StartClass::ContainerCold;
        let kind = Kind::Start {
            class,
            transport,
            page_cache: PageCache::Warm,
        };
        let start = ask(subject, kind, Some(class));
        let (create, begin) = (
            start[&Metric::FirstAnswerCreate],
            start[&Metric::FirstAnswerStart],
        );
        let first = start[&Metric::FirstAnswer];
        assert!(create > 0 && begin > 0 && create + begin < first);
        assert!(!start.contains_key(&Metric::CpuTime), "nobody tells it");

        let call = "noop-small".to_owned();
        let kind = Kind::Warm { call, transport };
        let warm = ask(subject, kind, Some(StartClass::ContainerWarm));
        assert!(warm[&Metric::Execution] < first);
        assert!(warm[&Metric::CpuTime] > 0);

        let memory = ask(subject, Kind::Memory, Some(class));
        let peak = memory[&Metric::PeakResident];
        assert!(peak > 100_000, "{peak} is not what a server holds");

        let sizes = ask(subject, Kind::Image, None);
        let (image, packed) = (sizes[&Metric::SizeImage], sizes[&Metric::SizeImageGzip]);
        assert!(packed > 100_000 && packed < image);
        // The two images have no file in common.
        assert_eq!(sizes[&Metric::SizeImageUnique], packed);
        println!(
            "{}: first answer {first} ns, of which {create} and {begin} are the engine's; peak {peak} B; image {image} B, {packed} packed",
            made.packaging
        );
    }
}

#[test]
fn a_container_serves_by_itself_or_through_what_carries_it_and_is_timed_so() {
    if let Err(why) = engine() {
        return println!("skipped: {why}");
    }
    let claims = tempfile::tempdir().expect("a temporary folder");
    let names = ["noop", "noop_python", "sequential_thinking"];
    let (built, _, _) = built(&names, &CONTAINERS, claims.path());
    let cache = place::cache().expect("a cache");
    let contained = built.subjects.into_iter();
    let mut subjects: Vec<_> = contained.filter(|made| made.image.is_some()).collect();
    let first = subjects.first().expect("noop needs nothing").clone();
    // One whose image is gone.
    subjects.push(Made {
        image: Some("wasmmcp-bench/test-vanished:none".to_owned()),
        ..first
    });
    let setting = Setting {
        root: patient(claims.path()),
        data: dataset::ensure(&cache).expect("the data set"),
        generated: true,
        cache: built.cache,
        programs: built.programs,
        subjects,
        own: None,
        seed: 7,
        standins: Standins::default(),
    };
    let clock = Monotonic::new();
    let mut worker = Worker::start(&built.worker, &setting, &clock).expect("the worker starts");
    let vanished = setting.subjects.len() - 1;
    for (subject, made) in setting.subjects.iter().enumerate() {
        let kind = Kind::Start {
            class: StartClass::ContainerCold,
            transport: Transport::Http,
            page_cache: PageCache::Warm,
        };
        let planned = Planned {
            trial: Trial(u64::try_from(subject).expect("few")),
            round: 1,
            subject,
            kind,
        };
        let samples = worker.trial(&planned).expect("the worker lives").samples;
        let name = format!("{} {}", made.server, made.packaging);
        if subject == vanished {
            let told = samples[0].outcome.to_string();
            let named = told.contains("test-vanished:none cannot be started");
            assert!(named && told.contains("o such image"), "{told}");
            continue;
        }
        if let Web::Never(missing) = &made.web {
            println!("skipped: {name}: {}", missing.why);
            assert!(matches!(samples[0].outcome, Outcome::Unavailable { .. }));
            continue;
        }
        let original = made.server == "sequential_thinking" && made.packaging.is_reference();
        let values: BTreeMap<Metric, u64> = samples
            .iter()
            .map(|sample| {
                assert_eq!(sample.outcome, Outcome::Ok, "{sample:?}");
                assert_eq!(sample.transport, Some(Transport::Http));
                assert_eq!(
                    sample.proxy.is_some(),
                    original,
                    "{name}: {:?}",
                    sample.proxy
                );
                (sample.metric, sample.good().expect("a value").value())
            })
            .collect();
        let (create, begin) = (
            values[&Metric::FirstAnswerCreate],
            values[&Metric::FirstAnswerStart],
        );
        let first = values[&Metric::FirstAnswer];
        assert!(create > 0 && begin > 0 && create + begin < first);
        assert!(first < values[&Metric::FirstCallAnswer]);
        println!("{name}: first answer {first} ns, of which {create} and {begin} are the engine's");
    }
    let process = worker.id();
    drop(worker);
    let own = format!("/{process}-");
    let networks = container::for_tests().expect("it is here").networks();
    let left: Vec<_> = networks.expect("a list");
    assert!(
        !left.iter().any(|(_, place)| place.contains(&own)),
        "{left:?}"
    );
}

#[test]
fn a_taken_port_is_told_as_what_it_is() {
    if let Err(why) = engine() {
        return println!("skipped: {why}");
    }
    let claims = tempfile::tempdir().expect("a temporary folder");
    let kinds = [Packaging::ContainerNative];
    let (built, servers, docker) = built(&["noop"], &kinds, claims.path());
    let made = built.subjects.iter().find(|made| made.image.is_some());
    let made = made.expect("noop needs nothing");
    let image = made.image.as_deref().expect("it is in one");
    let clock = Monotonic::new();
    let data = claims.path().to_owned();
    let places = Places::new(&data, claims.path(), &Standins::default());
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let door = Door {
        reach: Reach::Host,
        port: taken.local_addr().expect("an address").port(),
        beside: 0,
    };
    let code = Code::Cached(&built.cache);
    let listen = door.listen();
    let launch = launch::http(made, &servers[0], &built.programs, &places, code, &listen);
    let of = (image, made.packaging);
    let started = docker.start(of, &servers[0], &places, (&launch, Some(&door)), &clock);
    let (mut process, phases) = started.expect("the engine starts it");
    let deadline = Nanos(clock.now().0 + 60_000_000_000);
    while process.line(deadline, &clock).is_ok() && clock.now().0 < deadline.0 {}
    let listening = Listening {
        process,
        phases: Some(phases),
        address: listen.clone(),
        host: listen,
        path: made.path(&servers[0]),
        places: places.clone(),
        patience: Duration::from_secs(1),
    };
    let failed = listening.end(&clock).expect_err("nothing of it serves");
    let told = failed.outcome.to_string();
    assert!(told.contains("no longer served: exit code"), "{told}");
    assert!(told.contains("in use"), "{told}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test of the program starts the program"
)]
fn harness(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    command
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::null());
    command
}

/// The containers that a process has claimed.
fn claimed(engine: &Engine, process: u32) -> usize {
    let cache = place::cache().expect("a cache");
    // Claims of other tests of this process lie elsewhere.
    let runs = std::fs::canonicalize(cache.join("docker").join("runs"));
    let own = format!("{}/{process}-", runs.unwrap_or(cache).display());
    let all = engine.ours().expect("a list");
    all.iter().filter(|(_, place)| place.contains(&own)).count()
}

/// The process that measures, once it has a container; none where the command ended before.
fn measuring(engine: &Engine, child: &mut Child, clock: &dyn Clock) -> Option<u32> {
    let id = child.id();
    let deadline = clock.now().0 + 600_000_000_000;
    while clock.now().0 < deadline && child.try_wait().expect("it was started").is_none() {
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.unwrap_or_default();
        let mut children = children.split_whitespace().filter_map(|id| id.parse().ok());
        let found = children.find(|&worker| claimed(engine, worker) > 0);
        if found.is_some() {
            return found;
        }
        std::thread::yield_now();
    }
    None
}

fn kill(process: u32) {
    let id = i32::try_from(process).ok().and_then(Pid::from_raw);
    // It may have ended by itself.
    let _gone = kill_process(id.expect("a process id"), Signal::KILL);
}

#[test]
fn the_next_command_removes_what_a_killed_run_left_and_nothing_of_a_live_one() {
    let engine = match engine() {
        Ok(engine) => engine,
        Err(why) => return println!("skipped: {why}"),
    };
    let out = tempfile::tempdir().expect("a temporary folder");
    let out = out.path().to_string_lossy().into_owned();
    let words = [
        "table3",
        "--server",
        "noop",
        "--packaging",
        "container-native",
        "--start-class",
        "container-cold",
        "--out",
        &out,
    ];
    let mut child = harness(&words).spawn().expect("it starts");
    let clock = Monotonic::new();
    let Some(worker) = measuring(&engine, &mut child, &clock) else {
        let status = child.wait().expect("it was started");
        assert_eq!(status.code(), Some(4), "it measured without a container");
        return println!("skipped: another run measures, or something is not here");
    };
    // A run that goes on meanwhile.
    let cache = place::cache().expect("a cache");
    let hold = Hold::new(&cache).expect("a claim");
    let settings = Settings {
        image: "wasmmcp-bench/noop:container-native".to_owned(),
        ..Settings::default()
    };
    let live = engine.create(&settings, &hold).expect("a container");
    kill(child.id());
    kill(worker);
    child.wait().expect("it was started");
    let deadline = clock.now().0 + 60_000_000_000;
    while Path::new(&format!("/proc/{worker}")).exists() && clock.now().0 < deadline {
        std::thread::yield_now();
    }
    let left = claimed(&engine, worker);
    println!("{left} left by the killed run");
    let own = claimed(&engine, std::process::id());
    assert!(own > 0, "the live run has one");
    let next = harness(&["build", "--quick"]).status().expect("it starts");
    assert!(next.success());
    assert_eq!(claimed(&engine, worker), 0, "it is reaped");
    assert_eq!(claimed(&engine, std::process::id()), own, "it is not");
    drop(live);
}

#[test]
fn a_container_that_has_half_a_processor_is_told_from_one_that_has_all() {
    if let Err(why) = engine() {
        return println!("skipped: {why}");
    }
    let claims = tempfile::tempdir().expect("a temporary folder");
    let kinds = [Packaging::ContainerNative];
    let (_, _, docker) = built(&["noop"], &kinds, claims.path());
    let hold = Hold::new(claims.path()).expect("a claim");
    let verdict = |millicpus: Option<u64>| {
        let settings = Settings {
            image: "wasmmcp-bench/noop:container-native".to_owned(),
            millicpus,
            ..Settings::default()
        };
        let created = docker.engine.create(&settings, &hold).expect("it is made");
        let stderr = tempfile::tempfile().expect("a temporary file");
        let (contained, _pipes) = created.start(stderr).expect("it starts");
        processors::every(contained.state().expect("a state").process)
    };
    assert_eq!(verdict(None), Verdict::Allowed);
    let half = verdict(Some(500));
    let told = "it has 500 thousandths of a processor".to_owned();
    assert_eq!(half, Verdict::Denied(told));
}

#[test]
fn the_ledger_says_what_a_packaging_allows_and_a_planted_grant_shows() {
    let root = place::root().expect("the checkout");
    let cache = place::cache().expect("a cache");
    let mut said = |line: &str| println!("{line}");
    let mut server = ledger::probe();
    let servers = [server.clone()];
    let mut built =
        subject::build(&root, &servers, false, &cache, &mut said).expect("everything builds");
    let claims = tempfile::tempdir().expect("a temporary folder");
    match engine() {
        Ok(_) => {
            let docker = Docker::find(claims.path(), false, &mut said);
            built.images(&root, &servers, &CONTAINERS[..2], docker, &mut said);
        }
        Err(why) => println!("skipped: {why}"),
    }
    for absent in &built.missing {
        println!("skipped: {absent}");
    }
    let clock = Monotonic::new();
    let ground = Ground::new().expect("a ground");
    let rows = ledger::rows(&built, &server, &ground, &clock).expect("every probe starts");
    let verdict = |rows: &[Row], attempt: &str, packaging: Packaging| {
        let row = rows.iter().find(|row| row.attempt.contains(attempt));
        let verdicts = row.expect("it is tried").verdicts.iter();
        let mut of = verdicts.filter(|(of, _)| *of == packaging);
        of.next().map(|(_, verdict)| verdict.clone())
    };
    let contained = |packaging: Packaging| packaging.is_contained();
    for row in &rows {
        let differs: Vec<Packaging> = row.differs().collect();
        println!("{}: {:?}", row.attempt, row.verdicts);
        assert!(!differs.contains(&Packaging::Component), "{}", row.attempt);
        if row.granted {
            assert!(differs.is_empty(), "{}: {differs:?}", row.attempt);
        } else {
            // Nothing limits a process; a container starts what is in its image.
            assert!(differs.contains(&Packaging::Native), "{}", row.attempt);
            let spawns = row.attempt == "start a program";
            assert!(
                spawns || !differs.iter().any(|&one| contained(one)),
                "{}",
                row.attempt
            );
        }
    }
    let secret = "read a file that is not granted";
    let component = Packaging::Component;
    if verdict(&rows, secret, component).is_none() {
        return println!("skipped: there is no component");
    }
    server.grants.directories.push(Directory {
        path: ground.at("outside").to_string_lossy().into_owned(),
        access: Access::Read,
    });
    let ground_again = ledger::rows(&built, &server, &ground, &clock).expect("every probe starts");
    assert_eq!(
        verdict(&ground_again, secret, component),
        Some(Verdict::Allowed)
    );
    let row = ground_again.iter().find(|row| row.attempt == secret);
    assert!(row.is_some_and(|row| row.differs().any(|one| one == component)));
    // And it is no more than that.
    let write = verdict(&ground_again, "write outside", component);
    assert!(matches!(write, Some(Verdict::Denied(_))), "{write:?}");
}
