//! Moves groups of changed lines to where people expect them: groups that touch become one, and indentation decides among equal places.
//!
//! The weights are those of Michael Haggerty's study of diff sliders, which git uses since version 2.14.

/// A group is never moved farther than this by indentation.
const FARTHEST: usize = 100;
/// More blank lines in a row count as so many.
const MOST_BLANK: i64 = 20;
/// More indentation counts as so much.
const MOST_INDENT: i64 = 200;

/// A run of changed lines; empty between any two lines that are not changed.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Group {
    start: usize,
    end: usize,
}

/// One file's lines as numbers, with the marks of those that are changed.
struct File<'a> {
    lines: &'a [u32],
    changed: &'a mut [bool],
}

impl File<'_> {
    fn is_changed(&self, at: usize) -> bool {
        self.changed.get(at).copied().unwrap_or(false)
    }

    fn first(&self) -> Group {
        self.grown(Group { start: 0, end: 0 })
    }

    fn grown(&self, mut group: Group) -> Group {
        while self.is_changed(group.end) {
            group.end += 1;
        }
        group
    }

    fn next(&self, group: Group) -> Option<Group> {
        let start = group.end + 1;
        (group.end < self.lines.len()).then(|| self.grown(Group { start, end: start }))
    }

    fn previous(&self, group: Group) -> Option<Group> {
        let end = group.start.checked_sub(1)?;
        let mut start = end;
        while start > 0 && self.is_changed(start - 1) {
            start -= 1;
        }
        Some(Group { start, end })
    }

    /// Moves a group by one line towards the beginning, if the text allows it.
    fn up(&mut self, group: &mut Group) -> bool {
        if group.start == 0 || self.lines[group.start - 1] != self.lines[group.end - 1] {
            return false;
        }
        group.start -= 1;
        group.end -= 1;
        self.changed[group.start] = true;
        self.changed[group.end] = false;
        while group.start > 0 && self.is_changed(group.start - 1) {
            group.start -= 1;
        }
        true
    }

    /// Moves a group by one line towards the end, if the text allows it.
    fn down(&mut self, group: &mut Group) -> bool {
        if group.end >= self.lines.len() || self.lines[group.start] != self.lines[group.end] {
            return false;
        }
        self.changed[group.start] = false;
        self.changed[group.end] = true;
        group.start += 1;
        group.end += 1;
        *group = self.grown(*group);
        true
    }
}

/// Moves the groups of one file; `other` tells which changes of the other file stand beside them.
pub fn slide(
    lines: &[u32],
    changed: &mut [bool],
    text: &[&[u8]],
    other_lines: &[u32],
    other_changed: &mut [bool],
) {
    let mut file = File { lines, changed };
    let other = File {
        lines: other_lines,
        changed: other_changed,
    };
    let mut group = file.first();
    let mut beside = other.first();
    loop {
        if group.end > group.start {
            settle(&mut file, &other, text, &mut group, &mut beside);
        }
        let (Some(next), Some(next_beside)) = (file.next(group), other.next(beside)) else {
            return;
        };
        group = next;
        beside = next_beside;
    }
}

fn settle(
    file: &mut File<'_>,
    other: &File<'_>,
    text: &[&[u8]],
    group: &mut Group,
    beside: &mut Group,
) {
    let back = |beside: &mut Group| {
        if let Some(previous) = other.previous(*beside) {
            *beside = previous;
        }
    };
    let (mut earliest, mut matching);
    let mut size;
    loop {
        size = group.end - group.start;
        matching = false;
        while file.up(group) {
            back(beside);
        }
        earliest = group.end;
        matching |= beside.end > beside.start;
        while file.down(group) {
            if let Some(next) = other.next(*beside) {
                *beside = next;
            }
            matching |= beside.end > beside.start;
        }
        // Moving may have joined it with another group, which can move farther.
        if size == group.end - group.start {
            break;
        }
    }
    if group.end == earliest {
        return;
    }
    if matching {
        // Back to the last place where the other file has a change too: both make one replacement.
        while beside.end == beside.start && file.up(group) {
            back(beside);
        }
        return;
    }
    let lowest = earliest
        .max((group.end).saturating_sub(size + 1))
        .max(group.end.saturating_sub(FARTHEST));
    let mut best: Option<(Score, usize)> = None;
    for end in lowest..=group.end {
        let mut score = Score::default();
        score.add(&Split::at(text, end));
        score.add(&Split::at(text, end - size));
        if best
            .as_ref()
            .is_none_or(|(other, _)| score.is_no_worse(other))
        {
            best = Some((score, end));
        }
    }
    let best = best.map_or(group.end, |(_, end)| end);
    while group.end > best && file.up(group) {
        back(beside);
    }
}

/// What stands around a place between two lines; `None` for an indentation means that there is no line with text.
struct Split {
    at_end: bool,
    indent: Option<i64>,
    blank_before: i64,
    indent_before: Option<i64>,
    blank_after: i64,
    indent_after: Option<i64>,
}

impl Split {
    fn at(text: &[&[u8]], place: usize) -> Split {
        let (blank_before, indent_before) = look(text[..place.min(text.len())].iter().rev());
        let (blank_after, indent_after) = look(text.iter().skip(place + 1));
        Split {
            at_end: place >= text.len(),
            indent: text.get(place).and_then(|line| indent(line)),
            blank_before,
            indent_before,
            blank_after,
            indent_after,
        }
    }
}

/// How many blank lines come first, and the indentation of the line behind them.
fn look<'a>(lines: impl Iterator<Item = &'a &'a [u8]>) -> (i64, Option<i64>) {
    let mut blank = 0;
    for line in lines {
        if let Some(indent) = indent(line) {
            return (blank, Some(indent));
        }
        blank += 1;
        if blank == MOST_BLANK {
            return (blank, Some(0));
        }
    }
    (blank, None)
}

/// How far a line is indented; `None` for a blank one.
fn indent(line: &[u8]) -> Option<i64> {
    let mut width = 0;
    for byte in line {
        match byte {
            b' ' => width += 1,
            b'\t' => width += 8 - width % 8,
            b'\n' | b'\r' | 0x0b | 0x0c => {}
            _ => return Some(width),
        }
        if width >= MOST_INDENT {
            return Some(MOST_INDENT);
        }
    }
    None
}

/// How bad it is to begin and end a group somewhere.
#[derive(Default)]
struct Score {
    indent: i64,
    penalty: i64,
}

impl Score {
    fn add(&mut self, split: &Split) {
        if split.indent_before.is_none() && split.blank_before == 0 {
            self.penalty += 1;
        }
        if split.at_end {
            self.penalty += 21;
        }
        let blank_after = match split.indent {
            None => 1 + split.blank_after,
            Some(_) => 0,
        };
        let blank = split.blank_before + blank_after;
        self.penalty += 6 * blank_after - 30 * blank;
        let indent = split.indent.or(split.indent_after);
        self.indent += indent.unwrap_or(-1);
        let (Some(indent), Some(before)) = (indent, split.indent_before) else {
            return;
        };
        // without and with blank lines beside it
        let (plain, spaced) = if indent > before {
            (-4, 10)
        } else if indent == before {
            (0, 0)
        } else if split.indent_after.is_some_and(|after| after > indent) {
            (24, 17)
        } else {
            (23, 17)
        };
        self.penalty += if blank > 0 { spaced } else { plain };
    }

    fn is_no_worse(&self, other: &Score) -> bool {
        let indent = (self.indent - other.indent).signum();
        60 * indent + self.penalty - other.penalty <= 0
    }
}
