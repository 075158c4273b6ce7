//! Every verdict from planted runs, both ways, and every fault of a file by name.

use std::path::{Path, PathBuf};

use record::{
    Bytes, Input, InputSize, Metric, Outcome, Packaging, Record, Run, Sample, StartClass, State,
    Subject, Timestamp, Transport, Trial,
};

use super::file::parse;
use super::*;

/// The committed claims.
fn committed() -> Vec<Claim> {
    every().measured
}

fn every() -> Claims {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    read(&root.join("results/paper/claims.toml")).expect("the committed claims are acceptable")
}

/// One sample of a subject; times are of `tool` at small input unless `call` says which.
fn sample(
    server: &str,
    packaging: Packaging,
    metric: Metric,
    call: Option<&str>,
    value: f64,
) -> Sample {
    let subject = Subject {
        server: server.to_owned(),
        packaging,
        digest: None,
    };
    let quantity = metric.unit().quantity(value.round() as u64);
    let mut sample = Sample::new(Trial(0), subject, metric, quantity);
    let start = match metric {
        Metric::FirstAnswer => Some(figures::cold(packaging)),
        Metric::Execution => Some(figures::warm(packaging)),
        _ => None,
    };
    sample.start = start;
    sample.transport = start.map(|_| Transport::Stdio);
    if metric == Metric::Execution {
        sample.tool = Some("tool".to_owned());
        sample.input = Some(Input {
            name: call.unwrap_or("tool-small").to_owned(),
            size: InputSize::Small,
            bytes: Bytes(100),
        });
    }
    sample
}

/// The samples that give a subject this number, in the base unit.
fn planted(claim: &Claim, server: &str, packaging: Packaging, value: f64) -> Vec<Sample> {
    let plain = |metric, value| sample(server, packaging, metric, None, value);
    match claim.quantity {
        Quantity::ColdStart => vec![plain(Metric::FirstAnswer, value)],
        Quantity::ExecutionSmall => vec![plain(Metric::Execution, value)],
        Quantity::Memory => vec![plain(Metric::PeakResident, value)],
        Quantity::Size => {
            let container = figures::cold(packaging) == StartClass::ContainerCold;
            let metric = if container {
                Metric::SizeImage
            } else {
                Metric::SizeRaw
            };
            vec![plain(metric, value)]
        }
        Quantity::Call => vec![sample(
            server,
            packaging,
            Metric::Execution,
            claim.call.as_deref(),
            value,
        )],
        Quantity::EndToEnd => vec![
            plain(Metric::FirstAnswer, value / 2.0),
            sample(
                server,
                packaging,
                Metric::Execution,
                claim.call.as_deref(),
                value / 2.0,
            ),
        ],
    }
}

fn record(samples: Vec<Sample>) -> Record {
    Record {
        run: Run::new("table3", 42, Timestamp(1_795_250_400)),
        samples,
        state: State::Finished,
    }
}

/// A run in which what is held to the words is this, in the claim's unit.
fn run(claim: &Claim, held: f64) -> Record {
    let (of, over) = match claim.unit {
        Unit::Milliseconds | Unit::Megabytes => (held * 1e6, 0.0),
        Unit::Times if claim.across == Across::Spread => (1e8, 0.0),
        Unit::Times => (held * 1e8, 1e8),
        Unit::Calls => panic!("a run counts no calls"),
        Unit::Percent => ((1.0 - held / 100.0) * 1e9, 1e9),
    };
    let mut samples = Vec::new();
    for (index, server) in claim.servers.iter().enumerate() {
        let of = match claim.across {
            Across::Spread if index == 0 => of * held,
            _ => of,
        };
        samples.extend(planted(claim, server, claim.of, of));
        samples.extend(claim.over.into_iter().flat_map(|packaging| {
            planted(
                claim,
                claim.over_server.as_deref().unwrap_or(server),
                packaging,
                over,
            )
        }));
    }
    record(samples)
}

fn verdict(claim: &Claim, record: &Record) -> Verdict {
    judge(
        claim,
        Basis::Run,
        &OfRuns::new(std::slice::from_ref(record)),
        "testbed emulated",
    )
    .verdict
}

#[test]
fn every_committed_claim_can_hold_fail_be_surpassed_and_be_untestable() {
    let claims = committed();
    assert!(claims.len() >= 10, "each sentence that a number can judge");
    for claim in &claims {
        let (low, high) = (claim.low.unwrap_or(0.0), claim.high.unwrap_or(f64::MAX));
        let within = match (claim.low, claim.high) {
            (Some(low), Some(high)) => f64::midpoint(low, high),
            (Some(low), None) => low * 2.0,
            (None, _) if claim.across == Across::Spread => high,
            (None, _) => high * 0.5,
        };
        // A reduction cannot be more than all.
        let above = if claim.unit == Unit::Percent {
            90.0
        } else {
            high * 1.5
        };
        let below = low * 0.5;
        let check = |held: f64, expected: Verdict| {
            assert_eq!(
                verdict(claim, &run(claim, held)),
                expected,
                "{}: {held}",
                claim.id
            );
        };
        check(within, Verdict::Reproduced);
        match claim.better {
            Some(Better::Above) => {
                check(above, Verdict::BetterThan);
                check(below, Verdict::NotReproduced);
            }
            Some(Better::Below) => {
                check(below, Verdict::BetterThan);
                check(above, Verdict::NotReproduced);
            }
            None => {
                if claim.high.is_some() {
                    check(above, Verdict::NotReproduced);
                }
                if claim.low.is_some() {
                    check(below, Verdict::NotReproduced);
                }
            }
        }
        assert_eq!(
            verdict(claim, &record(Vec::new())),
            Verdict::NotTestable,
            "{}",
            claim.id
        );
    }
}

#[test]
fn one_server_decides_where_each_is_claimed_and_the_others_do_not_outweigh_it() {
    let claims = committed();
    let claim = claims
        .iter()
        .find(|claim| claim.id == "memory-reduction")
        .expect("it is committed");
    let mut planted = run(claim, 65.0);
    assert_eq!(verdict(claim, &planted), Verdict::Reproduced);
    let one = planted
        .samples
        .iter_mut()
        .find(|sample| {
            sample.subject.server == "git" && sample.subject.packaging == Packaging::Component
        })
        .expect("planted");
    *one = sample(
        "git",
        Packaging::Component,
        Metric::PeakResident,
        None,
        0.477 * 1e9,
    );
    let numbers = OfRuns::new(std::slice::from_ref(&planted));
    let judged = judge(claim, Basis::Run, &numbers, "testbed emulated");
    assert_eq!(judged.verdict, Verdict::NotReproduced);
    assert!(judged.why.contains("git 52.3 %"), "{}", judged.why);
    assert!(!judged.why.contains("fetch"), "{}", judged.why);
}

#[test]
fn the_tolerance_is_a_runs_and_its_end_is_where_it_says() {
    let claims = committed();
    let claim = claims
        .iter()
        .find(|claim| claim.id == "cold-start-53-ms")
        .expect("it is committed");
    // 56 ms ± 5 % ends at 58.8.
    assert_eq!(verdict(claim, &run(claim, 58.7)), Verdict::Reproduced);
    assert_eq!(verdict(claim, &run(claim, 58.9)), Verdict::NotReproduced);
    let planted = run(claim, 58.7);
    let strict = judge(
        claim,
        Basis::Table,
        &OfRuns::new(std::slice::from_ref(&planted)),
        "",
    );
    assert_eq!(strict.verdict, Verdict::NotReproduced);
}

#[test]
fn a_missing_cell_says_why_and_what_would_change_it() {
    let claims = committed();
    let claim = claims
        .iter()
        .find(|claim| claim.id == "cold-start-ratio")
        .expect("it is committed");
    let mut planted = run(claim, 15.0);
    let container = |sample: &Sample| sample.subject.packaging == Packaging::ContainerReference;
    let git = |sample: &Sample| container(sample) && sample.subject.server == "git";
    planted.samples.retain(|sample| !git(sample));
    let judged = judge(
        claim,
        Basis::Run,
        &OfRuns::new(std::slice::from_ref(&planted)),
        "testbed emulated",
    )
    .why;
    assert!(
        judged.starts_with("git as container-reference: not measured in this run"),
        "{judged}"
    );
    assert!(
        judged.contains("table3 --server git --packaging component,container-reference"),
        "{judged}"
    );
    planted.samples.retain(|sample| !container(sample));
    for server in &claim.servers {
        let subject = Subject {
            server: server.clone(),
            packaging: Packaging::ContainerReference,
            digest: None,
        };
        let outcome = Outcome::Unavailable {
            why: "no Docker engine".to_owned(),
            remedy: "harness doctor --setup".to_owned(),
        };
        planted.samples.push(Sample::failed(
            Trial(9),
            subject,
            Metric::FirstAnswer,
            outcome,
        ));
    }
    let judged = judge(
        claim,
        Basis::Run,
        &OfRuns::new(std::slice::from_ref(&planted)),
        "testbed emulated",
    );
    assert_eq!(judged.verdict, Verdict::NotTestable);
    assert_eq!(
        judged
            .why
            .matches("no Docker engine; harness doctor --setup")
            .count(),
        1,
        "{}",
        judged.why
    );
}

#[test]
fn the_papers_own_table_gives_what_its_text_does_not_say() {
    let table = OfTable::new(Published::parse(PUBLISHED_TABLE3).expect("the committed table"));
    let claims = committed();
    let of = |id: &str| {
        let claim = claims
            .iter()
            .find(|claim| claim.id == id)
            .expect("it is committed");
        assert!(claim.judged_by.contains(&Basis::Table), "{id}");
        judge(claim, Basis::Table, &table, "")
    };
    let memory = of("memory-reduction");
    assert_eq!(memory.verdict, Verdict::NotReproduced);
    assert_eq!(memory.why, "not within 59–72 %: log_parser 52.3 %");
    let cold = of("cold-start-ratio");
    assert_eq!(cold.verdict, Verdict::NotReproduced);
    assert_eq!(cold.why, "not within 10–21 ×: filesystem 9.91 ×");
    assert_eq!(cold.found, "9.91–21.1 ×");
    for id in [
        "memory-mean-component",
        "memory-mean-container",
        "size-mean-component",
        "cold-start-53-ms",
    ] {
        assert_eq!(of(id).verdict, Verdict::Reproduced, "{id}");
    }
}

#[test]
fn a_run_that_did_not_end_says_so_above_its_verdicts() {
    let claims = committed();
    let mut planted = run(&claims[0], 15.0);
    let told = |record: &Record| OfRuns::new(std::slice::from_ref(record)).provenance();
    assert!(!told(&planted).contains("did not end"));
    planted.state = State::Interrupted { cut: false };
    assert!(told(&planted).contains("did not end"), "{}", told(&planted));
}

#[test]
fn a_mean_over_fewer_tools_judges_nothing() {
    let claims = committed();
    let claim = claims
        .iter()
        .find(|claim| claim.id == "execution-comparable")
        .expect("it is committed");
    let mut planted = run(claim, 1.0);
    let mut other = sample(
        "git",
        Packaging::Component,
        Metric::Execution,
        Some("more-small"),
        1e8,
    );
    other.tool = Some("more".to_owned());
    planted.samples.push(other);
    let judged = judge(
        claim,
        Basis::Run,
        &OfRuns::new(std::slice::from_ref(&planted)),
        "testbed emulated",
    );
    assert_eq!(judged.verdict, Verdict::NotTestable);
    assert!(judged.why.contains("1 of 2 tools"), "{}", judged.why);
}

#[test]
fn worse_is_less_than_accepted_and_never_what_cannot_be_tested() {
    use Verdict::{BetterThan, NotReproduced, NotTestable, Reproduced};
    for (now, accepted, worse) in [
        (NotReproduced, Reproduced, true),
        (NotReproduced, BetterThan, true),
        (Reproduced, BetterThan, true),
        (BetterThan, Reproduced, false),
        (Reproduced, Reproduced, false),
        (NotTestable, BetterThan, false),
        (NotReproduced, NotTestable, false),
    ] {
        assert_eq!(now.is_worse_than(accepted), worse, "{now} after {accepted}");
    }
}

const GOOD: &str = r#"
[[claim]]
id = "a"
says = "fast"
source = "VIII-B a"
judged_by = ["run"]
quantity = "cold-start"
of = "container-reference"
over = "component"
servers = ["git"]
across = "each"
unit = "×"
low = 10
high = 21
tolerance = 0.05
better = "above"
"#;

#[test]
fn each_fault_of_a_file_is_named_with_its_remedy() {
    let file = Path::new("claims.toml");
    assert_eq!(parse(file, GOOD).expect("acceptable").measured.len(), 1);
    for (from, to, named) in [
        ("says", "said", "unknown field `said`"),
        ("low = 10", "low = \"ten\"", "correct the field"),
        ("low = 10", "low = nan", "low or high is no number"),
        ("low = 10", "low = 99", "low is more than high"),
        ("low = 10\nhigh = 21\n", "", "cannot fail"),
        ("high = 21\n", "", "there is no high"),
        ("0.05", "5", "tolerance is no share"),
        ("[\"run\"]", "[]", "judged_by is empty"),
        ("[\"run\"]", "[\"guess\"]", "unknown variant `guess`"),
        ("[\"git\"]", "[]", "servers is empty"),
        ("[\"git\"]", "[\"git\", \"git\"]", "servers names one twice"),
        ("over = \"component\"\n", "", "over is absent"),
        ("\"×\"", "\"ms\"", "over is given"),
        ("\"×\"", "\"MB\"", "unit is not of this quantity"),
        ("\"each\"", "\"spread\"", "leave out over"),
        (
            "over = \"component\"",
            "over_server = \"time\"",
            "over is absent",
        ),
        (
            "\"cold-start\"",
            "\"end-to-end\"",
            "call belongs to end-to-end and call",
        ),
        (
            "[\"run\"]\nquantity",
            "[\"table\"]\ncall = \"x\"\nquantity",
            "call belongs",
        ),
        ("id = \"a\"", "id = \"\"", "id, says or source is empty"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from} is there");
        let error = parse(file, &text).expect_err(named).to_string();
        assert!(error.starts_with("claims.toml: "), "{error}");
        assert!(error.contains(named), "{named}: {error}");
    }
    let table = GOOD
        .replace("\"run\"", "\"table\"")
        .replace("\"git\"", "\"time\"");
    let error = parse(file, &table)
        .expect_err("time is not in the table")
        .to_string();
    assert!(
        error.contains("Table III has no cold-start of time"),
        "{error}"
    );
    let twice = parse(file, &GOOD.repeat(2)).expect_err("twice").to_string();
    assert!(twice.contains("id stands twice"), "{twice}");
    assert!(
        parse(file, "")
            .expect_err("nothing")
            .to_string()
            .contains("no [[claim]]")
    );
}

#[test]
fn a_file_that_is_no_list_is_refused_whatever_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("claims.toml");
    let refused = |named: &str| {
        let error = read(&file).expect_err("refused").to_string();
        assert!(
            error.contains("claims.toml") && error.contains(named),
            "{error}"
        );
    };
    refused("restore it");
    std::fs::write(&file, [0xff, 0xfe, 0]).expect("written");
    refused("restore it");
    std::fs::write(&file, "x".repeat(2 << 20)).expect("written");
    refused("longer than");
    std::fs::write(&file, "[".repeat(200_000)).expect("written");
    refused("correct the field");
}

#[test]
fn what_is_accepted_is_read_back_and_differences_are_told() {
    let claims = committed();
    let planted = run(&claims[0], 15.0);
    let numbers = OfRuns::new(std::slice::from_ref(&planted));
    let judged: Vec<Judged> = claims
        .iter()
        .map(|claim| judge(claim, Basis::Run, &numbers, ""))
        .collect();
    let mut accepted = Accepted::default();
    assert_eq!(accepted.differences(&judged).len(), judged.len());
    accepted.accept(&judged, Timestamp(1_795_250_400), "the first");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("claims.toml");
    assert!(Accepted::read(&file).expect("none").is_none());
    std::fs::write(&file, accepted.written()).expect("written");
    let back = Accepted::read(&file).expect("read").expect("it is there");
    assert!(back.differences(&judged).is_empty());
    let worse = run(&claims[0], 5.0);
    let worse = judge(
        &claims[0],
        Basis::Run,
        &OfRuns::new(std::slice::from_ref(&worse)),
        "",
    );
    let mut now = judged.clone();
    now[0] = worse;
    let told = back.differences(&now);
    assert_eq!(told.len(), 1);
    assert!(told[0].is_worse());
    assert_eq!(
        told[0].to_string(),
        "cold-start-ratio by run: reproduced → not reproduced"
    );
    let gone = back.differences(&judged[1..]);
    assert_eq!(gone.len(), 1);
    assert!(!gone[0].is_worse());
    let text = accepted.written();
    for (broken, named) in [
        (
            text.replace("verdict = \"reproduced\"", "verdict = \"fine\""),
            "unknown variant `fine`",
        ),
        (
            format!(
                "{text}\n[[verdict]]\nclaim = \"cold-start-ratio\"\nby = \"run\"\nverdict = \"reproduced\"\n"
            ),
            "stands twice",
        ),
    ] {
        std::fs::write(&file, broken).expect("written");
        let error = Accepted::read(&file).expect_err(named).to_string();
        assert!(error.contains(named), "{error}");
    }
}

mod replayed;
