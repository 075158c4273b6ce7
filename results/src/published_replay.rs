//! What the paper prints of its Table II and its Figures 8 and 9, kept apart from what is ours by type.

use crate::PublishedError;

/// `results/paper/figure8.csv`, compiled in so that the figure can be drawn from a record alone.
pub const PUBLISHED_FIGURE8: &str = include_str!("../paper/figure8.csv");
/// `results/paper/table2.csv`, for the same reason.
pub const PUBLISHED_TABLE2: &str = include_str!("../paper/table2.csv");
/// `results/paper/figure9.csv`, for the same reason.
pub const PUBLISHED_FIGURE9: &str = include_str!("../paper/figure9.csv");

const HEADING8: &str = "scenario,policy,other,least,most,printed,source";
const HEADING2: &str = "scenario,title,dataset,servers,source";
const HEADING9: &str = "policy,device,edge,cloud,violations,source";

/// A sentence of the paper about two policies' latencies in a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedLatency {
    /// The scenario's name.
    pub scenario: String,
    /// The policy that it is about.
    pub policy: String,
    /// The policy that it is compared with; none for every other.
    pub other: Option<String>,
    /// How many times the other's latency it is at least, where that is printed.
    pub least: Option<f64>,
    /// How many times the other's latency it is at most, where that is printed.
    pub most: Option<f64>,
    /// As printed, shortened.
    pub printed: String,
    /// Where in the source it stands.
    pub source: String,
}

/// What the paper prints of a policy's placements in S4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedPlacement {
    /// The policy.
    pub policy: String,
    /// Calls on device, edge and cloud, where they are printed.
    pub calls: [Option<u64>; 3],
    /// Constraint violations.
    pub violations: Option<u64>,
    /// Where in the source it stands.
    pub source: String,
}

/// A scenario of the published table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedScenario {
    /// Its name.
    pub scenario: String,
    /// As printed.
    pub title: String,
    /// The data set, as printed.
    pub dataset: String,
    /// The servers, in the printed order.
    pub servers: Vec<String>,
    /// Where in the source it stands.
    pub source: String,
}

impl PublishedScenario {
    /// Reads the file. Fields hold no commas and no quotes, and lines that begin with # cite the source.
    ///
    /// # Errors
    /// Names the line and what is wrong with it.
    pub fn parse(text: &str) -> Result<Vec<Self>, PublishedError> {
        rows(
            text,
            HEADING2,
            |[scenario, title, dataset, servers, source]: [&str; 5]| {
                Ok(Self {
                    scenario: scenario.to_owned(),
                    title: title.to_owned(),
                    dataset: dataset.to_owned(),
                    servers: servers.split_whitespace().map(str::to_owned).collect(),
                    source: source.to_owned(),
                })
            },
        )
    }
}

impl PublishedLatency {
    /// Reads the file. Fields hold no commas and no quotes, and lines that begin with # cite the source.
    ///
    /// # Errors
    /// Names the line and what is wrong with it.
    pub fn parse(text: &str) -> Result<Vec<Self>, PublishedError> {
        rows(
            text,
            HEADING8,
            |[scenario, policy, other, least, most, printed, source]: [&str; 7]| {
                Ok(Self {
                    scenario: scenario.to_owned(),
                    policy: policy.to_owned(),
                    other: (other != "*").then(|| other.to_owned()),
                    least: number(least)?,
                    most: number(most)?,
                    printed: printed.to_owned(),
                    source: source.to_owned(),
                })
            },
        )
    }
}

impl PublishedPlacement {
    /// Reads the file. Fields hold no commas and no quotes, and lines that begin with # cite the source.
    ///
    /// # Errors
    /// Names the line and what is wrong with it.
    pub fn parse(text: &str) -> Result<Vec<Self>, PublishedError> {
        rows(
            text,
            HEADING9,
            |[policy, device, edge, cloud, violations, source]: [&str; 6]| {
                Ok(Self {
                    policy: policy.to_owned(),
                    calls: [number(device)?, number(edge)?, number(cloud)?],
                    violations: number(violations)?,
                    source: source.to_owned(),
                })
            },
        )
    }
}

/// A number, or none where nothing is printed.
fn number<T: std::str::FromStr>(text: &str) -> Result<Option<T>, String> {
    match text {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| format!("{text:?} is no number")),
    }
}

fn rows<T, const N: usize>(
    text: &str,
    heading: &str,
    row: impl Fn([&str; N]) -> Result<T, String>,
) -> Result<Vec<T>, PublishedError> {
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
    let (line, first) = lines.next().unwrap_or((1, ""));
    if first != heading {
        let why = format!("the heading is not {heading}");
        return Err(PublishedError { line, why });
    }
    lines
        .map(|(line, text)| {
            let fields: Vec<&str> = text.split(',').collect();
            let count = fields.len();
            let fields = <[&str; N]>::try_from(fields)
                .map_err(|_| format!("it has {count} fields, not {N}"));
            fields
                .and_then(&row)
                .map_err(|why| PublishedError { line, why })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sentences_are_the_printed_ones() {
        let latencies = PublishedLatency::parse(PUBLISHED_FIGURE8).expect("the committed file");
        assert_eq!(latencies.len(), 6);
        assert!(latencies.iter().all(|one| one.least.or(one.most).is_some()));
        let placements = PublishedPlacement::parse(PUBLISHED_FIGURE9).expect("the committed file");
        let violations: Vec<_> = placements.iter().map(|one| one.violations).collect();
        assert_eq!(violations, [Some(42), Some(42), Some(41), Some(0)]);
        assert_eq!(placements[3].calls, [Some(43), None, Some(2)]);
        let scenarios = PublishedScenario::parse(PUBLISHED_TABLE2).expect("the committed file");
        let servers: Vec<usize> = scenarios.iter().map(|one| one.servers.len()).collect();
        assert_eq!(servers, [3, 3, 3, 3]);
    }

    #[test]
    fn a_fault_names_its_line() {
        for (text, line) in [
            ("policy\n", 1),
            (
                "# cited\npolicy,device,edge,cloud,violations,source\na,b\n",
                3,
            ),
            ("policy,device,edge,cloud,violations,source\na,x,,,,\n", 2),
        ] {
            let error = PublishedPlacement::parse(text).expect_err(text);
            assert_eq!(error.line, line, "{error}");
        }
    }
}
