//! Many agents in a table: what they waited for, and what the tiers did.

use figures::{Cell, Column, Row, Table};
use record::{Nanos, Quantity};
use replay::Load;
use serde_json::{Value, json};

/// One scheduler's load.
#[derive(Debug)]
pub struct LoadRow {
    /// The scenario's name.
    pub scenario: String,
    /// The scheduler's name.
    pub scheduler: String,
    /// Whether it was asked for each call.
    pub online: bool,
    /// What it came to, or why it came to nothing.
    pub outcome: Result<Load, String>,
}

/// A row a scheduler and tier; the agents' numbers stand in the first of a scheduler's rows.
pub fn load_table(rows: &[LoadRow], tiers: &[String], title: String, notes: Vec<String>) -> Table {
    let columns = vec![
        Column::words("scenario", "trace"),
        Column::words("scheduler", "scheduler"),
        Column::number("agents", "agents"),
        Column::number("refused", "refused"),
        Column::number("latency_p50", "agent, p50"),
        Column::number("latency_p95", "agent, p95"),
        Column::number("latency_p99", "agent, p99"),
        Column::number("call_p50", "call, p50"),
        Column::number("call_p99", "call, p99"),
        Column::number("waiting_mean", "waiting, mean"),
        Column::number("waiting_p99", "waiting, p99"),
        Column::number("under_way", "at once"),
        Column::words("tier", "tier"),
        Column::number("calls", "calls"),
        Column::number("cold", "cold starts"),
        Column::number("queue", "longest queue"),
        Column::number("used_permille", "slots used, ‰"),
    ];
    let mut table = Table {
        name: "replay-load",
        title,
        rows: Vec::new(),
        notes,
        columns,
    };
    let width = table.columns.len();
    for row in rows {
        let head = [Cell::words(&row.scenario), Cell::words(&row.scheduler)];
        let load = match &row.outcome {
            Ok(load) => load,
            Err(why) => {
                let mut cells = head.to_vec();
                cells.push(Cell::Missing(format!("refused: {why}")));
                cells.resize(width, Cell::Empty);
                table.rows.push(Row::plain(cells));
                continue;
            }
        };
        let mut agents = vec![
            Cell::Count(load.agents.count()),
            Cell::Count(load.refused),
            time(load.agents.permille(500)),
            time(load.agents.permille(950)),
            time(load.agents.permille(990)),
            time(load.calls.permille(500)),
            time(load.calls.permille(990)),
            time(load.waiting.mean()),
            time(load.waiting.permille(990)),
            Cell::Count(load.most_agents.0),
        ];
        // A tier that ran nothing has nothing to say; where none did, the first speaks for the agents.
        let ran = tiers.iter().zip(&load.tiers).enumerate();
        let none = load.tiers.iter().all(|tier| tier.calls == 0);
        let ran = ran.filter(|(index, (_, tier))| tier.calls > 0 || none && *index == 0);
        for (_, (name, tier)) in ran {
            let mut cells = head.to_vec();
            cells.append(&mut agents);
            cells.resize(width - 5, Cell::Empty);
            cells.extend([
                Cell::words(name),
                Cell::Count(tier.calls),
                Cell::Count(tier.cold),
                Cell::Count(tier.longest),
                tier.used_permille.map_or(Cell::Empty, Cell::Count),
            ]);
            table.rows.push(Row::plain(cells));
        }
    }
    table
}

/// For people: without what is for programs, and without the trace where it is one.
pub fn load_sheet(table: &Table) -> figures::Sheet {
    let mut leave_out = vec!["latency_p95", "call_p50", "call_p99", "waiting_mean"];
    let traces: std::collections::BTreeSet<&str> = table
        .rows
        .iter()
        .map(|row| table.words(row, "scenario"))
        .collect();
    if traces.len() < 2 {
        leave_out.push("scenario");
    }
    let refused = |row: &Row| matches!(table.cell(row, "refused"), Cell::Count(1..));
    if !table.rows.iter().any(refused) {
        leave_out.push("refused");
    }
    table.sheet(&leave_out, false)
}

fn time(time: Option<Nanos>) -> Cell {
    time.map_or(Cell::Empty, |time| Cell::Quantity(Quantity::Nanos(time)))
}

impl LoadRow {
    /// Everything for programs; times in nanoseconds.
    pub fn described(&self, tiers: &[String]) -> Value {
        let head =
            json!({"scenario": self.scenario, "scheduler": self.scheduler, "online": self.online});
        let rest = match &self.outcome {
            Err(why) => json!({"refused": why}),
            Ok(load) => {
                let of = |of: &replay::Histogram| {
                    json!({
                        "count": of.count(), "mean": of.mean(), "least": of.least(), "most": of.most(),
                        "p50": of.permille(500), "p95": of.permille(950), "p99": of.permille(990),
                        "p999": of.permille(999),
                    })
                };
                let tiers = tiers.iter().zip(&load.tiers).map(|(name, tier)| {
                    json!({
                        "tier": name, "calls": tier.calls, "cold_starts": tier.cold, "longest_queue": tier.longest,
                        "busy_slot_ns": tier.busy.to_string(), "used_permille": tier.used_permille,
                    })
                });
                json!({
                    "agents": of(&load.agents), "calls": of(&load.calls), "waiting": of(&load.waiting),
                    "tiers": tiers.collect::<Vec<Value>>(), "refused_agents": load.refused, "end": load.end,
                    "most_agents_under_way": load.most_agents,
                })
            }
        };
        json!({"of": head, "load": rest})
    }
}
