//! The published profile is what the reference and the paper say, and a file that is none is refused with place and remedy.

use expect_test::{Expect, expect};
use record::{Bytes, Nanos, Packaging};
use scheduler::profile::{Known, Locality, Profile};
use scheduler::quantity::BitsPerSecond;
use scheduler::tier::Tier;

const PUBLISHED: &str = include_str!("../../profiles/published.toml");

fn published() -> Profile {
    Profile::read("published.toml", PUBLISHED).expect("the committed profile is one")
}

/// The reference's numbers of every tool, one a line, as `dispatcher/profiles/published.toml` claims to have them.
#[test]
fn the_published_profile_has_the_reference_s_45_tools() {
    let profile = published();
    assert!(profile.is_canonical());
    let mut known = 0;
    let mut unknown = Vec::new();
    let mut columns: Vec<(String, [u64; 3])> = Vec::new();
    for (server, tools) in &profile.servers {
        let mut sum = [0; 3];
        for (name, tool) in &tools.tools {
            let Known::Is(tool) = tool else {
                unknown.push(format!("{server}.{name}"));
                continue;
            };
            known += 1;
            assert!(tool.wasi && !tool.gpu, "{server}.{name}");
            let packagings = [
                Packaging::Reference,
                Packaging::Component,
                Packaging::ContainerReference,
            ];
            for (tier, packaging) in Tier::first(3).zip(packagings) {
                let timing = tool.timing(tier, packaging).and_then(Known::get);
                sum[tier.place()] += timing.expect("each of the three is measured").typical.0;
            }
        }
        columns.push((server.clone(), sum.map(|nanos| nanos / 100_000)));
    }
    assert_eq!(known, 45);
    assert_eq!(
        unknown,
        [
            "log_parser.extract_time_range",
            "sequential_thinking.sequentialthinking",
            "time.convert_time",
            "time.get_current_time"
        ]
    );
    // The sums by server, in tenths of a millisecond, device, edge, cloud: specification 4.3, "Column sums".
    expect![[r#"
        [
            ("data_aggregate", [297, 9842, 32]),
            ("fetch", [15329, 19979, 8083]),
            ("filesystem", [15585, 295, 840]),
            ("git", [1540, 242, 361]),
            ("image_resize", [25333, 18293, 3962]),
            ("log_parser", [36, 9808, 6]),
            ("sequential_thinking", [0, 0, 0]),
            ("summarize", [74771, 14353, 29695]),
            ("time", [0, 0, 0]),
        ]"#]]
    .assert_eq(&compact(&columns));
}

fn compact(columns: &[(String, [u64; 3])]) -> String {
    let lines: Vec<String> = columns
        .iter()
        .map(|column| format!("    {column:?},\n"))
        .collect();
    format!("[\n{}]", lines.concat())
}

#[test]
fn the_published_profile_has_both_sets_of_links() {
    let profile = published();
    let names: Vec<&str> = profile.links.iter().map(|set| set.name.as_str()).collect();
    assert_eq!(names, ["configured", "published-rtt"]);
    let configured = &profile.links[0];
    let edge = configured
        .between(Tier::EDGE, Tier::DEVICE)
        .expect("a link");
    assert_eq!(edge.one_way, Known::Is(Nanos(892_000)));
    assert_eq!(edge.bandwidth, Known::Is(BitsPerSecond(943_710_000)));
    let cloud = configured
        .between(Tier::DEVICE, Tier::CLOUD)
        .expect("a link");
    assert_eq!(cloud.one_way, Known::Is(Nanos(4_329_000)));
    assert_eq!(cloud.bandwidth, Known::Is(BitsPerSecond(325_660_000)));
    let round_trips = profile.links[1].pairs.concat();
    let round_trips: Vec<u64> = round_trips
        .iter()
        .map(|link| link.one_way.get().expect("all three are printed").0 * 2 / 1_000_000)
        .collect();
    assert_eq!(round_trips, [30, 160, 130]);
    assert_eq!(configured.between(Tier::EDGE, Tier::EDGE), None);
    // What a round trip of a small message costs, and that an unknown link refuses by name.
    let names = |tier| profile.tier_name(tier).to_owned();
    let took = configured.transfer(Tier::DEVICE, Tier::CLOUD, Bytes(1_000_000), names);
    assert_eq!(took, Ok(Nanos(4_329_000 + 24_565_497)));
    let refused = configured.transfer(Tier::CLOUD, Tier::EDGE, Bytes(1), names);
    expect!["one_way of the link between edge and cloud in links.configured is unknown (config/system.yaml has no such link); measure it, or choose a cost model that does without"]
        .assert_eq(&refused.expect_err("unknown").to_string());
}

#[test]
fn localities_and_privacy_are_the_reference_s() {
    let profile = published();
    let all = profile.servers.values().flat_map(|server| &server.tools);
    let known: Vec<_> = all
        .filter_map(|(name, tool)| Some((name.as_str(), tool.get()?)))
        .collect();
    let of = |locality| {
        known
            .iter()
            .filter(|(_, tool)| tool.locality == locality)
            .count()
    };
    assert_eq!(
        [Locality::Args, Locality::External, Locality::Local].map(of),
        [25, 3, 17]
    );
    let private = known.iter().filter(|(_, tool)| tool.private).count();
    assert_eq!(private, 15);
    // The two labels that decide the published result: both tools read local files.
    for label in ["git_diff", "batch_resize"] {
        let (_, tool) = profile.find_tool(label).expect("a tool");
        assert_eq!(tool.get().expect("known").locality, Locality::Args);
    }
}

#[test]
fn a_profile_is_written_as_it_is_read() {
    let profile = published();
    let again = Profile::read("again.toml", &profile.write());
    assert_eq!(again, Ok(profile));
}

/// The published file with one passage changed, and what is said of it.
fn check(from: &str, to: &str, said: Expect) {
    assert!(PUBLISHED.contains(from), "{from}");
    let changed = PUBLISHED.replacen(from, to, 1);
    let error = Profile::read("mine.toml", &changed).expect_err(to);
    said.assert_eq(&error.to_string());
}

#[test]
fn what_is_wrong_is_said_with_file_line_field_and_remedy() {
    check(
        "gpu = false",
        "gpus = false",
        expect![
            "mine.toml:32: gpus: unknown field `gpus`, expected one of `name`, `host`, `trust`, `gpu`, `speed`, `capacity`, `memory`, `retention`, `external`, `power`, `price`; remove it, or write one of those that are expected"
        ],
    );
    check(
        "gpu = false",
        "\"gpu\\u001b[2J\" = false",
        expect![[
            r#"mine.toml:32: "gpu\u001b[2J": unknown field `gpu\u{1b}[2J`, expected one of `name`, `host`, `trust`, `gpu`, `speed`, `capacity`, `memory`, `retention`, `external`, `power`, `price`; remove it, or write one of those that are expected"#
        ]],
    );
    check(
        "[server.filesystem.on.edge]",
        "[server.filesystem.on.fog]",
        expect![[
            r#"mine.toml:101: on of server filesystem: "fog" is none of them; write one of device, edge, cloud"#
        ]],
    );
    check(
        "home = \"device\"",
        "home = \"Device\"",
        expect![[
            r#"mine.toml:16: home: "Device" is none of them; write one of device, edge, cloud"#
        ]],
    );
    check(
        "input = \"183 B\"",
        "input = \"183\"",
        expect![[
            r#"mine.toml:111: input of tool filesystem.read_file: "183" has none of the units B, kB, MB, GB; write it like "488478 B""#
        ]],
    );
    check(
        "input = \"183 B\"",
        "input = 183",
        expect![[
            r#"mine.toml:111: input: invalid type: integer `183`, expected a text with a unit, or { unknown = "reason" }; see dispatcher/profiles/README.md for the file's shape"#
        ]],
    );
    check(
        "input = \"183 B\"\n",
        "",
        expect![[
            r#"mine.toml:106: input of tool filesystem.read_file: is not there; add it, or write unknown = "reason" for the whole tool"#
        ]],
    );
    check(
        "input = \"183 B\"",
        "input = { unknown = \"\" }",
        expect![
            "mine.toml:111: input of tool filesystem.read_file: is not a line of text; write a line of up to 2000 bytes"
        ],
    );
    check(
        "input = \"183 B\"",
        "input = { unknwon = \"no\" }",
        expect![
            "mine.toml:111: input: unknown field `unknwon`, expected `unknown`; remove it, or write one of those that are expected"
        ],
    );
    check(
        "locality = \"local\"",
        "locality = \"near\"",
        expect![[
            r#"mine.toml:107: locality of tool filesystem.read_file: "near" is none of them; write one of args, external, local"#
        ]],
    );
    check(
        "start = \"the reference's profile",
        "starts = \"the reference's profile",
        expect![
            "mine.toml:25: starts: unknown field `starts`, expected one of `capacity`, `memory`, `retention`, `external`, `power`, `price`, `start`, `spread`; remove it, or write one of those that are expected"
        ],
    );
    check(
        "execution.device.reference = \"7 ms\"",
        "execution.device.python = \"7 ms\"",
        expect![[
            r#"mine.toml:113: execution of tool filesystem.read_file: "python" is none of them; give one of component, component-wasmtime, native, container-native, container-component, container-reference, reference; rename it"#
        ]],
    );
    check(
        "execution.device.reference = \"7 ms\"",
        "execution.device.reference = { typical = \"7 ms\", low = \"8 ms\", high = \"9 ms\", samples = 3 }",
        expect![
            "mine.toml:113: execution.device.reference of tool filesystem.read_file: has its median outside of low and high; mend the three numbers"
        ],
    );
    check(
        "between = [\"edge\", \"cloud\"]",
        "between = [\"edge\", \"device\"]",
        expect![
            "mine.toml:65: between of a pair in links.configured: is there twice; links are the same in both directions; remove one of the two"
        ],
    );
    check(
        "prefix = \"/edgeagent\"",
        "prefix = \"/edgeagent/\"",
        expect![[
            r#"mine.toml:90: data.prefix: is no absolute path in its shortest form; write it like "/edgeagent""#
        ]],
    );
    check(
        "bandwidth = \"325.66 Mbit/s\"",
        "bandwidth = \"0 bit/s\"",
        expect![[
            r#"mine.toml:62: bandwidth of a pair in links.configured: is nothing, so no message would arrive; write what the link carries, or { unknown = "reason" }"#
        ]],
    );
    check(
        "trust = \"owner\"",
        "trust = \"me\"",
        expect![[
            r#"mine.toml:31: trust of tier device: "me" is none of them; write one of owner, site, third-party"#
        ]],
    );
    check(
        "format = 1",
        "format = 2",
        expect![
            "mine.toml:13: format: 2 is another version of the file; write format = 1, after reading what changed"
        ],
    );
    check(
        "format = 1",
        "format = 1\nformat = 1",
        expect!["mine.toml:14: format: duplicate key; mend the TOML there"],
    );
    check(
        "name = \"published\"",
        "name = published",
        expect![
            "mine.toml:14: name: string values must be quoted, expected literal string; mend the TOML there"
        ],
    );
    check(
        "price = \"the paper states no price\"\n",
        "",
        expect![[
            r#"mine.toml:28: price of tier device: is neither there nor unknown for the whole file; measure it, or write { unknown = "reason" } in its place or a reason in [unknown]"#
        ]],
    );
}
