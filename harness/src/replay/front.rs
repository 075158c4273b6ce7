//! The plans that none other beats in everything, as `pareto` finds them, in a table.

use figures::{Cell, Column, Row, Sheet, Table};
use record::{Bytes, Nanos, Quantity};
use scheduler::cost::Cost;
use scheduler::quantity::whole;
use scheduler::schedule::{Axis, Front};

/// More plans than this are in the file, and not on the screen.
const SHOWN: usize = 20;

/// What `pareto` could have chosen for a trace.
#[derive(Clone, Debug)]
pub struct Choices {
    /// The scenario's name.
    pub scenario: String,
    /// What plans are compared by first.
    pub cost: Cost,
    /// The plans.
    pub front: Front,
    /// The tiers' names, by place.
    pub tiers: Vec<String>,
}

impl Choices {
    /// Which tiers the calls run on, in the order of the calls: `device×3 cloud×2`.
    fn plan(&self, at: usize) -> String {
        let mut stretches: Vec<(usize, u64)> = Vec::new();
        for tier in &self.front.points[at].tiers {
            match stretches.last_mut() {
                Some((last, calls)) if *last == tier.place() => *calls += 1,
                _ => stretches.push((tier.place(), 1)),
            }
        }
        let words = stretches
            .iter()
            .map(|(tier, calls)| format!("{}×{calls}", self.tiers[*tier]));
        words.collect::<Vec<_>>().join(" ")
    }

    fn value(&self, at: usize, axis: Axis) -> Cell {
        let Some(place) = self.front.axes.iter().position(|one| *one == axis) else {
            return Cell::Missing("not known".to_owned());
        };
        let value = self.front.points[at].values[place];
        match (axis, self.cost) {
            (Axis::Exposure, _) => Cell::Quantity(Quantity::Bytes(Bytes(whole(value)))),
            (Axis::Cost, Cost::Latency | Cost::LatencyWarm) => {
                Cell::Quantity(Quantity::Nanos(Nanos(whole(value))))
            }
            // A score, joules, dollars: so many digits tell any two plans apart that differ by what was measured.
            _ => Cell::words(format!("{value:.6}")),
        }
    }

    /// Where the chosen plan stands.
    fn chosen(&self) -> Option<usize> {
        let knee = self.front.knee()?;
        let points = self.front.points.iter();
        points.clone().position(|point| point == knee)
    }

    /// The places of the plans, the cheapest first.
    fn by_cost(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.front.points.len()).collect();
        let points = &self.front.points;
        places.sort_by(|one, other| points[*one].values[0].total_cmp(&points[*other].values[0]));
        places
    }
}

/// Every plan of every front, and a sheet of the first ones and the chosen one of each.
pub fn front_page(all: &[Choices]) -> (Table, Sheet) {
    let mut columns = vec![
        Column::words("scenario", "trace"),
        Column::words("plan", "calls on"),
        Column::words("chosen", "chosen"),
        Column::number(Axis::Cost.name(), "cost"),
        Column::number(Axis::Energy.name(), "energy, J"),
        Column::number(Axis::Money.name(), "money, USD"),
        Column::number(Axis::Exposure.name(), "exposed"),
    ];
    let known = |axis: &Axis| all.iter().any(|one| one.front.axes.contains(axis));
    let axes: Vec<Axis> = Axis::ALL.into_iter().filter(known).collect();
    columns.retain(|column| {
        let axis = Axis::ALL.into_iter().find(|axis| axis.name() == column.key);
        axis.is_none_or(|axis| axes.contains(&axis))
    });
    let mut table = Table {
        name: "replay-front",
        title: "Plans that none other beats in everything".to_owned(),
        rows: Vec::new(),
        notes: vec![
            "Chosen: the plan with the least sum of distances from the best of each, every one stretched to its range on the front. Exposed: bytes of requests and answers that tiers see which are not the owner's.".to_owned(),
        ],
        columns,
    };
    let mut short = table.clone();
    for one in all {
        let chosen = one.chosen();
        let places = one.by_cost();
        for (rank, &at) in places.iter().enumerate() {
            let mut cells = vec![
                Cell::words(&one.scenario),
                Cell::words(one.plan(at)),
                match chosen == Some(at) {
                    true => Cell::words("yes"),
                    false => Cell::Empty,
                },
            ];
            cells.extend(axes.iter().map(|axis| one.value(at, *axis)));
            if rank < SHOWN || chosen == Some(at) {
                short.rows.push(Row::plain(cells.clone()));
            }
            table.rows.push(Row::plain(cells));
        }
    }
    if short.rows.len() < table.rows.len() {
        short.notes.push(format!(
            "{} of {} plans; replay-front.csv has all.",
            short.rows.len(),
            table.rows.len()
        ));
    }
    let sheet = short.sheet(&[], false);
    (table, sheet)
}

#[cfg(test)]
mod tests {
    use scheduler::schedule::Point;
    use scheduler::tier::Tier;

    use super::*;

    fn choices(points: &[(&[usize], [f64; 2])]) -> Choices {
        let tier = |place: &usize| Tier::first(3).nth(*place).expect("a tier");
        Choices {
            scenario: "s".to_owned(),
            cost: Cost::Latency,
            front: Front {
                axes: vec![Axis::Cost, Axis::Exposure],
                dropped: Vec::new(),
                points: points
                    .iter()
                    .map(|(tiers, values)| Point {
                        tiers: tiers.iter().map(tier).collect(),
                        values: values.to_vec(),
                    })
                    .collect(),
                plans: 27,
            },
            tiers: ["device", "edge", "cloud"].map(str::to_owned).to_vec(),
        }
    }

    #[test]
    fn plans_are_told_by_stretches_and_the_cheapest_comes_first() {
        let one = choices(&[(&[0, 0, 2], [3e6, 10.0]), (&[2, 2, 2], [1e6, 3000.0])]);
        let (table, sheet) = front_page(&[one]);
        assert_eq!(
            table.csv().lines().collect::<Vec<_>>(),
            [
                "scenario,plan,chosen,cost,exposure_bytes",
                "s,cloud×3,,1000000,3000",
                "s,device×2 cloud×1,yes,3000000,10",
            ]
        );
        assert!(sheet.notes.iter().all(|note| !note.contains("has all")));
    }

    #[test]
    fn a_long_front_is_short_on_the_screen_and_whole_in_the_file() {
        let many: Vec<([usize; 1], [f64; 2])> = (0_u32..50)
            .map(|at| ([0], [f64::from(at), f64::from(50 - at)]))
            .collect();
        let points: Vec<(&[usize], [f64; 2])> = many
            .iter()
            .map(|(tiers, values)| (&tiers[..], *values))
            .collect();
        let (table, sheet) = front_page(&[choices(&points)]);
        assert_eq!(table.rows.len(), 50);
        assert!((SHOWN..=SHOWN + 1).contains(&sheet.lines.len()));
        assert!(
            sheet
                .notes
                .iter()
                .any(|note| note.ends_with("of 50 plans; replay-front.csv has all."))
        );
    }
}
