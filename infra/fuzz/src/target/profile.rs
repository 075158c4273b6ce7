//! Profiles: what is accepted is written as what is read again, and calls are placed by it or refused with a remedy.

use scenario::{Call, Origin, Trace, Way};
use scheduler::profile::Profile;
use serde_json::{Value, json};

use super::{Target, placed, planted, refused};

pub(super) const TARGET: Target = Target {
    name: "profile",
    feed,
    longest: 4096,
    compares: false,
    words: &[
        "\ngpu = true\n",
        "\nspeed = 6.7\n",
        "\nhandoff = \"direct\"\n",
        "\nstatic = \"edge\"\n",
        "\nunknown = \"-\"\n",
        "{ unknown = \"-\" }",
        "{ typical = \"1 ms\", low = \"1 ms\", high = \"2 ms\", samples = 3 }",
        "{ typical = \"1 ms\", at = \"1 kB\", per_megabyte = \"1 s\" }",
        "{ process-cold = \"50 ms\" }",
        "\n[[tier]]\n",
        "\n[[data]]\nprefix = \"/a\"\ntier = \"edge\"\n",
        "\n[reference]\np_comm_default = 0.1\n",
        "\ncapacity = \"1 calls\"\n",
        "\nretention = \"0 s\"\n",
        "\npower = \"6.4 W\"\n",
        "\nprice = \"0.40 USD/h\"\n",
        "18446744073709551615 ns",
        "Gbit/s",
        "third-party",
        "external",
        "local",
        "\\u001b",
        "nan",
    ],
};

/// Calls of so many of its tools are placed.
const TOOLS: usize = 4;

/// A file of a person's.
fn feed(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let profile = match Profile::read("given.toml", text) {
        Ok(profile) => profile,
        Err(why) => {
            let lines = text.lines().count() + 1;
            assert!(
                (1..=lines).contains(&why.line),
                "line {} of {lines}",
                why.line
            );
            return refused(
                &why.to_string(),
                &[&why.file, &why.field, &why.what, &why.remedy],
            );
        }
    };
    let written = profile.write();
    let again = Profile::read("again.toml", &written);
    assert_eq!(again.as_ref(), Ok(&profile), "it is read as another");
    placed::judge(&trace(&profile), &profile);
    // Behind every check: no seed has such a factor.
    planted(|| profile.tiers.iter().any(|tier| tier.speed == 2.0));
}

/// Calls of its tools, each made from the one before: with no path, with paths of each kind, with none that names a place.
fn trace(profile: &Profile) -> Trace {
    let tools = profile.servers.iter().flat_map(|(server, known)| {
        let tools = known.tools.keys();
        tools.map(move |tool| (server.clone(), tool.clone()))
    });
    let root = profile
        .data
        .first()
        .map_or("/", |root| root.prefix.as_str());
    let arguments: [Value; TOOLS] = [
        json!({}),
        json!({"to": format!("{root}/x"), "text": "y"}),
        json!({"rows": [{"path": "edge://x"}, {"at": "<scratch>/x"}]}),
        json!({"url": "https://example.org/", "path": "../x"}),
    ];
    let calls = tools.zip(arguments).enumerate();
    let calls = calls.map(|(index, ((server, tool), arguments))| Call {
        server,
        tool,
        arguments,
        input: Some(record::Bytes(1_000)),
        output: Some(record::Bytes(2_000)),
        depends_on: index.checked_sub(1).into_iter().collect(),
        returned: None,
        ran: None,
    });
    Trace {
        scenario: "given".to_owned(),
        title: "Given".to_owned(),
        origin: Origin {
            way: Way::Written,
            source: "the fuzzer".to_owned(),
            command: None,
            data: None,
        },
        calls: calls.collect(),
    }
}
