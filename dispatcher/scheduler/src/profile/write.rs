//! From the value to the file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Profile;
use super::known::Known;
use super::link::{Handoff, LinkSet};
use super::read::FORMAT;
use super::server::{Hosted, ServerProfile};
use super::tool::{Timing, ToolProfile};
use crate::quantity::Quantity;

pub fn write(profile: &Profile) -> String {
    let mut writer = Writer {
        text: String::new(),
        profile,
    };
    writer.head();
    for set in &profile.links {
        writer.links(set);
    }
    for (name, server) in &profile.servers {
        writer.server(name, server);
    }
    writer.text
}

struct Writer<'a> {
    text: String,
    profile: &'a Profile,
}

impl Writer<'_> {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    fn field(&mut self, key: &str, value: impl AsRef<str>) {
        let value = value.as_ref();
        writeln!(self.text, "{key} = {value}").expect("a string takes every line");
    }

    fn head(&mut self) {
        let profile = self.profile;
        self.field("format", FORMAT.to_string());
        self.field("name", quoted(&profile.name));
        self.field("source", quoted(&profile.source));
        self.field("home", self.tier(profile.home.place()));
        let handoff = match profile.handoff {
            Handoff::Home => "home",
            Handoff::Direct => "direct",
        };
        self.field("handoff", quoted(handoff));
        for tier in &profile.tiers {
            self.line("\n[[tier]]");
            self.field("name", quoted(tier.name.name()));
            self.field("host", quoted(&tier.host));
            self.field("trust", quoted(tier.trust.name()));
            self.field("gpu", tier.gpu.to_string());
            self.field("speed", format!("{:?}", tier.speed));
            let capacity = tier.capacity.map(|count| format!("{} calls", count.0));
            self.field("capacity", either(&capacity, |text| quoted(text)));
            self.field("memory", known(&tier.memory));
            self.field("retention", known(&tier.retention));
            self.field("external", known(&tier.external));
            self.field("power", known(&tier.power));
            self.field("price", known(&tier.price));
        }
        for root in &profile.data {
            self.line("\n[[data]]");
            self.field("prefix", quoted(&root.prefix));
            self.field("tier", self.tier(root.tier.place()));
        }
        self.line("\n[reference]");
        let terms = &profile.reference;
        self.field("p_comm_default", format!("{:?}", terms.p_comm_default));
        for (low, high, value) in &terms.p_comm {
            self.line("\n[[reference.p_comm]]");
            let ends = [self.tier(low.place()), self.tier(high.place())];
            self.field("between", format!("[{}]", ends.join(", ")));
            self.field("value", format!("{value:?}"));
        }
    }

    fn links(&mut self, set: &LinkSet) {
        self.line("\n[[links]]");
        self.field("name", quoted(&set.name));
        self.field("source", quoted(&set.source));
        if set.pairs.iter().all(Vec::is_empty) {
            self.line("pair = []");
        }
        for (low, row) in set.pairs.iter().enumerate() {
            for (after, link) in row.iter().enumerate() {
                self.line("\n[[links.pair]]");
                let ends = [self.tier(low), self.tier(low + after + 1)];
                self.field("between", format!("[{}]", ends.join(", ")));
                self.field("one_way", known(&link.one_way));
                self.field("bandwidth", known(&link.bandwidth));
            }
        }
    }

    fn server(&mut self, name: &str, server: &ServerProfile) {
        self.line(format!("\n[server.{}]", key(name)));
        if let Some(tier) = server.static_tier {
            self.field("static", self.tier(tier.place()));
        }
        for (tier, hosted) in &server.hosted {
            let tier = self.profile.tiers[tier.place()].name.name();
            self.line(format!("\n[server.{}.on.{}]", key(name), key(tier)));
            self.hosted(hosted);
        }
        for (tool, profile) in &server.tools {
            self.line(format!("\n[server.{}.tool.{}]", key(name), key(tool)));
            match profile {
                Known::Is(tool) => self.tool(tool),
                Known::Not(reason) => self.field("unknown", quoted(reason)),
            }
        }
    }

    fn hosted(&mut self, hosted: &Hosted) {
        self.field("packaging", quoted(hosted.packaging.name()));
        self.field("memory", known(&hosted.memory));
        let starts = hosted.start.iter();
        let starts: Vec<String> = starts
            .map(|(class, cost)| format!("{class} = {}", known(cost)))
            .collect();
        self.field("start", inline(&starts));
    }

    fn tool(&mut self, tool: &ToolProfile) {
        self.field("locality", quoted(tool.locality.name()));
        self.field("private", tool.private.to_string());
        self.field("gpu", tool.gpu.to_string());
        self.field("wasi", tool.wasi.to_string());
        self.field("input", known(&tool.input));
        self.field("output", known(&tool.output));
        for (tier, timings) in &tool.execution {
            let tier = self.profile.tiers[tier.place()].name.name();
            self.execution(tier, timings);
        }
    }

    fn execution(&mut self, tier: &str, timings: &BTreeMap<record::Packaging, Known<Timing>>) {
        if timings.is_empty() {
            self.field(&format!("execution.{}", key(tier)), "{}");
        }
        for (packaging, timing) in timings {
            let name = format!("execution.{}.{packaging}", key(tier));
            self.field(&name, either(timing, timing_table));
        }
    }

    fn tier(&self, place: usize) -> String {
        quoted(self.profile.tiers[place].name.name())
    }
}

fn timing_table(timing: &Timing) -> String {
    let mut fields = vec![format!("typical = {}", quantity(timing.typical))];
    match &timing.spread {
        Known::Is(spread) => {
            fields.push(format!("low = {}", quantity(spread.low)));
            fields.push(format!("high = {}", quantity(spread.high)));
            fields.push(format!("samples = {}", spread.samples.0));
        }
        Known::Not(reason) => {
            fields.push(format!("spread = {{ unknown = {} }}", quoted(reason)));
        }
    }
    if let Some(growth) = timing.growth {
        fields.push(format!("at = {}", quantity(growth.at)));
        fields.push(format!("per_megabyte = {}", quantity(growth.per_megabyte)));
    }
    inline(&fields)
}

fn known<Q: Quantity>(known: &Known<Q>) -> String {
    either(known, |value| quantity(*value))
}

fn either<T>(known: &Known<T>, write: impl FnOnce(&T) -> String) -> String {
    match known {
        Known::Is(value) => write(value),
        Known::Not(reason) => format!("{{ unknown = {} }}", quoted(reason)),
    }
}

fn inline(fields: &[String]) -> String {
    if fields.is_empty() {
        return "{}".to_owned();
    }
    format!("{{ {} }}", fields.join(", "))
}

fn quantity<Q: Quantity>(value: Q) -> String {
    quoted(&value.write())
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn key(name: &str) -> String {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if name.chars().all(bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}
