//! Who may depend on whom among our crates, and what must not be below them: the drawing in ARCHITECTURE.md, enforced.

use crate::graph::{Graph, Kind};
use crate::rule::{Finding, Repository, Rule};

/// Each crate and what it may ship with. A crate that is not here may depend on nothing of ours; a server on the SDK alone.
const TABLE: &[(&str, &[&str])] = &[
    // It judges by the words and the profile of what it judges; `rules/auditor.rs` keeps it from the filter.
    ("auditor", &["record", "scheduler"]),
    // It judges servers as the harness starts them, with what it installs of others.
    ("conformance", &["dataset", "harness", "original", "record"]),
    // It installs Debian's engine with the toolchain's way of running commands.
    ("container", &["toolchain"]),
    ("dataset", &["record"]),
    // It hosts plug-ins, which are schedulers.
    ("dispatcher", &["record", "scheduler"]),
    // A server of one bench, which stands with the instruments.
    ("expressions", &["wasmmcp"]),
    ("figures", &["record"]),
    (
        "fuzz",
        &[
            "auditor",
            "dataset",
            "harness",
            "mcp-wire",
            "record",
            "replay",
            "scenario",
            "scheduler",
            "wasmmcp",
        ],
    ),
    (
        "harness",
        &[
            "auditor",
            "container",
            "dataset",
            "dispatcher",
            "figures",
            "mcp-wire",
            "original",
            "record",
            "replay",
            "scenario",
            "scheduler",
            "toolchain",
            "wasmmcp-runtime",
        ],
    ),
    ("original", &["toolchain"]),
    (
        "parity",
        &["dataset", "harness", "original", "record", "toolchain"],
    ),
    // It is a server that no table has: built and started as servers are.
    ("probe", &["wasmmcp"]),
    ("replay", &["auditor", "record", "scenario", "scheduler"]),
    ("scenario", &["record"]),
    ("scheduler", &["record"]),
    ("wasmmcp", &["mcp-wire", "wasmmcp-macros"]),
    ("wasmmcp-compiler", &["mcp-wire", "wasmmcp-runtime"]),
    ("wasmmcp-runtime", &["mcp-wire"]),
    (
        "worker",
        &["harness", "mcp-wire", "record", "wasmmcp-runtime"],
    ),
];

/// Who links servers all the same: coverage is seen within a program only, and nothing of it is shipped or measured.
const LINKS_SERVERS: &[&str] = &["fuzz"];

/// What every server may ship with.
const OF_SERVERS: &[&str] = &["wasmmcp"];

/// Tests and benches may reach further: they build components, generate inputs, speak to a real host, and time the SDK.
const IN_TESTS: &[&str] = &[
    "dataset",
    "mcp-wire",
    "original",
    "record",
    "toolchain",
    "wasmmcp",
    "wasmmcp-runtime",
];

/// These two are the floor and the drawing room: anybody must be able to redraw a record with Rust alone, tests included.
const WITHOUT_TEST_HELP: &[&str] = &["figures", "record"];

/// What must be nowhere below a crate, and why.
const ABSENT: &[(&str, &[&str], &str)] = &[
    (
        "figures",
        &["bollard", "hyper", "tokio", "wasmtime"],
        "everything can be redrawn without an engine, a network or an async runtime",
    ),
    (
        "record",
        &["bollard", "hyper", "tokio", "wasmtime"],
        "a record is read and written without what it measured",
    ),
    (
        "scenario",
        &["bollard", "hyper", "tokio", "wasmtime"],
        "a trace is read, judged and replayed without what made its calls",
    ),
    (
        "scheduler",
        &["bollard", "hyper", "rand", "tokio", "wasmtime"],
        "virtual time and real time run the same code, so it is told the time, and plug-ins are hosted elsewhere",
    ),
    (
        "auditor",
        &["bollard", "hyper", "tokio", "wasmtime"],
        "a placement is judged without what made it",
    ),
    (
        "replay",
        &["bollard", "hyper", "tokio", "wasmtime"],
        "a virtual clock waits for nothing",
    ),
    (
        "dispatcher",
        &["cap-std", "hyper", "tokio", "wasmtime-wasi"],
        "a plug-in is given no file, no socket and no clock, so there is nothing here that could give it one",
    ),
    (
        "mcp-wire",
        &["hyper", "mio", "socket2", "tokio", "wasmtime"],
        "the wire's rules are shared by guest and host, so they do no I/O",
    ),
    (
        "dataset",
        &["tokio", "wasmtime"],
        "inputs are made without what reads them",
    ),
    (
        "toolchain",
        &["tokio", "wasmtime"],
        "tests of every crate use it, so it must build in seconds",
    ),
    (
        "original",
        &["tokio", "wasmtime"],
        "tests of every crate use it, so it must build in seconds",
    ),
];

/// What must be nowhere in a component: no async runtime, no threads, no host.
const ABSENT_IN_GUESTS: &[&str] = &["async-std", "mio", "rayon", "smol", "tokio", "wasmtime"];

/// What must not be in a crate that is built by itself, and why.
const ABSENT_ALONE: &[(&str, &str, &str)] = &[
    (
        "wasmmcp-runtime",
        "cranelift-codegen",
        "a compiler in the runtime costs milliseconds and megabytes at every start; the compiler is a program of its own",
    ),
    (
        "worker",
        "cranelift-codegen",
        "the worker holds the host that is measured, which has no compiler; of `harness` it uses the library without plug-ins",
    ),
];

/// Our crates depend downward only.
pub const DIRECTION: Rule = Rule {
    name: "dependency table",
    reason: "the drawing in ARCHITECTURE.md is only true while nobody adds an arrow; a new arrow is a word in the table of infra/xtask/src/rules/dependencies.rs, with its reason in the commit",
    check: |repository| direction(&repository.graph),
    bad: || {
        [
            ("figures", "harness", Kind::Normal),
            ("figures", "toolchain", Kind::Dev),
            ("harness", "noop", Kind::Normal),
            ("worker", "noop", Kind::Dev),
            ("noop", "mcp-wire", Kind::Normal),
            ("record", "dataset", Kind::Normal),
            ("newcomer", "record", Kind::Normal),
        ]
        .map(|edge| example(&[edge]))
        .into()
    },
    good: || {
        example(&[
            ("noop", "wasmmcp", Kind::Normal),
            ("noop", "toolchain", Kind::Dev),
            ("fuzz", "noop", Kind::Normal),
            ("figures", "record", Kind::Normal),
            ("figures", "plotters", Kind::Normal),
            ("harness", "figures", Kind::Normal),
        ])
    },
};

/// Some things are deliberately absent below some crates.
pub const ABSENCE: Rule = Rule {
    name: "deliberate absence",
    reason: "what a crate cannot see it cannot come to need; trim a feature or move the code up",
    check: |repository| absence(&repository.graph),
    bad: || {
        vec![
            example(&[
                ("figures", "plotters", Kind::Normal),
                ("plotters", "tokio", Kind::Normal),
            ]),
            with_compiler(&["wasmtime", "cranelift-codegen"]),
            example(&[("mcp-wire", "socket2", Kind::Normal)]),
            with_compiler(&["wasmtime", "cranelift-codegen"]),
            example(&[
                ("noop", "image", Kind::Normal),
                ("image", "rayon", Kind::Normal),
            ]),
        ]
    },
    good: || {
        example(&[
            ("figures", "tokio", Kind::Dev),
            ("harness", "tokio", Kind::Normal),
            ("harness", "figures", Kind::Normal),
        ])
    },
};

/// The runtime, and what is in it when it is built by itself.
fn with_compiler(inside: &[&str]) -> Repository {
    let mut repository = example(&[]);
    let inside = inside.iter().map(|name| (*name).to_owned()).collect();
    repository
        .graph
        .alone
        .insert("wasmmcp-runtime".into(), inside);
    repository
}

fn example(edges: &[(&str, &str, Kind)]) -> Repository {
    let members = [
        ("dataset", "datasets"),
        ("figures", "figures"),
        ("fuzz", "infra/fuzz"),
        ("harness", "harness"),
        ("mcp-wire", "guest-sdk/wire"),
        ("newcomer", "newcomer"),
        ("noop", "servers/noop"),
        ("record", "results"),
        ("toolchain", "infra/toolchain"),
        ("wasmmcp", "guest-sdk"),
        ("worker", "harness/worker"),
    ];
    Repository::of_graph(Graph::planted(&members, edges))
}

fn direction(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for from in graph.members.keys() {
        let is_server = graph.servers().any(|server| server == from);
        let listed = TABLE
            .iter()
            .find(|(name, _)| name == from)
            .map(|(_, allowed)| *allowed);
        let allowed = if is_server {
            OF_SERVERS
        } else {
            listed.unwrap_or_default()
        };
        let extra = if WITHOUT_TEST_HELP.contains(&from.as_str()) {
            &[]
        } else {
            IN_TESTS
        };
        for (to, kind) in graph.ours_of(from) {
            let may = allowed.contains(&to) || kind == Kind::Dev && extra.contains(&to);
            if graph.servers().any(|server| server == to) {
                if LINKS_SERVERS.contains(&from.as_str()) {
                    continue;
                }
                findings.push(Finding::at(from, format!("links the server `{to}`; servers are built to files, and `server.toml` is all that is known of one")));
            } else if !may {
                let way = if kind == Kind::Dev {
                    " even in tests"
                } else {
                    ""
                };
                findings.push(Finding::at(
                    from,
                    format!("may not depend on `{to}`{way}; it may on {allowed:?}"),
                ));
            }
        }
    }
    findings
}

fn absence(graph: &Graph) -> Vec<Finding> {
    let listed = ABSENT
        .iter()
        .flat_map(|(from, absent, why)| absent.iter().map(move |to| (*from, *to, false, *why)));
    let guests = graph.servers().flat_map(|from| {
        ABSENT_IN_GUESTS.iter().map(move |to| {
            (
                from,
                *to,
                true,
                "a component has no threads and no async runtime",
            )
        })
    });
    let rules = listed
        .chain(guests)
        .filter(|(from, ..)| graph.members.contains_key(*from));
    let found = rules
        .filter_map(|(from, to, guest, why)| Some((from, to, why, graph.chain(from, to, guest)?)));
    let below = found.map(|(from, to, why, chain)| {
        Finding::at(
            from,
            format!("has `{to}` below it, by {}: {why}", chain.join(" → ")),
        )
    });
    let alone = ABSENT_ALONE.iter().filter(|(from, to, _)| {
        graph
            .alone
            .get(*from)
            .is_some_and(|inside| inside.contains(*to))
    });
    let alone = alone.map(|(from, to, why)| {
        Finding::at(
            *from,
            format!("has `{to}` in it when it is built by itself: {why}"),
        )
    });
    below.chain(alone).collect()
}
