//! Unified diffs by lines, equal to those of the JavaScript package that the official server uses.
//!
//! Many shortest edit scripts lead from one text to another; which of them is shown depends on the order in which diagonals are tried.
//! The order here is Myers' greedy one with that package's choices, so that a client sees the same hunks from either server.

use std::fmt::Write;

const CONTEXT: usize = 4;

// A step of the search costs two nodes of eight bytes. Beyond this, the two texts have nothing much in common.
const MOST_NODES: usize = 6_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Same,
    Removed,
    Added,
}

/// So many consecutive lines that are the same, removed or added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    change: Change,
    lines: usize,
}

/// The diff from `before` to `after` under the name `path`, with its four header lines.
pub fn unified(path: &str, before: &str, after: &str) -> String {
    let (old, new) = (lines(before), lines(after));
    let mut text = format!(
        "Index: {path}\n{}\n--- {path}\toriginal\n+++ {path}\tmodified\n",
        "=".repeat(67)
    );
    Hunks {
        old: &old,
        new: &new,
        text: &mut text,
    }
    .write(&runs(&old, &new, MOST_NODES));
    text
}

/// The lines with what ends them.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::with_capacity(text.len() / 64);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()) {
        lines.push(&text[start..=end]);
        start = end + 1;
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}

struct Hunks<'a> {
    old: &'a [&'a str],
    new: &'a [&'a str],
    text: &'a mut String,
}

/// The lines of a hunk that is not finished yet.
struct Open {
    old_start: usize,
    new_start: usize,
    body: String,
}

impl Hunks<'_> {
    fn write(&mut self, runs: &[Run]) {
        let (mut old, mut new) = (0, 0);
        let mut open: Option<Open> = None;
        for (index, run) in runs.iter().enumerate() {
            match run.change {
                Change::Same => {
                    if let Some(mut hunk) = open.take() {
                        let last = index + 1 == runs.len();
                        let joined = run.lines <= 2 * CONTEXT && !last;
                        let shown = if joined {
                            run.lines
                        } else {
                            run.lines.min(CONTEXT)
                        };
                        push(&mut hunk.body, ' ', &self.new[new..new + shown]);
                        if joined {
                            open = Some(hunk);
                        } else {
                            self.close(&hunk, old + shown, new + shown);
                        }
                    }
                    old += run.lines;
                    new += run.lines;
                }
                change => {
                    let hunk = open.get_or_insert_with(|| {
                        let context = if index == 0 {
                            0
                        } else {
                            runs[index - 1].lines.min(CONTEXT)
                        };
                        let mut body = String::new();
                        push(&mut body, ' ', &self.old[old - context..old]);
                        Open {
                            old_start: old - context,
                            new_start: new - context,
                            body,
                        }
                    });
                    if change == Change::Added {
                        push(&mut hunk.body, '+', &self.new[new..new + run.lines]);
                        new += run.lines;
                    } else {
                        push(&mut hunk.body, '-', &self.old[old..old + run.lines]);
                        old += run.lines;
                    }
                }
            }
        }
        if let Some(hunk) = open {
            self.close(&hunk, old, new);
        }
    }

    fn close(&mut self, hunk: &Open, old_end: usize, new_end: usize) {
        let old_lines = old_end - hunk.old_start;
        let new_lines = new_end - hunk.new_start;
        // lines count from one; an empty range names the line before it
        let start = |start: usize, lines: usize| if lines == 0 { start } else { start + 1 };
        // writing to a String cannot fail
        let _ = writeln!(
            self.text,
            "@@ -{},{old_lines} +{},{new_lines} @@",
            start(hunk.old_start, old_lines),
            start(hunk.new_start, new_lines),
        );
        self.text.push_str(&hunk.body);
    }
}

fn push(body: &mut String, mark: char, lines: &[&str]) {
    for line in lines {
        body.push(mark);
        body.push_str(line);
        if !line.ends_with('\n') {
            body.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// The furthest point reached on a diagonal, and how.
#[derive(Clone, Copy)]
struct Path {
    /// Old lines passed.
    old: usize,
    node: u32,
}

/// A run of an edit script, and the script before it.
#[derive(Clone, Copy)]
struct Node {
    /// The change in the two low bits, the lines above them.
    run: u32,
    before: u32,
}

const NOTHING: u32 = u32::MAX;

struct Search<'a> {
    old: &'a [&'a str],
    new: &'a [&'a str],
    nodes: Vec<Node>,
}

impl Search<'_> {
    /// `path` with one more line removed or added.
    fn step(&mut self, path: Path, change: Change) -> Path {
        let old = path.old + usize::from(change == Change::Removed);
        let node = match self.nodes.get(path.node as usize) {
            Some(last) if last.run & 3 == change as u32 => Node {
                run: last.run + 4,
                before: last.before,
            },
            _ => Node {
                run: 4 | change as u32,
                before: path.node,
            },
        };
        Path {
            old,
            node: self.add(node),
        }
    }

    /// `path` with the equal lines that follow it on its diagonal, and the new lines passed.
    fn slide(&mut self, path: Path, new: usize) -> (Path, usize) {
        let same = self.old[path.old..]
            .iter()
            .zip(&self.new[new..])
            .take_while(|(old, new)| old == new)
            .count();
        if same == 0 {
            return (path, new);
        }
        let run = ((same as u32) << 2) | Change::Same as u32;
        let node = self.add(Node {
            run,
            before: path.node,
        });
        (
            Path {
                old: path.old + same,
                node,
            },
            new + same,
        )
    }

    fn add(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        (self.nodes.len() - 1) as u32
    }

    fn runs(&self, path: Path) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut at = path.node;
        while let Some(node) = self.nodes.get(at as usize) {
            let change = match node.run & 3 {
                0 => Change::Same,
                1 => Change::Removed,
                _ => Change::Added,
            };
            runs.push(Run {
                change,
                lines: (node.run >> 2) as usize,
            });
            at = node.before;
        }
        runs.reverse();
        runs
    }
}

/// The runs that lead from `old` to `new`.
fn runs(old: &[&str], new: &[&str], most_nodes: usize) -> Vec<Run> {
    let mut search = Search {
        old,
        new,
        nodes: Vec::new(),
    };
    let (start, passed) = search.slide(
        Path {
            old: 0,
            node: NOTHING,
        },
        0,
    );
    if start.old == old.len() && passed == new.len() {
        return search.runs(start);
    }
    // Diagonal d holds the paths on which d more old lines than new lines are passed; they lie at index d + middle.
    let middle = new.len() as isize + 1;
    let mut best: Vec<Option<Path>> = vec![None; old.len() + new.len() + 3];
    let at = |diagonal: isize| (diagonal + middle) as usize;
    best[at(0)] = Some(start);
    let (mut lowest, mut highest) = (isize::MIN, isize::MAX);
    for length in 1..=(old.len() + new.len()) as isize {
        let mut diagonal = lowest.max(-length);
        // a diagonal beside the bounds has the wrong parity for this length
        if (diagonal - length) % 2 != 0 {
            diagonal += 1;
        }
        while diagonal <= highest.min(length) {
            let here = at(diagonal);
            let remove = if here == 0 {
                None
            } else {
                best[here - 1].take()
            };
            let add = best.get(here + 1).copied().flatten();
            let removable = remove.filter(|path| path.old < old.len());
            let addable = add.filter(|path| {
                let passed = path.old as isize - diagonal - 1;
                0 <= passed && passed < new.len() as isize
            });
            let path = match (removable, addable) {
                (None, None) => {
                    best[here] = None;
                    diagonal += 2;
                    continue;
                }
                (Some(remove), Some(add)) if remove.old < add.old => {
                    search.step(add, Change::Added)
                }
                (Some(remove), _) => search.step(remove, Change::Removed),
                (None, Some(add)) => search.step(add, Change::Added),
            };
            let (path, passed) = search.slide(path, (path.old as isize - diagonal) as usize);
            if path.old == old.len() && passed == new.len() {
                return search.runs(path);
            }
            best[here] = Some(path);
            if path.old == old.len() {
                highest = highest.min(diagonal - 1);
            }
            if passed == new.len() {
                lowest = lowest.max(diagonal + 1);
            }
            diagonal += 2;
        }
        if search.nodes.len() > most_nodes {
            break;
        }
    }
    coarse(old, new)
}

/// Everything between the common beginning and the common end as one replacement.
fn coarse(old: &[&str], new: &[&str]) -> Vec<Run> {
    let common = |pairs: &mut dyn Iterator<Item = bool>| pairs.take_while(|equal| *equal).count();
    let head = common(&mut old.iter().zip(new).map(|(old, new)| old == new));
    let (old, new) = (&old[head..], &new[head..]);
    let tail = common(
        &mut old
            .iter()
            .rev()
            .zip(new.iter().rev())
            .map(|(old, new)| old == new),
    );
    [
        Run {
            change: Change::Same,
            lines: head,
        },
        Run {
            change: Change::Removed,
            lines: old.len() - tail,
        },
        Run {
            change: Change::Added,
            lines: new.len() - tail,
        },
        Run {
            change: Change::Same,
            lines: tail,
        },
    ]
    .into_iter()
    .filter(|run| run.lines > 0)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<&str> {
        text.split_inclusive('\n').collect()
    }

    /// What the runs make of the old lines.
    fn replay<'a>(old: &[&'a str], new: &[&'a str], runs: &[Run]) -> Vec<&'a str> {
        let (mut result, mut from_old, mut from_new) = (Vec::new(), 0, 0);
        for run in runs {
            match run.change {
                Change::Same => {
                    assert_eq!(
                        old[from_old..from_old + run.lines],
                        new[from_new..from_new + run.lines]
                    );
                    result.extend(&old[from_old..from_old + run.lines]);
                    from_old += run.lines;
                    from_new += run.lines;
                }
                Change::Removed => from_old += run.lines,
                Change::Added => {
                    result.extend(&new[from_new..from_new + run.lines]);
                    from_new += run.lines;
                }
            }
        }
        assert_eq!(from_old, old.len());
        result
    }

    proptest::proptest! {
        #[test]
        fn runs_lead_from_the_old_lines_to_the_new(old in "[ab\n]{0,24}", new in "[ab\n]{0,24}", most in 0usize..64) {
            let (old, new) = (lines(&old), lines(&new));
            proptest::prop_assert_eq!(replay(&old, &new, &runs(&old, &new, most)), new.clone());
            proptest::prop_assert_eq!(replay(&old, &new, &runs(&old, &new, MOST_NODES)), new);
        }
    }
}
