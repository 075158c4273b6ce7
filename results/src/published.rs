//! The published numbers, kept apart from measured ones by type.

use crate::{Packaging, Quantity, Unit};

/// `results/paper/table3.csv`, compiled in so that a figure can be drawn from a record alone.
pub const PUBLISHED_TABLE3: &str = include_str!("../paper/table3.csv");

/// The heading of a file of published numbers.
const HEADING: [&str; 9] = [
    "server",
    "reference_language",
    "packaging",
    "quantity",
    "printed",
    "value",
    "unit",
    "source",
    "unlike",
];

/// A number that somebody else published. It is not a sample: nothing is known of its spread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The server's name.
    pub server: String,
    /// What its reference implementation is written in, as the source says.
    pub reference_language: String,
    /// Our name of the packaging that the source measured.
    pub packaging: Packaging,
    /// What the number is: `cold-start`, `execution`, `memory` or `size`.
    pub quantity: String,
    /// The number as it is printed there.
    pub printed: String,
    /// The number in the base unit.
    pub value: Quantity,
    /// Where in the source it stands.
    pub source: String,
    /// Why ours is a number of something else; empty where both are of the same.
    pub unlike: String,
}

/// Why a file of published numbers cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("published numbers, line {line}: {why}; correct the file under results/paper/")]
pub struct PublishedError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl Published {
    /// Reads a file of published numbers. Fields hold no commas and no quotes, and lines that begin with # cite the source.
    pub fn parse(text: &str) -> Result<Vec<Self>, PublishedError> {
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
            .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
        let heading = lines.next().unwrap_or((1, ""));
        if heading.1 != HEADING.join(",") {
            return Err(PublishedError {
                line: heading.0,
                why: format!("the heading is not {}", HEADING.join(",")),
            });
        }
        lines
            .map(|(line, text)| row(text).map_err(|why| PublishedError { line, why }))
            .collect()
    }
}

fn row(text: &str) -> Result<Published, String> {
    let fields: Vec<&str> = text.split(',').collect();
    let [
        server,
        language,
        packaging,
        quantity,
        printed,
        value,
        unit,
        source,
        unlike,
    ] = fields[..]
    else {
        return Err(format!(
            "it has {} fields, not {}",
            fields.len(),
            HEADING.len()
        ));
    };
    let unit = match unit {
        "ns" => Unit::Nanos,
        "B" => Unit::Bytes,
        _ => {
            return Err(format!(
                "{unit:?} is no unit of a published number; give ns or B"
            ));
        }
    };
    Ok(Published {
        server: server.to_owned(),
        reference_language: language.to_owned(),
        packaging: packaging.parse()?,
        quantity: quantity.to_owned(),
        printed: printed.to_owned(),
        value: unit.quantity(
            value
                .parse()
                .map_err(|_| format!("{value:?} is no whole number"))?,
        ),
        source: source.to_owned(),
        unlike: unlike.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_what_is_printed() {
        let rows = Published::parse(PUBLISHED_TABLE3).expect("the committed file");
        assert_eq!(rows.len(), 6 * 8);
        for row in &rows {
            let (number, unit) = row.printed.split_once(' ').expect("a number and a unit");
            let scale = match unit {
                "ms" | "MB" => 1e6,
                "KB" => 1e3,
                other => panic!("unit {other}"),
            };
            let printed = number.parse::<f64>().expect("a number") * scale;
            assert!(
                (printed - crate::unit::float(row.value.value())).abs() < 0.5,
                "{row:?}"
            );
        }
    }

    #[test]
    fn a_fault_names_its_line() {
        let heading = HEADING.join(",");
        let cases = [
            (String::new(), 1),
            (
                format!("# cited\n{heading}\na,b,component,size,1 B,1,B,T\n"),
                3,
            ),
            (format!("{heading}\na,b,component,size,1 B,one,B,T,\n"), 2),
            (format!("{heading}\na,b,wasm,size,1 B,1,B,T,\n"), 2),
            (format!("{heading}\na,b,native,size,1 B,1,kB,T,\n"), 2),
        ];
        for (text, line) in cases {
            assert_eq!(
                Published::parse(&text).map_err(|error| error.line),
                Err(line),
                "{text}"
            );
        }
    }
}
