//! Cold starts over HTTP and from the disk stand beside the plain ones, and never among them.

use figures::{Report, cold, report};
use record::{
    Metric, Nanos, Outcome, Packaging, PageCache, Record, Run, Sample, State, Subject, Timestamp,
    Transport, Trial,
};

fn start(packaging: Packaging, transport: Transport, page_cache: PageCache, nanos: u64) -> Sample {
    let subject = Subject {
        server: "git".into(),
        packaging,
        digest: None,
    };
    Sample {
        start: Some(cold(packaging)),
        transport: Some(transport),
        page_cache: Some(page_cache),
        ..Sample::new(Trial(0), subject, Metric::FirstAnswer, Nanos(nanos))
    }
}

fn drawn(samples: Vec<Sample>) -> Report {
    report(&Record {
        run: Run::new("table3", 1, Timestamp(0)),
        samples,
        state: State::Finished,
    })
    .expect("drawn")
}

#[test]
fn other_ways_stand_beside_the_plain_one_with_what_is_between_and_not_among_it() {
    use Packaging::{Component, ContainerReference};
    use PageCache::{Dropped, Warm};
    use Transport::{Http, Stdio};
    let through = Sample {
        proxy: Some("mcp-proxy 1.2.3".to_owned()),
        ..start(ContainerReference, Http, Warm, 900_000)
    };
    let plain = vec![
        start(Component, Stdio, Warm, 2_000),
        start(Component, Http, Warm, 3_000),
        start(ContainerReference, Stdio, Warm, 400_000),
    ];
    assert!(
        drawn(plain.clone()).page("table3-ways").is_none(),
        "HTTP of a process alone is in the detail"
    );
    let refused = Sample {
        value: None,
        outcome: Outcome::Unavailable {
            why: "the page cache cannot be dropped".to_owned(),
            remedy: "Run as root.".to_owned(),
        },
        ..start(ContainerReference, Stdio, Dropped, 0)
    };
    let others = [through, refused, start(Component, Stdio, Dropped, 50_000)];
    let report = drawn(plain.into_iter().chain(others).collect());
    let (table, _) = report.page("table3-ways").expect("a container was asked");
    let row = |packaging: Packaging| {
        let mut rows = table.rows.iter();
        let row = rows.find(|row| table.words(row, "packaging") == packaging.name());
        let row = row.expect("it was measured");
        ["stdio", "http", "http_over_component", "through", "dropped"]
            .map(|key| table.cell(row, key).text())
    };
    expect_test::expect![[r#"
        ["2.00 µs", "3.00 µs", "–", "", "50.0 µs"]
        ["400 µs", "900 µs", "300×", "mcp-proxy 1.2.3", "unavailable: the page cache cannot be dropped; Run as root."]"#]].assert_eq(&format!("{:?}\n{:?}", row(Component), row(ContainerReference)));
    let (detail, _) = report.page("table3-detail").expect("always");
    let of = |transport: &str| {
        let mut rows = detail.rows.iter();
        rows.any(|row| detail.words(row, "transport") == transport)
    };
    assert!(of("http through mcp-proxy 1.2.3") && of("http"));
    let (headline, _) = report.page("table3").expect("always");
    let mut cold = headline.rows.iter().filter(|row| {
        headline.words(row, "packaging") == ContainerReference.name()
            && headline.words(row, "quantity") == "cold-start"
    });
    let cold = cold.next().expect("a row");
    assert_eq!(headline.cell(cold, "measured").real(), Some(400_000.0));
}
