//! What is said of daemons that are there, far away, dead, stuck, or none at all.

use super::*;
use crate::imitation::Imitation;

const SHORT: Duration = Duration::from_millis(300);

fn reach(imitation: Imitation) -> Result<Engine, Absence> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    Engine::reach(&imitation.listen(folder.path()), SHORT)
}

fn unusable(imitation: Imitation) -> String {
    match reach(imitation) {
        Err(Absence::Unusable(missing)) => {
            assert!(missing.remedy.ends_with('.'), "{missing}");
            missing.why
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_engine_is_described_in_the_newest_version_that_both_know() {
    let engine = reach(Imitation::old()).expect("an engine");
    let told = engine.description();
    assert_eq!(
        (told.version.as_str(), told.api.as_str()),
        ("20.10.24", "1.41")
    );
    assert_eq!(
        (told.storage.as_str(), told.cgroup.as_str()),
        ("overlay2", "1")
    );
    assert!(
        told.here && !told.to_string().contains("not on this host"),
        "{told}"
    );

    let newer = r#"{"Version":"99","ApiVersion":"9.99"}"#.to_owned();
    let engine = reach(Imitation {
        version: newer,
        ..Imitation::old()
    });
    let engine = engine.expect("an engine");
    assert!(engine.description().api.starts_with("1."), "{engine:?}");
}

#[test]
fn an_engine_of_another_machine_is_not_here() {
    let info = r#"{"Driver":"overlay2","CgroupVersion":"2","Name":"far","KernelVersion":"6.1"}"#;
    let engine = reach(Imitation {
        info: info.to_owned(),
        ..Imitation::old()
    });
    let told = engine.expect("an engine").description().clone();
    assert!(
        !told.here && told.to_string().contains("not on this host"),
        "{told}"
    );
}

#[test]
fn what_an_engine_does_not_tell_is_called_untold() {
    let engine = reach(Imitation {
        info: "{}".to_owned(),
        ..Imitation::old()
    });
    let told = engine.expect("an engine").description().clone();
    assert_eq!((told.storage.as_str(), told.here), ("untold", false));
}

#[test]
fn a_socket_that_nobody_listens_at_is_told_from_a_stuck_daemon() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let nobody = Engine::reach(&Address::Unix(folder.path().join("none")), SHORT);
    match nobody {
        Err(Absence::Nobody(missing)) => {
            assert!(
                missing.why.contains("nobody listens at unix://"),
                "{missing}"
            );
            assert!(missing.remedy.contains("--setup"), "{missing}");
        }
        other => panic!("{other:?}"),
    }
    let stuck = unusable(Imitation {
        answers: false,
        ..Imitation::old()
    });
    assert!(stuck.ends_with("has not answered within 0.3 s"), "{stuck}");
}

#[test]
fn a_daemon_that_fails_or_babbles_is_quoted() {
    let failing = unusable(Imitation {
        status: 500,
        version: r#"{"message":"the disk is full"}"#.to_owned(),
        ..Imitation::old()
    });
    assert!(failing.contains("500"), "{failing}");
    let babbling = unusable(Imitation {
        version: "hello".to_owned(),
        ..Imitation::old()
    });
    assert!(babbling.contains("gives no right answer"), "{babbling}");
}

#[test]
fn an_engine_that_went_away_is_told_with_what_was_wanted_of_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let address = Imitation::old().listen(folder.path());
    let engine = Engine::reach(&address, SHORT).expect("an engine");
    let ping = || engine.ask("be there", async { engine.docker().ping().await });
    ping().expect("it answers");
    folder.close().expect("removed");
    let failure = ping().expect_err("its socket is gone").to_string();
    assert!(
        failure.starts_with("the Docker engine was to be there"),
        "{failure}"
    );
}
