//! Whatever a profile file holds, reading it ends in a profile or in an error with file, field and remedy.

mod world;

use proptest::prelude::*;
use proptest::sample::Index;
use scheduler::cost::Cost;
use scheduler::filter::Rules;
use scheduler::profile::{Profile, ProfileError};
use scheduler::schedule::{NAMES, by_name};

use world::{PUBLISHED, S1, S4, World};

/// Changes that people and disks make to a file.
#[derive(Clone, Debug)]
enum Change {
    DropLine(Index),
    DoubleLine(Index),
    SwapLines(Index, Index),
    CutAt(Index),
    Insert(Index, String),
    Number(Index, String),
}

fn change() -> impl Strategy<Value = Change> {
    let words = prop::sample::select(vec![
        "unknown = \"x\"",
        "{ unknown = 3 }",
        "= ",
        "[",
        "]]",
        "\"",
        "[[tier]]",
        "[server.x.tool.y]",
        "\u{0}",
        "ǌ",
        "-1",
        "nan",
        "inf",
        "1e999",
        "99999999999999999999",
        "[unknown]",
        "device",
        "{ typical = \"1 ms\", low = \"2 ms\" }",
    ]);
    let text = prop_oneof![
        words.prop_map(str::to_owned),
        ".{0,20}".prop_map(|text| text)
    ];
    prop_oneof![
        any::<Index>().prop_map(Change::DropLine),
        any::<Index>().prop_map(Change::DoubleLine),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Change::SwapLines(one, other)),
        any::<Index>().prop_map(Change::CutAt),
        (any::<Index>(), text.clone()).prop_map(|(at, text)| Change::Insert(at, text)),
        (any::<Index>(), text).prop_map(|(at, text)| Change::Number(at, text)),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let boundary = |at: &Index| {
        let mut place = at.index(text.len() + 1);
        while !text.is_char_boundary(place) {
            place -= 1;
        }
        place
    };
    match change {
        Change::CutAt(at) => return text[..boundary(at)].to_owned(),
        Change::Insert(at, more) => {
            let (before, after) = text.split_at(boundary(at));
            return format!("{before}{more}{after}");
        }
        _ if lines.is_empty() => return String::new(),
        Change::DropLine(at) => {
            lines.remove(at.index(lines.len()));
        }
        Change::DoubleLine(at) => {
            let at = at.index(lines.len());
            lines.insert(at, lines[at].clone());
        }
        Change::SwapLines(one, other) => {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            lines.swap(one, other);
        }
        Change::Number(at, value) => {
            let at = at.index(lines.len());
            if let Some((key, _)) = lines[at].split_once('=') {
                lines[at] = format!("{key}= {value}");
            }
        }
    }
    lines.join("\n")
}

/// The published file without most of its tools, so that a change hits every kind of line.
fn short() -> String {
    let profile = Profile::read("published.toml", PUBLISHED).expect("a profile");
    let mut short = profile;
    for server in short.servers.values_mut() {
        while server.tools.len() > 1 {
            server.tools.pop_last();
        }
    }
    short.write()
}

fn judge(text: &str) -> Result<Option<Profile>, TestCaseError> {
    match Profile::read("mine.toml", text) {
        Ok(profile) => {
            let again = Profile::read("again.toml", &profile.write());
            prop_assert_eq!(
                again.as_ref(),
                Ok(&profile),
                "what is accepted can be written"
            );
            Ok(Some(profile))
        }
        Err(ProfileError {
            file,
            line,
            field,
            what,
            remedy,
        }) => {
            prop_assert_eq!(file, "mine.toml");
            prop_assert!(
                line >= 1 && line <= text.lines().count() + 1,
                "line {}",
                line
            );
            prop_assert!(!field.is_empty() && !what.is_empty() && !remedy.is_empty());
            Ok(None)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_profile_is_read_or_refused_with_a_remedy(changes in prop::collection::vec(change(), 1..4)) {
        let mut text = short();
        for change in &changes {
            text = changed(&text, change);
        }
        let Some(profile) = judge(&text)? else {
            return Ok(());
        };
        // What is accepted can be scheduled by, or refuses with a reason.
        let world = World::of(profile);
        for chain in [S1, S4] {
            let calls: Vec<_> = chain
                .split(';')
                .filter_map(|tool| {
                    let tool = tool.split_whitespace().next()?;
                    let (server, _) = world.profile.find_tool(tool)?;
                    Some(scheduler::call::Call::bare(server, tool))
                })
                .collect();
            for name in NAMES {
                for (cost, rules) in [(Cost::Reference, Rules::Published), (Cost::Latency, Rules::Strict)] {
                    let scheduler = by_name(name, cost, rules).expect("listed");
                    if let Err(why) = scheduler.plan(&calls, &world.view()) {
                        prop_assert!(why.to_string().contains("; "), "{why} has no remedy");
                    }
                }
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_remedy(text in "(?s).{0,200}") {
        judge(&text)?;
    }
}

#[test]
fn depth_and_size_are_bounded() {
    for text in [
        "a=".to_owned() + &"[".repeat(100_000),
        "a=".to_owned() + &"{a=".repeat(100_000),
        "a.".repeat(100_000) + "b = 1",
        "x".repeat(5 << 20),
        format!("[{}]", "a.".repeat(50_000) + "b"),
        "[[tier]]\n".repeat(200_000),
    ] {
        let error = Profile::read("mine.toml", &text).expect_err("no profile");
        assert!(!error.remedy.is_empty() && error.to_string().len() < 5_000);
    }
    let error = Profile::read("mine.toml", &"#\n".repeat(3 << 20)).expect_err("too large");
    assert_eq!(
        error.to_string(),
        "mine.toml:1: the file: has 6291456 bytes; keep a profile below 4194304 bytes"
    );
}
