//! The published world, and chains written in a line.
#![allow(
    dead_code,
    reason = "each test binary uses its own part of what they share"
)]

pub mod random;

use record::Nanos;
use scheduler::call::Call;
use scheduler::plan::Plan;
use scheduler::profile::{LinkSet, Profile};
use scheduler::registry::Registry;
use scheduler::tier::Tier;
use scheduler::view::{Learned, Load, Pace, View};

pub const PUBLISHED: &str = include_str!("../../../profiles/published.toml");

/// The chains of the reference's scripts (specification 3.7, 5.2): `tool ×n` after `tool ×n`.
pub const S1: &str = "read_file; git_diff; summarize_text; merge_summaries; write_file";
pub const S2: &str = "read_text_file; parse_logs; compute_log_statistics; write_file";
pub const S3: &str =
    "fetch ×3; summarize_text ×3; aggregate_list; combine_research_results; write_file";
pub const S4: &str = "scan_directory; compute_image_hash ×40; compare_hashes; batch_resize; aggregate_list; write_file";

/// Everything that a view refers to.
pub struct World {
    pub profile: Profile,
    pub registry: Registry,
    pub links: LinkSet,
    pub load: Load,
    pub learned: Learned,
    pub pace: Pace,
}

impl World {
    pub fn of(profile: Profile) -> Self {
        Self {
            registry: Registry::of(&profile),
            links: profile.links[0].clone(),
            profile,
            load: Load::default(),
            learned: Learned::default(),
            pace: Pace::OneByOne,
        }
    }

    pub fn published() -> Self {
        Self::of(Profile::read("published.toml", PUBLISHED).expect("the committed profile is one"))
    }

    /// The published profile with passages replaced, each of which must be there.
    pub fn altered(changes: &[(&str, &str)]) -> Self {
        let mut text = PUBLISHED.to_owned();
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replacen(from, to, 1);
        }
        Self::of(Profile::read("altered.toml", &text).expect("an altered profile is one"))
    }

    pub fn view(&self) -> View<'_> {
        View {
            profile: &self.profile,
            registry: &self.registry,
            links: &self.links,
            now: Nanos(0),
            load: &self.load,
            learned: &self.learned,
            pace: self.pace,
            truth: None,
        }
    }

    /// Calls of tools named in a line.
    pub fn calls(&self, chain: &str) -> Vec<Call> {
        let mut calls = Vec::new();
        for part in chain.split(';') {
            let mut words = part.split_whitespace();
            let tool = words.next().expect("a tool's name");
            let times = words.next().map_or(1, |times| {
                let digits = times.trim_start_matches('×');
                digits.parse().expect("a number of calls")
            });
            let (server, known) = self.profile.find_tool(tool).expect("a published tool");
            let mut call = Call::bare(server, tool);
            if let Some(known) = known.get() {
                call.input = known.input.get().copied().unwrap_or_default();
                call.output = known.output.get().copied().unwrap_or_default();
            }
            calls.extend(std::iter::repeat_n(call, times));
        }
        calls
    }
}

/// `D D*40 C`: tiers of calls, equal neighbours of one tool together.
pub fn letters(plan: &Plan, calls: &[Call]) -> String {
    let mut runs: Vec<(String, char, usize)> = Vec::new();
    for (tier, call) in plan.tiers().zip(calls) {
        let letter = letter(tier);
        match runs.last_mut() {
            Some((tool, before, times)) if *tool == call.tool && *before == letter => *times += 1,
            _ => runs.push((call.tool.clone(), letter, 1)),
        }
    }
    let runs: Vec<String> = runs
        .iter()
        .map(|(_, letter, times)| match times {
            1 => letter.to_string(),
            times => format!("{letter}*{times}"),
        })
        .collect();
    runs.join(" ")
}

pub fn letter(tier: Tier) -> char {
    ['D', 'E', 'C'][tier.place()]
}
