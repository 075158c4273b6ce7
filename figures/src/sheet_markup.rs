//! A sheet as Markdown and as LaTeX.

use std::fmt::Write;

use crate::sheet::{Field, Line, Sheet};
use crate::table::Weight;

impl Sheet {
    /// The sheet as a Markdown table under a heading. Missing numbers say why in their cell.
    pub fn markdown(&self) -> String {
        let mut out = format!("### {}\n\n", markdown(&self.title));
        let heads: Vec<String> = self.heads.iter().map(|head| markdown(&head.text)).collect();
        let rule: Vec<&str> = self
            .heads
            .iter()
            .map(|head| if head.right { "---:" } else { ":---" })
            .collect();
        writeln!(out, "| {} |\n| {} |", heads.join(" | "), rule.join(" | "))
            .expect("memory takes every write");
        for line in &self.lines {
            let cells: Vec<String> = match line {
                Line::Group(text) => {
                    let mut cells = vec![String::new(); self.heads.len()];
                    if let Some(first) = cells.first_mut() {
                        *first = format!("**{}**", markdown(text));
                    }
                    cells
                }
                Line::Fields { fields, weight } => fields
                    .iter()
                    .map(|field| weighed(field, *weight, "**", "_", markdown))
                    .collect(),
            };
            writeln!(out, "| {} |", cells.join(" | ")).expect("memory takes every write");
        }
        out.push('\n');
        out.push_str(&self.notes_markdown());
        out
    }

    /// The notes alone, a line each.
    pub fn notes_markdown(&self) -> String {
        let mut out = String::new();
        for note in &self.notes {
            writeln!(out, "{}  ", markdown(note)).expect("memory takes every write");
        }
        out
    }

    /// The sheet as a LaTeX `tabular` with the rules of booktabs.
    pub fn latex(&self) -> String {
        let columns: String = self
            .heads
            .iter()
            .map(|head| if head.right { 'r' } else { 'l' })
            .collect();
        let heads: Vec<String> = self.heads.iter().map(|head| latex(&head.text)).collect();
        let mut out = format!(
            "% {}\n\\begin{{tabular}}{{{columns}}}\n\\toprule\n{} \\\\\n\\midrule\n",
            one_line(&self.title),
            heads.join(" & ")
        );
        for line in &self.lines {
            match line {
                Line::Group(text) => writeln!(
                    out,
                    "\\multicolumn{{{}}}{{l}}{{\\textbf{{{}}}}} \\\\",
                    self.heads.len(),
                    latex(text)
                ),
                Line::Fields { fields, weight } => {
                    let cells: Vec<String> = fields
                        .iter()
                        .map(|field| weighed(field, *weight, "\\textbf{", "\\textit{", latex))
                        .collect();
                    writeln!(out, "{} \\\\", cells.join(" & "))
                }
            }
            .expect("memory takes every write");
        }
        out.push_str("\\bottomrule\n\\end{tabular}\n");
        for note in &self.notes {
            writeln!(out, "% {}", one_line(note)).expect("memory takes every write");
        }
        out
    }
}

/// A field in full, between marks if it should stand out.
fn weighed(
    field: &Field,
    line: Weight,
    strong: &str,
    faint: &str,
    escape: fn(&str) -> String,
) -> String {
    let text = escape(field.remark.as_deref().unwrap_or(&field.text));
    let weight = if field.weight == Weight::Plain {
        line
    } else {
        field.weight
    };
    let mark = match weight {
        Weight::Plain => return text,
        Weight::Strong | Weight::Worse | Weight::Better => strong,
        Weight::Faint => faint,
    };
    if text.is_empty() || text == "–" {
        return text;
    }
    let end = if mark.ends_with('{') { "}" } else { mark };
    format!("{mark}{text}{end}")
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|next| if next.is_control() { ' ' } else { next })
        .collect()
}

/// Text that Markdown shows as it is.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for next in one_line(text).chars() {
        if "|\\`*_<>".contains(next) {
            out.push('\\');
        }
        out.push(next);
    }
    out
}

/// Text that LaTeX shows as it is.
fn latex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for next in one_line(text).chars() {
        match next {
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(next);
            }
            'µ' => out.push_str("\\textmu{}"),
            '×' => out.push_str("$\\times$"),
            '–' => out.push_str("--"),
            other => out.push(other),
        }
    }
    out
}
