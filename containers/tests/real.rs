//! A real engine, where one answers: images, containers, and that none of them outlives who made it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use container::{Contained, Engine, Folder, Hold, Pipes, Reach, Recipe, Settings};
use toolchain::{Linking, Native, Toolchain};

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);
/// The folder of the run that is to be killed.
const VICTIM: &str = "WASMMCP_TEST_VICTIM";

/// The engine; none where none answers, which is said.
fn engine() -> Option<Engine> {
    match container::for_tests() {
        Ok(engine) => Some(engine),
        Err(why) => {
            println!("skipped: {why}");
            None
        }
    }
}

/// A server that needs nothing, linked statically.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let wanted = Native {
            workspace: Path::new(env!("CARGO_MANIFEST_DIR")),
            package: "noop",
            program: "noop",
            profile: "release",
            beside: &[],
            linking: Linking::Static,
        };
        let built = Toolchain::of_this_machine().build_native(&wanted, &mut |_| {});
        built.expect("noop is built")
    })
}

/// A started container of a recipe.
fn start(engine: &Engine, hold: &Hold, recipe: &Recipe) -> (Contained, Pipes) {
    start_with(engine, hold, recipe, Settings::default())
}

/// The same, that is granted something.
fn start_with(
    engine: &Engine,
    hold: &Hold,
    recipe: &Recipe,
    granted: Settings,
) -> (Contained, Pipes) {
    let image = engine.image(recipe).expect("an image");
    let settings = Settings {
        image: image.name,
        memory: Some(64 << 20),
        ..granted
    };
    let created = engine.create(&settings, hold).expect("a container");
    let stderr = tempfile::tempfile().expect("a temporary file");
    created.start(stderr).expect("it starts")
}

/// Whether the engine has this container.
fn has(engine: &Engine, id: &str) -> bool {
    let ours = engine.ours().expect("a list");
    ours.iter().any(|(found, _)| found == id)
}

/// Every question that a measurement depends on has an answer.
#[test]
fn a_real_engine_is_found_and_described_whole() {
    let Some(engine) = engine() else { return };
    let told = engine.description();
    for part in [&told.version, &told.api, &told.storage, &told.cgroup] {
        assert!(!part.is_empty() && part != "untold", "{told}");
    }
}

#[test]
fn an_image_is_made_once_and_again_when_what_it_holds_has_changed() {
    let Some(engine) = engine() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("program");
    let made = |content: &str| {
        std::fs::write(&file, content).expect("written");
        let recipe = Recipe::native("test-changing", &file);
        engine.image(&recipe).expect("an image")
    };
    let first = made("one");
    let again = made("one");
    assert!(!again.fresh && again.id == first.id && again.digest == first.digest);
    let other = made("longer");
    assert!(other.fresh && other.id != first.id && other.digest != first.digest);
    let listed = || engine.images().expect("they are listed");
    let ours = listed().into_iter().find(|(id, _, _)| *id == other.id);
    assert!(ours.is_some_and(|(_, name, size)| name == other.name && size > 0));
    assert_eq!(
        (first.size, other.size),
        (3, 6),
        "the file and nothing else"
    );
    engine.forget(&other.name).expect("removed");
    assert!(made("one").fresh, "a vanished image is made again");
    engine.forget(&first.name).expect("removed");
}

#[test]
fn a_server_answers_through_its_pipes_ends_with_them_and_leaves_no_container() {
    let Some(engine) = engine() else { return };
    let cache = tempfile::tempdir().expect("a temporary folder");
    let hold = Hold::new(cache.path()).expect("a lock");
    let recipe = Recipe::native("noop", program());
    let (contained, pipes) = start(&engine, &hold, &recipe);
    let id = contained.id().to_owned();
    let (mut input, output) = (File::from(pipes.stdin), File::from(pipes.stdout));
    let mut lines = BufReader::new(output).lines();
    let hello = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
    writeln!(input, "{hello}").expect("it reads");
    let answer = lines.next().expect("a line").expect("text");
    assert!(
        answer.contains("\"protocolVersion\":\"2025-11-25\""),
        "{answer}"
    );
    let state = contained.state().expect("a state");
    assert!(state.running && state.process > 0, "{state:?}");
    if engine.description().here {
        let status = std::fs::read_to_string(format!("/proc/{}/status", state.process));
        let status = status.expect("its process is visible here");
        for line in [
            "Uid:\t65534\t65534",
            "CapEff:\t0000000000000000",
            "NoNewPrivs:\t1",
        ] {
            assert!(status.contains(line), "{line} is not in {status}");
        }
    }
    drop(input);
    let state = contained.wait(LONG).expect("a state");
    assert_eq!(
        (state.running, state.exit, state.starved),
        (false, 0, false)
    );
    assert!(lines.next().is_none(), "its output is closed");
    assert!(has(&engine, &id));
    drop(contained);
    assert!(!has(&engine, &id));
}

#[test]
fn a_server_on_a_network_is_reached_from_here_and_the_network_goes_with_its_run() {
    let Some(engine) = engine() else { return };
    if !engine.description().here {
        return println!("skipped: the Docker engine is not on this host");
    }
    let cache = tempfile::tempdir().expect("a temporary folder");
    let hold = Hold::new(cache.path()).expect("a lock");
    let network = engine.network(&hold).expect("a network");
    let name = network.name().to_owned();
    let has = || {
        let networks = engine.networks().expect("a list");
        networks.iter().any(|(found, _)| *found == name)
    };
    assert!(has());
    let granted = Settings {
        arguments: ["--http", "0.0.0.0:8000"].map(str::to_owned).into(),
        reach: Reach::Network(name.clone()),
        ..Settings::default()
    };
    let recipe = Recipe::native("noop", program());
    let (contained, pipes) = start_with(&engine, &hold, &recipe, granted);
    let mut said = BufReader::new(File::from(pipes.stdout)).lines();
    let listens = said.next().expect("a line").expect("text");
    assert!(listens.starts_with("listening on"), "{listens}");
    let state = contained.state().expect("a state");
    let address = state.address.expect("it has an address");
    TcpStream::connect_timeout(&(address, 8000).into(), LONG).expect("it is reached");
    drop(contained);
    drop(network);
    assert!(!has());
    // One that a killed run left is removed by the next.
    let place = engine.network(&hold).expect("a network");
    std::mem::forget(place);
    assert_eq!(engine.reap(cache.path()).expect("reaped"), 0, "it is held");
    drop(hold);
    assert_eq!(engine.reap(cache.path()).expect("reaped"), 1);
    assert!(!has());
}

#[test]
fn what_cannot_be_started_is_said_and_leaves_nothing() {
    let Some(engine) = engine() else { return };
    let cache = tempfile::tempdir().expect("a temporary folder");
    let hold = Hold::new(cache.path()).expect("a lock");
    let settings = Settings {
        image: "wasmmcp-bench/test-absent:none".to_owned(),
        ..Settings::default()
    };
    let failure = engine
        .create(&settings, &hold)
        .err()
        .expect("no such image");
    assert!(
        failure.absent && failure.to_string().contains("test-absent"),
        "{failure}"
    );

    let text = cache.path().join("text");
    std::fs::write(&text, "this is no program").expect("written");
    let recipe = Recipe::native("test-broken", &text);
    let (contained, pipes) = start(&engine, &hold, &recipe);
    let state = contained.wait(LONG).expect("a state");
    assert!(!state.running && state.exit != 0, "{state:?}");
    let mut output = BufReader::new(File::from(pipes.stdout)).lines();
    assert!(output.next().is_none());
    drop(contained);
    let granted = Settings {
        image: recipe.name(),
        folders: vec![Folder {
            path: cache.path().join("none"),
            writable: false,
        }],
        ..Settings::default()
    };
    let refused = engine.create(&granted, &hold);
    let failure = refused.err().expect("no such folder").to_string();
    assert!(failure.contains("make a container of"), "{failure}");
    engine
        .forget(&recipe.name())
        .expect("no container holds it");
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next_and_a_live_ones_is_not() {
    let Some(engine) = engine() else { return };
    let recipe = Recipe::native("noop", program());
    if let Some(cache) = std::env::var_os(VICTIM) {
        let hold = Hold::new(Path::new(&cache)).expect("a lock");
        let (contained, _pipes) = start(&engine, &hold, &recipe);
        println!("\ncontainer {}", contained.id());
        // Until it is killed; should the test itself die, this ends with it.
        let _waits = std::io::stdin().read_line(&mut String::new());
        return;
    }
    let cache = tempfile::tempdir().expect("a temporary folder");
    let hold = Hold::new(cache.path()).expect("a lock");
    let (live, _pipes) = start(&engine, &hold, &recipe);
    let mut victim = again(
        "what_a_killed_run_left_is_removed_by_the_next_and_a_live_ones_is_not",
        cache.path(),
    );
    let output = BufReader::new(victim.stdout.take().expect("piped")).lines();
    let mut told = output.map_while(Result::ok);
    let id = told.find_map(|line| Some(line.strip_prefix("container ")?.to_owned()));
    let id = id.expect("it has a container");
    assert_eq!(
        engine.reap(cache.path()).expect("reaped"),
        0,
        "both are alive"
    );
    victim.kill().expect("killed");
    victim.wait().expect("dead");
    assert!(has(&engine, &id), "nobody could remove it");
    assert_eq!(engine.reap(cache.path()).expect("reaped"), 1);
    assert!(!has(&engine, &id) && has(&engine, live.id()));
    drop(live);
    assert_eq!(engine.reap(cache.path()).expect("reaped"), 0);
}

/// This test program, running one test with the run's folder named to it.
#[expect(
    clippy::disallowed_methods,
    reason = "what is to be killed is a process of its own"
)]
fn again(test: &str, cache: &Path) -> std::process::Child {
    let own = std::env::current_exe().expect("this program");
    std::process::Command::new(own)
        .args(["--exact", test, "--nocapture"])
        .env(VICTIM, cache)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts")
}
