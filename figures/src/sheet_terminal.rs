//! A sheet for a terminal: aligned, no wider than asked, with or without colour.

use crate::sheet::{Field, Line, Sheet};
use crate::table::Weight;

/// A word of a heading that is so long may be broken at its hyphens.
const LONG: usize = 20;
/// Between two columns.
const GAP: usize = 2;
/// No column is made narrower.
const NARROWEST: usize = 8;

impl Sheet {
    /// The sheet in lines of at most `width` characters. What does not fit is wrapped, never cut. The caller decides on
    /// colour, as NO_COLOR and the kind of its output demand.
    pub fn terminal(&self, width: usize, colour: bool) -> String {
        let width = width.max(40);
        let paint = |text: &str, weight: Weight| match (weight, colour) {
            (Weight::Worse, true) => format!("\u{1b}[1;31m{text}\u{1b}[0m"),
            (Weight::Better, true) => format!("\u{1b}[1;32m{text}\u{1b}[0m"),
            (Weight::Strong, true) => format!("\u{1b}[1;33m{text}\u{1b}[0m"),
            (Weight::Faint, true) => format!("\u{1b}[2m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        };
        let mut remarks = Vec::new();
        let rows: Vec<Row> = self
            .lines
            .iter()
            .map(|line| row(line, &mut remarks))
            .collect();
        let widths = self.widths(&rows, width);
        let mut out = String::new();
        for line in wrap(&plain(&self.title), width) {
            out.push_str(&bold(&line, colour));
            out.push('\n');
        }
        let total = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        let heads: Vec<(String, Weight)> = self
            .heads
            .iter()
            .map(|head| (plain(&head.text), Weight::Plain))
            .collect();
        self.grid(&mut out, &heads, &widths, &paint);
        out.push_str(&"─".repeat(total.min(width)));
        out.push('\n');
        for row in &rows {
            match row {
                Row::Group(text) => {
                    for line in wrap(text, width) {
                        out.push_str(&bold(&line, colour));
                        out.push('\n');
                    }
                }
                Row::Fields(fields) => self.grid(&mut out, fields, &widths, &paint),
            }
        }
        let marked = remarks
            .iter()
            .enumerate()
            .map(|(index, remark)| format!("[{}] {remark}", index + 1));
        for note in marked.chain(self.notes.iter().map(|note| plain(note))) {
            for (index, line) in wrap(&note, width - 2).into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "  " });
                out.push_str(&line);
                out.push('\n');
            }
        }
        out
    }

    /// What each column is given: what it needs, or less of the widest until all fit.
    fn widths(&self, rows: &[Row], width: usize) -> Vec<usize> {
        let longest_word = |text: &str| text.split(' ').map(length).max().unwrap_or(0);
        // A heading may be broken at its hyphens where a name of many parts would widen a column of short numbers.
        let longest_part = |text: &str| {
            let words = text.split(' ').map(|word| match length(word) {
                0..LONG => length(word),
                _ => word.split_inclusive('-').map(length).max().unwrap_or(0),
            });
            words.max().unwrap_or(0)
        };
        // What fits without breaking a word, and what fits without breaking a line.
        let mut least: Vec<usize> = self
            .heads
            .iter()
            .map(|head| longest_part(&plain(&head.text)))
            .collect();
        let mut widths = least.clone();
        for row in rows {
            if let Row::Fields(fields) = row {
                for (column, (text, _)) in fields.iter().enumerate().take(widths.len()) {
                    widths[column] = widths[column].max(length(text));
                    least[column] = least[column].max(longest_word(text));
                }
            }
        }
        let room = width.saturating_sub(GAP * widths.len().saturating_sub(1));
        while widths.iter().sum::<usize>() > room {
            let columns = 0..widths.len();
            let breakable = columns
                .clone()
                .filter(|&column| widths[column] > least[column]);
            let any = columns.filter(|&column| widths[column] > NARROWEST);
            let widest = |column: &usize| widths[*column];
            let Some(column) = breakable
                .max_by_key(widest)
                .or_else(|| any.max_by_key(widest))
            else {
                break;
            };
            widths[column] -= 1;
        }
        widths
    }

    /// One row of fields, on as many lines as its longest needs.
    fn grid(
        &self,
        out: &mut String,
        fields: &[(String, Weight)],
        widths: &[usize],
        paint: &dyn Fn(&str, Weight) -> String,
    ) {
        let wrapped: Vec<Vec<String>> = fields
            .iter()
            .zip(widths)
            .map(|((text, _), &width)| wrap(text, width))
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for index in 0..height {
            let mut line = String::new();
            // Padding is held back until something follows it, so that no line ends in blanks.
            let mut held = 0;
            for (column, lines) in wrapped.iter().enumerate() {
                let text = lines.get(index).map_or("", String::as_str);
                let blank = widths[column].saturating_sub(length(text));
                let right = self.heads.get(column).is_some_and(|head| head.right);
                held += if right { blank } else { 0 };
                if !text.is_empty() {
                    line.push_str(&" ".repeat(held));
                    line.push_str(&paint(text, fields[column].1));
                    held = 0;
                }
                held += if right { 0 } else { blank } + GAP;
            }
            out.push_str(&line);
            out.push('\n');
        }
    }
}

/// A line of the sheet with its remarks numbered.
enum Row {
    Group(String),
    Fields(Vec<(String, Weight)>),
}

/// Numbers a line's remarks. A remark that a line repeats is only pointed at.
fn row(line: &Line, remarks: &mut Vec<String>) -> Row {
    let (fields, weight) = match line {
        Line::Group(text) => return Row::Group(plain(text)),
        Line::Fields { fields, weight } => (fields, *weight),
    };
    let mut seen: Vec<usize> = Vec::new();
    let text = |field: &Field| {
        let heavier = if field.weight == Weight::Plain {
            weight
        } else {
            field.weight
        };
        let Some(remark) = field.remark.as_deref().map(plain) else {
            return (plain(&field.text), heavier);
        };
        let known = remarks.iter().position(|known| *known == remark);
        let number = known.unwrap_or_else(|| {
            remarks.push(remark);
            remarks.len() - 1
        });
        if seen.contains(&number) {
            return (format!("[{}]", number + 1), heavier);
        }
        seen.push(number);
        (format!("{} [{}]", plain(&field.text), number + 1), heavier)
    };
    Row::Fields(fields.iter().map(text).collect())
}

fn bold(text: &str, colour: bool) -> String {
    if colour {
        format!("\u{1b}[1m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// Text without what a terminal would obey: names in a record may come from anywhere.
fn plain(text: &str) -> String {
    text.chars()
        .map(|next| if next.is_control() { ' ' } else { next })
        .collect()
}

/// Characters; all that we print ourselves are one column wide.
fn length(text: &str) -> usize {
    text.chars().count()
}

/// Breaks a text at blanks, and words that are too long at a hyphen or anywhere.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        let last = lines.last().expect("there is always a line");
        let used = length(last);
        if used > 0 && used + 1 + word.len() > width {
            lines.push(String::new());
        }
        while word.len() > width {
            let hyphen = word[..width].iter().rposition(|&next| next == '-');
            let rest = word.split_off(hyphen.map_or(width, |at| at + 1));
            lines
                .last_mut()
                .expect("there is always a line")
                .extend(word);
            lines.push(String::new());
            word = rest;
        }
        let last = lines.last_mut().expect("there is always a line");
        if !last.is_empty() {
            last.push(' ');
        }
        last.extend(word);
    }
    lines
}
