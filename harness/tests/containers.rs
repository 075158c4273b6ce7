//! Where there is an engine: images of real servers give the right answer to every call, with what they are granted, and leave nothing.

use harness::clock::Monotonic;
use harness::docker::Docker;
use harness::peer::Subject;
use harness::server::read_all;
use harness::standin::Up;
use harness::{place, subject, verify};
use record::Packaging;

/// One that needs nothing, one that reads and writes files, one whose files are copied for it, one that reaches a stand-in.
const SERVERS: [&str; 4] = ["noop", "filesystem", "git", "fetch"];

#[test]
fn every_call_is_right_in_a_container_and_none_is_left() {
    match container::for_tests() {
        Ok(engine) if engine.description().here => {}
        Ok(_) => return println!("skipped: the Docker engine is not on this host"),
        Err(why) => return println!("skipped: {why}"),
    }
    let root = place::root().expect("the checkout");
    let cache = place::cache().expect("a cache");
    let mut servers = read_all(&root).expect("every server.toml is acceptable");
    servers.retain(|server| SERVERS.contains(&server.name.as_str()));
    let mut said = |line: &str| println!("{line}");
    let mut built =
        subject::build(&root, &servers, false, &cache, &mut said).expect("everything builds");
    // Claims of its own: no other test's containers are counted.
    let claims = tempfile::tempdir().expect("a temporary folder");
    let docker = Docker::find(claims.path(), false, &mut said).expect("the engine");
    built.images(&servers, Ok(docker.clone()), &mut said);
    for absent in &built.missing {
        println!("skipped: {absent}");
    }
    let natives = built.subjects.iter();
    let natives = natives.filter(|made| made.packaging == Packaging::ContainerNative);
    assert_eq!(natives.count(), SERVERS.len());

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
        let checked = verify::stdio(&subject, &data, &clock).expect("it can be asked");
        let wrong: Vec<_> = checked
            .iter()
            .filter(|checked| checked.verdict.is_err())
            .collect();
        let name = format!("{} {}", made.server, made.packaging);
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        assert!(checked.len() > 1, "{name}");
    }
    let claims = claims.path().to_string_lossy().into_owned();
    let ours = docker.engine.ours().expect("a list");
    let left: Vec<_> = ours
        .iter()
        .filter(|(_, place)| place.contains(&claims))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
