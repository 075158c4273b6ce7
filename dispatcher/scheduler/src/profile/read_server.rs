//! Servers and tools of the file.

use std::collections::BTreeMap;

use record::{Bytes, Count, Nanos};
use toml::Spanned;

use super::error::ProfileError;
use super::field::Reader;
use super::file::{
    FullTiming, HostedFile, Quantity as Written, Reasons, ServerFile, Text, TimingFile, ToolFile,
};
use super::known::Known;
use super::server::{Hosted, ServerProfile};
use super::tool::{Growth, Locality, Spread, Timing, ToolProfile};

impl Reader<'_> {
    pub fn server(
        &self,
        name: &str,
        raw: &ServerFile,
        unknown: &Reasons,
    ) -> Result<ServerProfile, ProfileError> {
        let static_tier = raw
            .static_tier
            .as_ref()
            .map(|text| self.tier(text, &format!("static of server {name}")))
            .transpose()?;
        let mut hosted = BTreeMap::new();
        for (tier, place) in &raw.on {
            let at = self.tier(tier, &format!("on of server {name}"))?;
            hosted.insert(at, self.hosted(name, tier, place, unknown)?);
        }
        let mut tools = BTreeMap::new();
        for (tool, known) in &raw.tool {
            let field = format!("{name}.{}", tool.get_ref());
            let known = self.tool(&field, known, unknown)?;
            tools.insert(self.name(tool, "tool")?, known);
        }
        Ok(ServerProfile {
            static_tier,
            hosted,
            tools,
        })
    }

    fn hosted(
        &self,
        server: &str,
        tier: &Text,
        raw: &HostedFile,
        unknown: &Reasons,
    ) -> Result<Hosted, ProfileError> {
        let field = |what: &str| format!("{what} of server {server} on {}", tier.get_ref());
        let packaging = self.packaging(&raw.packaging, &field("packaging"))?;
        let mut hosted = Hosted {
            packaging,
            memory: self.known(&raw.memory, tier, &field("memory"), &unknown.memory)?,
            start: BTreeMap::new(),
        };
        match &raw.start {
            None => {
                let reason = self.reason(tier, &field("start"), &unknown.start)?;
                hosted.start.insert(hosted.cold_class(), Known::Not(reason));
            }
            Some(classes) => {
                for (class, cost) in classes {
                    let known: record::StartClass =
                        class.get_ref().parse().map_err(|error: String| {
                            self.fail(class.span(), &field("start"), error, "rename it")
                        })?;
                    let cost = self.quantity(cost, &field(class.get_ref()))?;
                    hosted.start.insert(known, cost);
                }
            }
        }
        Ok(hosted)
    }

    fn tool(
        &self,
        name: &str,
        raw: &Spanned<ToolFile>,
        unknown: &Reasons,
    ) -> Result<Known<ToolProfile>, ProfileError> {
        let span = raw.span();
        let raw = raw.get_ref();
        let field = |what: &str| format!("{what} of tool {name}");
        let others = raw.locality.is_some()
            || raw.private.is_some()
            || raw.gpu.is_some()
            || raw.wasi.is_some()
            || raw.input.is_some()
            || raw.output.is_some()
            || !raw.execution.is_empty();
        if let Some(reason) = &raw.unknown {
            if others {
                return Err(self.fail(
                    reason.span(),
                    &field("unknown"),
                    "stands beside what is known",
                    "write unknown = \"reason\" alone, or in the fields that it is about",
                ));
            }
            return Ok(Known::Not(self.words(reason, &field("unknown"))?));
        }
        let missing = |what: &str| {
            let remedy = "add it, or write unknown = \"reason\" for the whole tool";
            self.fail(span.clone(), &field(what), "is not there", remedy)
        };
        let written = raw.locality.as_ref().ok_or_else(|| missing("locality"))?;
        let locality = Locality::ALL
            .iter()
            .find(|(_, known)| known == written.get_ref());
        let Some((locality, _)) = locality else {
            let known = Locality::ALL.map(|(_, known)| known);
            return Err(self.none_of(written, &field("locality"), &known));
        };
        let input = raw.input.as_ref().ok_or_else(|| missing("input"))?;
        let output = raw.output.as_ref().ok_or_else(|| missing("output"))?;
        let mut execution = BTreeMap::new();
        for (tier, packagings) in &raw.execution {
            let at = self.tier(tier, &field("execution"))?;
            let mut timings = BTreeMap::new();
            for (packaging, timing) in packagings {
                let way = self.packaging(packaging, &field("execution"))?;
                let field = format!(
                    "execution.{}.{} of tool {name}",
                    tier.get_ref(),
                    packaging.get_ref()
                );
                timings.insert(way, self.timing(timing, &field, unknown)?);
            }
            execution.insert(at, timings);
        }
        Ok(Known::Is(ToolProfile {
            locality: *locality,
            private: raw.private.ok_or_else(|| missing("private"))?,
            gpu: raw.gpu.ok_or_else(|| missing("gpu"))?,
            wasi: raw.wasi.ok_or_else(|| missing("wasi"))?,
            input: self.quantity(input, &field("input"))?,
            output: self.quantity(output, &field("output"))?,
            execution,
        }))
    }

    fn timing(
        &self,
        raw: &Spanned<TimingFile>,
        field: &str,
        unknown: &Reasons,
    ) -> Result<Known<Timing>, ProfileError> {
        let span = raw.span();
        let place = Spanned::new(span.clone(), String::new());
        let spread = || self.reason(&place, &format!("spread in {field}"), &unknown.spread);
        match raw.get_ref() {
            TimingFile::Not(reason) => Ok(Known::Not(self.words(reason, field)?)),
            TimingFile::Is(text) => Ok(Known::Is(Timing {
                typical: self.parsed(span, text, field)?,
                spread: Known::Not(spread()?),
                growth: None,
            })),
            TimingFile::Full(full) => {
                let typical = self.text(&full.typical, &format!("typical in {field}"))?;
                let growth = match (&full.at, &full.per_megabyte) {
                    (None, None) => None,
                    (Some(at), Some(per)) => Some(Growth {
                        at: self.text::<Bytes>(at, &format!("at in {field}"))?,
                        per_megabyte: self.text(per, &format!("per_megabyte in {field}"))?,
                    }),
                    _ => {
                        let what = "has one of at and per_megabyte without the other";
                        return Err(self.fail(span, field, what, "write both or neither"));
                    }
                };
                let spread = match self.spread(full, typical, field)? {
                    Some(spread) => spread,
                    None => Known::Not(spread()?),
                };
                Ok(Known::Is(Timing {
                    typical,
                    spread,
                    growth,
                }))
            }
        }
    }

    fn spread(
        &self,
        full: &FullTiming,
        typical: Nanos,
        field: &str,
    ) -> Result<Option<Known<Spread>>, ProfileError> {
        let at = full.typical.span();
        match (&full.low, &full.high, &full.samples, &full.spread) {
            (None, None, None, None) => Ok(None),
            (None, None, None, Some(written)) => match written.get_ref() {
                Written::Not(reason) => Ok(Some(Known::Not(self.words(reason, field)?))),
                Written::Is(_) => Err(self.fail(
                    written.span(),
                    &format!("spread in {field}"),
                    "is a text",
                    "write low, high and samples, or spread = { unknown = \"reason\" }",
                )),
            },
            (Some(low), Some(high), Some(samples), None) => {
                let low = self.text(low, &format!("low in {field}"))?;
                let high = self.text(high, &format!("high in {field}"))?;
                if !(low <= typical && typical <= high) {
                    let what = "has its median outside of low and high";
                    return Err(self.fail(at, field, what, "mend the three numbers"));
                }
                Ok(Some(Known::Is(Spread {
                    low,
                    high,
                    samples: Count(*samples.get_ref()),
                })))
            }
            _ => Err(self.fail(
                at,
                field,
                "has only some of low, high and samples, or both them and spread",
                "write all three, or spread = { unknown = \"reason\" }",
            )),
        }
    }
}
