//! On this machine, with real servers: what the worker measures over pipes and over HTTP, under load and among idle servers,
//! is there, is right, and leaves no process behind.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use harness::again::{self, Again};
use harness::backend::{Backend, Worker};
use harness::clock::{Clock, Monotonic};
use harness::peer::Subject;
use harness::plan::{Kind, Planned, Setting};
use harness::server::{Server, TextRule, read_all};
use harness::standin::Standins;
use harness::{place, subject};
use record::{Metric, Nanos, Outcome, Packaging, PageCache, Sample, StartClass, Transport, Trial};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// What was built of `noop`.
struct Workshop {
    worker: PathBuf,
    setting: Setting,
}

fn workshop() -> Workshop {
    let root = place::root().expect("the checkout");
    let cache = place::cache().expect("a cache");
    let servers = read_all(&root).expect("every server.toml is acceptable");
    let noop: Vec<_> = servers
        .into_iter()
        .filter(|server| server.name == "noop")
        .collect();
    let built = subject::build(&root, &noop, false, &cache, &mut |line| println!("{line}"))
        .expect("everything builds");
    if let Some(absent) = built.missing.first() {
        println!("skipped: {absent}");
    }
    let data = dataset::ensure(&cache).expect("the data set");
    // Only what listens by itself.
    let serves = |made: &harness::launch::Made| {
        matches!(made.packaging, Packaging::Native | Packaging::Component)
    };
    Workshop {
        worker: built.worker,
        setting: Setting {
            root,
            data,
            generated: true,
            cache: built.cache,
            programs: built.programs,
            subjects: built.subjects.into_iter().filter(serves).collect(),
            own: None,
            seed: 7,
            standins: Standins::default(),
        },
    }
}

/// Good samples by metric; any other sample ends the test.
fn good(samples: &[Sample]) -> BTreeMap<Metric, Vec<u64>> {
    let mut values: BTreeMap<Metric, Vec<u64>> = BTreeMap::new();
    for sample in samples {
        assert_eq!(sample.outcome, Outcome::Ok, "{sample:?}");
        let value = sample.good().expect("a good sample has a value").value();
        values.entry(sample.metric).or_default().push(value);
    }
    values
}

fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// The processes that descend from one.
fn descendants(process: u32) -> Vec<String> {
    let mut found = Vec::new();
    let mut parents = vec![process.to_string()];
    while let Some(parent) = parents.pop() {
        let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
        let children = children.unwrap_or_default();
        let children: Vec<String> = children.split_whitespace().map(str::to_owned).collect();
        found.extend(children.iter().cloned());
        parents.extend(children);
    }
    found
}

/// The group that a process belongs to; none where it has ended, be it that nobody has asked for its end yet.
fn group(process: &str) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let running = fields[0] != "Z";
    running.then(|| fields[2].parse().expect("a number"))
}

/// Makes the server's first call over HTTP once more, as `rerun` does.
fn again(workshop: &Workshop, subject: usize, server: &Server) -> Again {
    let setting = &workshop.setting;
    let subject = Subject {
        made: &setting.subjects[subject],
        server,
        programs: &setting.programs,
        cache: &setting.cache,
        generated: true,
        standins: &setting.standins,
    };
    let clock = Monotonic::new();
    again::call(
        &subject,
        &server.calls[0],
        &setting.data,
        Transport::Http,
        &clock,
    )
    .expect("it can be started")
}

/// The folder that a worker was told of.
fn folder(worker: u32) -> PathBuf {
    let line = std::fs::read(format!("/proc/{worker}/cmdline")).expect("it runs");
    let line = String::from_utf8(line).expect("our own words");
    let setting = line.trim_end_matches('\0').rsplit('\0').next();
    let setting = Path::new(setting.expect("it has arguments"));
    setting.parent().expect("a file in a folder").to_owned()
}

/// Starts every subject over HTTP, which keeps it up, and tells the processes.
fn served(workshop: &Workshop, worker: &mut Worker<'_>) -> Vec<String> {
    for subject in 0..workshop.setting.subjects.len() {
        let kind = Kind::Warm {
            call: "noop-small".to_owned(),
            transport: Transport::Http,
        };
        let planned = Planned {
            trial: Trial(1),
            round: 1,
            subject,
            kind,
        };
        good(&worker.trial(&planned).expect("the worker lives").samples);
    }
    let up = descendants(worker.id());
    assert_eq!(up.len(), workshop.setting.subjects.len());
    for process in &up {
        assert_eq!(group(process), Some(worker.id()), "{process}");
    }
    assert_ne!(group("self"), Some(worker.id()));
    up
}

#[test]
fn every_way_to_a_server_gives_its_samples_and_leaves_nobody_behind() {
    let workshop = workshop();
    let clock = Monotonic::new();
    let mut worker =
        Worker::start(&workshop.worker, &workshop.setting, &clock).expect("the worker starts");
    let process = worker.id();
    let mut number = 0;
    let mut ask = |subject: usize, kind: Kind| {
        number += 1;
        let planned = Planned {
            trial: Trial(number),
            round: 1,
            subject,
            kind,
        };
        let begin = clock.now();
        let done = worker.trial(&planned).expect("the worker lives");
        (done.samples, Nanos(clock.now().0 - begin.0))
    };
    for (subject, made) in workshop.setting.subjects.iter().enumerate() {
        let packaging = made.packaging;
        for transport in [Transport::Stdio, Transport::Http] {
            let class = StartClass::ProcessCold;
            let kind = Kind::Start {
                class,
                transport,
                page_cache: PageCache::Warm,
            };
            let (samples, _) = ask(subject, kind);
            let start = good(&samples);
            for sample in &samples {
                assert_eq!(sample.transport, Some(transport));
            }
            let first = start[&Metric::FirstAnswer][0];
            assert!(first < start[&Metric::FirstCallAnswer][0]);
            assert!(start[&Metric::CpuTime][0] > 0);

            let call = "noop-small".to_owned();
            let (samples, _) = ask(subject, Kind::Warm { call, transport });
            let warm = good(&samples);
            let took = warm[&Metric::Execution][0];
            println!("{packaging} {transport}: first answer {first} ns, warm call {took} ns");
            assert!(took < first, "a call is shorter than a start");

            for load in [None, Some(50)] {
                let connections = 4;
                let kind = Kind::Load {
                    transport,
                    connections,
                    load,
                };
                let (samples, trial) = ask(subject, kind);
                // What else runs may slow a server down after its capacity was measured. Then that is said, and nothing of latency.
                let is_late = |sample: &Sample| matches!(&sample.outcome, Outcome::Unavailable { why, .. } if why.starts_with("overloaded"));
                let (late, samples): (Vec<_>, Vec<_>) = samples.into_iter().partition(is_late);
                if let [late] = &late[..] {
                    println!("{packaging} {transport} {load:?}: {}", late.outcome);
                    assert!(load.is_some());
                    continue;
                }
                let loaded = good(&samples);
                for sample in &samples {
                    assert_eq!(sample.concurrency.0, 4);
                    assert_eq!(sample.load.map(|load| load.0), load.map(u64::from));
                }
                let throughput = loaded[&Metric::Throughput][0];
                let latencies = &loaded[&Metric::LatencyUnderLoad];
                let offered = loaded.get(&Metric::OfferedRate).map(|rate| rate[0]);
                println!(
                    "{packaging} {transport} {load:?}: offered {offered:?}, answered {throughput} a second, median {} ns, \
                     cpu {} ns, the trial {} ms",
                    median(latencies),
                    loaded[&Metric::CpuTime][0],
                    trial.0 / 1_000_000
                );
                assert!(throughput > 0 && !latencies.is_empty());
                assert_eq!(offered.is_some(), load.is_some());
            }
        }
        for servers in [1, 30] {
            let (samples, trial) = ask(subject, Kind::Idle { servers });
            let idle = good(&samples);
            let resident = idle[&Metric::ResidentAmongIdle][0];
            let latencies = &idle[&Metric::LatencyAmongIdle];
            println!(
                "{packaging} {servers} idle: {resident} bytes, median {} ns, the trial {} ms",
                median(latencies),
                trial.0 / 1_000_000
            );
            assert!(latencies.len() > 1);
            assert!(resident > 100_000);
            for sample in &samples {
                assert_eq!(sample.idle.map(|idle| idle.0), Some(u64::from(servers)));
            }
            assert_eq!(descendants(process), Vec::<String>::new());
        }
    }
    let folder = folder(process);
    assert!(folder.join("setting.json").is_file());
    let up = served(&workshop, &mut worker);
    drop(worker);
    for process in up.iter().chain([&process.to_string()]) {
        assert_eq!(group(process), None, "{process} is left behind");
    }
    assert!(!folder.exists(), "{} is left behind", folder.display());
}

#[test]
fn a_worker_that_is_killed_leaves_nobody_behind() {
    let workshop = workshop();
    let clock = Monotonic::new();
    let mut worker =
        Worker::start(&workshop.worker, &workshop.setting, &clock).expect("the worker starts");
    let process = worker.id();
    let up = served(&workshop, &mut worker);
    let folder = folder(process);
    let id = i32::try_from(process).ok().and_then(Pid::from_raw);
    kill_process(id.expect("a process id"), Signal::KILL).expect("it runs");
    drop(worker);
    // Nobody waits for orphans here, so that they are gone is only seen.
    let deadline = clock.now().0 + 20_000_000_000;
    for process in &up {
        while group(process).is_some() {
            assert!(clock.now().0 < deadline, "{process} is left behind");
            std::thread::yield_now();
        }
    }
    assert!(!folder.exists(), "{} is left behind", folder.display());
}

#[test]
fn a_wrong_answer_under_load_or_among_idle_servers_is_found() {
    let mut workshop = workshop();
    // The worker reads the servers' descriptions from the checkout: it is given one in which the right answer is another.
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("servers/noop");
    std::fs::create_dir_all(&own).expect("made");
    let text = std::fs::read_to_string(workshop.setting.root.join("servers/noop/server.toml"));
    let text = text.expect("it was read before");
    let changed = text.replace("equal = \"ok\"", "equal = \"no\"");
    assert_ne!(text, changed);
    std::fs::write(own.join("server.toml"), changed).expect("written");
    // A description is accepted only beside the script that it names as the source of its answers.
    let golden = workshop.setting.root.join("servers/noop/golden");
    std::fs::create_dir_all(own.join("golden")).expect("made");
    for file in std::fs::read_dir(golden).expect("it is in the checkout") {
        let file = file.expect("it can be listed");
        std::fs::copy(file.path(), own.join("golden").join(file.file_name())).expect("copied");
    }
    workshop.setting.root = folder.path().to_owned();
    let servers = read_all(folder.path()).expect("it is acceptable");
    let first = servers[0].timed().next().expect("it has a call");
    assert!(matches!(&first.expect.text, Some(TextRule::Equal(text)) if text == "no"));

    let clock = Monotonic::new();
    let mut worker =
        Worker::start(&workshop.worker, &workshop.setting, &clock).expect("the worker starts");
    let call = "noop-small".to_owned();
    let http = Transport::Http;
    let load = |transport, load| Kind::Load {
        transport,
        connections: 2,
        load,
    };
    let kinds = [
        load(Transport::Stdio, None),
        load(http, Some(80)),
        Kind::Idle { servers: 2 },
        Kind::Warm {
            call,
            transport: http,
        },
        Kind::Start {
            class: StartClass::ProcessCold,
            transport: http,
            page_cache: PageCache::Warm,
        },
    ];
    for subject in 0..workshop.setting.subjects.len() {
        for kind in kinds.clone() {
            let planned = Planned {
                trial: Trial(1),
                round: 1,
                subject,
                kind,
            };
            let done = worker.trial(&planned).expect("the worker lives");
            assert!(!done.samples.is_empty(), "{planned:?}");
            for sample in &done.samples {
                assert!(
                    matches!(sample.outcome, Outcome::WrongAnswer { .. }),
                    "{planned:?}: {sample:?}"
                );
            }
            let kept = done.request.expect("the request is kept");
            if matches!(planned.kind, Kind::Warm { .. }) {
                let again = again(&workshop, subject, &servers[0]);
                assert!(again.verdict.is_err(), "{again:?}");
                let shape = |request: &str| {
                    let mut request: Value = serde_json::from_str(request).expect("JSON");
                    request["id"].take();
                    request
                };
                assert_eq!(shape(&kept), shape(&again.request.expect("it was asked")));
            }
        }
    }
}
