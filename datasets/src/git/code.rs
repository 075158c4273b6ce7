//! Source text that reads like a program's, tables of measurements, and edits of the sizes that real commits have.
use std::fmt::Write as _;

use crate::draw::Draw;
use crate::prose::{SUBJECTS, capital, paragraph, sentence};
use crate::text::phrase;

const VERBS: [&str; 16] = [
    "append", "build", "check", "count", "decode", "encode", "find", "flush", "index", "load",
    "merge", "parse", "read", "resolve", "split", "write",
];

const NOUNS: [&str; 24] = [
    "Row", "Column", "Cell", "Range", "Block", "Record", "Header", "Offset", "Cursor", "Token",
    "Batch", "Segment", "Buffer", "Entry", "Key", "Page", "Slice", "Window", "Frame", "Digest",
    "Node", "Bucket", "Marker", "Chunk",
];

const TYPES: [&str; 6] = ["int", "long", "String", "boolean", "List<Cell>", "byte[]"];

const NAMES: [&str; 16] = [
    "index", "count", "limit", "offset", "value", "total", "left", "right", "source", "target",
    "width", "height", "cursor", "start", "end", "depth",
];

/// One class of about `bytes` bytes, as lines without their ends.
pub(super) fn class(draw: &mut Draw, package: &str, name: &str, bytes: usize) -> Vec<String> {
    let about = &SUBJECTS[draw.below(7) as usize];
    let mut lines = vec![
        format!("package {package};"),
        String::new(),
        "import java.util.ArrayList;".to_owned(),
        "import java.util.List;".to_owned(),
        String::new(),
        "/**".to_owned(),
        format!(" * {}", sentence(draw, about)),
        " */".to_owned(),
        format!("public final class {name} {{"),
        String::new(),
    ];
    let mut length: usize = lines.iter().map(|line| line.len() + 1).sum();
    for _ in 0..draw.between(1, 4) {
        let line = format!(
            "    private static final int {} = {};",
            draw.pick(&NOUNS).to_uppercase(),
            draw.below(4_096)
        );
        length += line.len() + 1;
        lines.push(line);
    }
    while length < bytes {
        for line in method(draw) {
            length += line.len() + 1;
            lines.push(line);
        }
    }
    lines.push("}".to_owned());
    lines
}

fn call(draw: &mut Draw) -> String {
    format!("{}{}", draw.pick(&VERBS), draw.pick(&NOUNS))
}

fn method(draw: &mut Draw) -> Vec<String> {
    let (argument, other) = (draw.pick(&NAMES), draw.pick(&NAMES));
    let kind = draw.pick(&TYPES);
    let words = draw.between(3, 8);
    let mut lines = vec![
        String::new(),
        "    /**".to_owned(),
        format!("     * {}.", capital(&phrase(draw, words))),
        "     *".to_owned(),
        format!("     * @param {argument} {}", phrase(draw, 3)),
        format!("     * @return {}", phrase(draw, 4)),
        "     */".to_owned(),
        format!(
            "    public {kind} {}(final {} {argument}, final int {other}) {{",
            call(draw),
            draw.pick(&TYPES)
        ),
    ];
    for _ in 0..draw.between(2, 9) {
        statement(draw, 2, &mut lines);
    }
    lines.push(format!("        return {argument};"));
    lines.push("    }".to_owned());
    lines
}

/// One to five lines at this depth.
fn statement(draw: &mut Draw, depth: usize, lines: &mut Vec<String>) {
    let indent = "    ".repeat(depth);
    let (name, other) = (draw.pick(&NAMES), draw.pick(&NAMES));
    let number = draw.below(256);
    match draw.below(7) {
        0 => lines.extend([
            format!("{indent}if ({name} < {number}) {{"),
            format!(
                "{indent}    throw new IllegalArgumentException(\"{}\");",
                phrase(draw, 4)
            ),
            format!("{indent}}}"),
        ]),
        1 => lines.extend([
            format!("{indent}for (int i = 0; i < {name}; i++) {{"),
            format!("{indent}    {other} += {}(i, {number});", call(draw)),
            format!("{indent}}}"),
        ]),
        2 => lines.push(format!("{indent}// {}", phrase(draw, 7))),
        3 => lines.push(format!(
            "{indent}final int {name} = {}({other});",
            call(draw)
        )),
        4 => lines.push(format!(
            "{indent}{}.{}({name}, {number});",
            draw.pick(&NOUNS).to_lowercase(),
            call(draw)
        )),
        5 => lines.push(format!(
            "{indent}{name} = {other} * {number} + {};",
            draw.below(64)
        )),
        _ => lines.push(format!(
            "{indent}assert {name} >= {other} : \"{}\";",
            phrase(draw, 3)
        )),
    }
}

/// A class of tests for another one.
pub(super) fn tests(draw: &mut Draw, package: &str, name: &str, bytes: usize) -> Vec<String> {
    let mut lines = vec![
        format!("package {package};"),
        String::new(),
        "import static org.example.check.Check.equal;".to_owned(),
        String::new(),
        format!("public final class {name}Test {{"),
    ];
    let mut length: usize = lines.iter().map(|line| line.len() + 1).sum();
    while length < bytes {
        let mut one = vec![
            String::new(),
            "    @Test".to_owned(),
            format!(
                "    public void {}{}() {{",
                call(draw),
                capital(&phrase(draw, 1))
            ),
            format!(
                "        final {name} subject = new {name}({});",
                draw.below(99)
            ),
        ];
        for _ in 0..draw.between(2, 6) {
            one.push(format!(
                "        equal({}, subject.{}({}));",
                draw.below(1_000),
                call(draw),
                draw.below(50)
            ));
        }
        one.push("    }".to_owned());
        length += one.iter().map(|line| line.len() + 1).sum::<usize>();
        lines.append(&mut one);
    }
    lines.push("}".to_owned());
    lines
}

/// A page of documentation in Markdown.
pub(super) fn page(draw: &mut Draw, heading: &str, bytes: usize) -> Vec<String> {
    let mut lines = vec![format!("# {heading}"), String::new()];
    let mut length = heading.len() + 4;
    while length < bytes {
        let about = &SUBJECTS[draw.below(7) as usize];
        let sentences = draw.between(2, 5);
        let part = match draw.below(4) {
            0 => vec![format!("## {}", capital(&phrase(draw, 3))), String::new()],
            1 => (0..draw.between(2, 5))
                .map(|_| format!("- {}", sentence(draw, about)))
                .chain([String::new()])
                .collect(),
            _ => wrapped(&paragraph(draw, about, sentences)),
        };
        length += part.iter().map(|line| line.len() + 1).sum::<usize>();
        lines.extend(part);
    }
    // a page does not end in an empty line
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always one");
        if line.is_empty() {
            line.push_str(word);
        } else if line.len() + word.len() < 80 {
            let _ = write!(line, " {word}"); // a String takes every character
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.push(String::new());
    lines
}

/// A table of measurements with a head, about `bytes` long.
pub(super) fn table(draw: &mut Draw, bytes: usize) -> String {
    let mut text = String::from("time,sensor,temperature,pressure,humidity,state\n");
    let mut time = draw.below(1_000_000);
    while text.len() < bytes {
        time += draw.between(1, 90);
        let state = ["ok", "ok", "ok", "ok", "late", "missing"][draw.below(6) as usize];
        writeln!(
            text,
            "{time},s{:02},{}.{:02},{}.{},{}.{:03},{state}",
            draw.below(40),
            draw.between(12, 31),
            draw.below(100),
            draw.between(960, 1_040),
            draw.below(10),
            draw.between(20, 90),
            draw.below(1_000),
        )
        .expect("a String takes every character");
    }
    text
}

/// Bytes that no compressor makes smaller, behind a head that says that they are no text.
pub(super) fn dense(draw: &mut Draw, bytes: usize) -> Vec<u8> {
    let mut content = vec![0; bytes];
    draw.fill(&mut content);
    let head = b"\x89LAT\0\x01\0\0";
    let length = head.len().min(bytes);
    content[..length].copy_from_slice(&head[..length]);
    content
}

/// Lines, each with its end.
pub(super) fn joined(lines: &[String]) -> Vec<u8> {
    let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text.into_bytes()
}

/// How many lines a commit changes in a file: a third at most two, the median six, a tail to five hundred.
pub(super) fn extent(draw: &mut Draw) -> u32 {
    match draw.below(100) {
        0..33 => draw.between(1, 2),
        33..70 => draw.between(3, 10),
        70..90 => draw.between(11, 40),
        90..98 => draw.between(41, 150),
        _ => draw.between(151, 500),
    }
}

/// Changes about `count` lines of a text in a few places: lines replaced, put in and taken out.
pub(super) fn edited(draw: &mut Draw, content: &[u8], count: u32) -> Vec<u8> {
    let text = String::from_utf8_lossy(content);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut left = count;
    while left > 0 {
        let run = draw.between(1, left.min(12));
        let at = draw.below(lines.len() as u32 + 1) as usize;
        let mut fresh = Vec::new();
        while fresh.len() < run as usize {
            statement(draw, 2, &mut fresh);
        }
        fresh.truncate(run as usize);
        let end = (at + run as usize).min(lines.len());
        match draw.below(4) {
            0 => {
                lines.splice(at..at, fresh);
            }
            1 => {
                lines.drain(at..end);
            }
            _ => {
                lines.splice(at..end, fresh);
            }
        }
        left -= run;
    }
    joined(&lines)
}

/// Changes numbers of a table in `count` rows.
pub(super) fn measured(draw: &mut Draw, content: &[u8], count: u32) -> Vec<u8> {
    let text = String::from_utf8_lossy(content);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..count {
        let rows = lines.len() as u32;
        if rows < 2 {
            break;
        }
        let at = draw.between(1, rows - 1) as usize;
        if let Some((time, _)) = lines[at].split_once(',') {
            lines[at] = format!("{time},s{:02},0.00,0.0,0.000,missing", draw.below(40));
        }
    }
    joined(&lines)
}
