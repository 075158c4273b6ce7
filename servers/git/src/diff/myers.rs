//! Which lines differ: Myers' algorithm in linear space, with the heuristics by which git's own diff ends early, so that the answers are the same.
//!
//! After Eugene Myers, "An O(ND) Difference Algorithm and Its Variations" (1986). Lines are compared as numbers: equal lines have equal ones.

/// A run of equal lines longer than this is worth stopping at.
const SNAKE: i64 = 20;
/// No heuristic is used before so many differences.
const PATIENCE: i64 = 256;
/// A point is worth stopping at when it is this many times farther than the differences it took.
const FAR: i64 = 4;
/// A line that occurs so often is one of many, however large the file.
const COMMON: usize = 1024;
/// So far around a common line its neighbours are looked at.
const WINDOW: usize = 100;
/// Beyond every place in a file.
const OUTSIDE: i64 = i64::MAX / 4;

/// Which lines of either file are not in the other one's, in order: `true` for a line that goes or comes.
pub fn compare(before: &[u32], after: &[u32]) -> (Vec<bool>, Vec<bool>) {
    let mut removed = vec![false; before.len()];
    let mut added = vec![false; after.len()];
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let tail = before[head..]
        .iter()
        .rev()
        .zip(after[head..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let kinds = before
        .iter()
        .chain(after)
        .max()
        .map_or(0, |most| *most as usize + 1);
    let keep = |own: &[u32], other: &[u32], changed: &mut [bool]| {
        prune(own, other, kinds, head..own.len() - tail, changed)
    };
    let old = keep(before, after, &mut removed);
    let new = keep(after, before, &mut added);
    let mut search = Search::new(
        old.iter().map(|at| before[*at]).collect(),
        new.iter().map(|at| after[*at]).collect(),
    );
    search.run();
    for at in search.removed {
        removed[old[at]] = true;
    }
    for at in search.added {
        added[new[at]] = true;
    }
    (removed, added)
}

/// Marks the lines of `range` that cannot match, and common ones among many such; the others are searched.
fn prune(
    own: &[u32],
    other: &[u32],
    kinds: usize,
    range: std::ops::Range<usize>,
    changed: &mut [bool],
) -> Vec<usize> {
    let mut counts = vec![0usize; kinds];
    for line in other {
        counts[*line as usize] += 1;
    }
    let most = rough_root(own.len()).min(COMMON);
    // 0: nowhere in the other file, 1: there, 2: there so often that it says little
    let rank: Vec<u8> = own[range.clone()]
        .iter()
        .map(|line| match counts[*line as usize] {
            0 => 0,
            count if count >= most => 2,
            _ => 1,
        })
        .collect();
    let mut kept = Vec::with_capacity(rank.len());
    for (at, kind) in rank.iter().enumerate() {
        if *kind == 1 || (*kind == 2 && !is_lost(&rank, at)) {
            kept.push(range.start + at);
        } else {
            changed[range.start + at] = true;
        }
    }
    kept
}

/// Whether a common line stands among lines that match nothing, on both sides.
fn is_lost(rank: &[u8], at: usize) -> bool {
    let count = |lines: &mut dyn Iterator<Item = &u8>| {
        let (mut alone, mut common) = (0, 1);
        for kind in lines.take_while(|kind| **kind != 1) {
            if *kind == 0 {
                alone += 1;
            } else {
                common += 1;
            }
        }
        (alone, common)
    };
    let before = count(&mut rank[at.saturating_sub(WINDOW)..at].iter().rev());
    let after = count(&mut rank[at + 1..rank.len().min(at + 1 + WINDOW)].iter());
    if before.0 == 0 || after.0 == 0 {
        return false;
    }
    let (alone, common) = (before.0 + after.0, before.1 + after.1);
    common * 4 < common + alone
}

/// A power of two near the square root.
fn rough_root(mut number: usize) -> usize {
    let mut root = 1;
    while number > 0 {
        root <<= 1;
        number >>= 2;
    }
    root
}

/// A part of both files.
#[derive(Clone, Copy)]
struct Part {
    start: (i64, i64),
    end: (i64, i64),
    /// Whether the shortest way is wanted, whatever it costs.
    exact: bool,
}

/// Where a part is cut in two.
struct Cut {
    at: (i64, i64),
    exact: (bool, bool),
}

struct Search {
    old: Vec<u32>,
    new: Vec<u32>,
    /// The farthest place in the old file on each diagonal, from the start and from the end.
    forward: Vec<i64>,
    backward: Vec<i64>,
    /// What is added to a diagonal's number to make an index.
    shift: i64,
    most: i64,
    removed: Vec<usize>,
    added: Vec<usize>,
}

impl Search {
    fn new(old: Vec<u32>, new: Vec<u32>) -> Search {
        let diagonals = old.len() + new.len() + 3;
        Search {
            shift: i64::try_from(new.len()).unwrap_or(0) + 1,
            most: i64::try_from(rough_root(diagonals))
                .unwrap_or(PATIENCE)
                .max(PATIENCE),
            forward: vec![0; diagonals + 1],
            backward: vec![0; diagonals + 1],
            removed: Vec::new(),
            added: Vec::new(),
            old,
            new,
        }
    }

    fn run(&mut self) {
        let length = |lines: &[u32]| i64::try_from(lines.len()).unwrap_or(0);
        // A list instead of recursion: crafted files could make it deep.
        let mut parts = vec![Part {
            start: (0, 0),
            end: (length(&self.old), length(&self.new)),
            exact: false,
        }];
        while let Some(mut part) = parts.pop() {
            while part.start.0 < part.end.0
                && part.start.1 < part.end.1
                && self.same(part.start.0, part.start.1)
            {
                part.start = (part.start.0 + 1, part.start.1 + 1);
            }
            while part.start.0 < part.end.0
                && part.start.1 < part.end.1
                && self.same(part.end.0 - 1, part.end.1 - 1)
            {
                part.end = (part.end.0 - 1, part.end.1 - 1);
            }
            let places = |from: i64, to: i64| (from..to).filter_map(|at| usize::try_from(at).ok());
            if part.start.0 == part.end.0 {
                self.added.extend(places(part.start.1, part.end.1));
            } else if part.start.1 == part.end.1 {
                self.removed.extend(places(part.start.0, part.end.0));
            } else {
                let cut = self.cut(part);
                parts.push(Part {
                    start: cut.at,
                    end: part.end,
                    exact: cut.exact.1,
                });
                parts.push(Part {
                    start: part.start,
                    end: cut.at,
                    exact: cut.exact.0,
                });
            }
        }
    }

    fn same(&self, old: i64, new: i64) -> bool {
        let line = |lines: &[u32], at: i64| {
            usize::try_from(at)
                .ok()
                .and_then(|at| lines.get(at).copied())
        };
        line(&self.old, old) == line(&self.new, new)
    }

    fn place(&self, diagonal: i64) -> usize {
        usize::try_from(diagonal + self.shift).unwrap_or(0)
    }

    /// Searches from both ends until the ways meet, or until one has come far enough.
    fn cut(&mut self, part: Part) -> Cut {
        let (start, end) = (part.start, part.end);
        let least = start.0 - end.1;
        let most = end.0 - start.1;
        let (first, last) = (start.0 - start.1, end.0 - end.1);
        let odd = (first - last) & 1 != 0;
        // the diagonals that are reached from the start, and from the end
        let (mut from, mut back) = ((first, first), (last, last));
        let at = self.place(first);
        self.forward[at] = start.0;
        let at = self.place(last);
        self.backward[at] = end.0;
        let mut cost = 0;
        loop {
            cost += 1;
            let mut long = false;
            from = widen(from, (least, most), &mut self.forward, self.shift, -1);
            let mut diagonal = from.1;
            while diagonal >= from.0 {
                let at = self.place(diagonal);
                let (below, above) = (self.forward[at - 1], self.forward[at + 1]);
                let begin = if below >= above { below + 1 } else { above };
                let mut x = begin;
                while x < end.0 && x - diagonal < end.1 && self.same(x, x - diagonal) {
                    x += 1;
                }
                long |= x - begin > SNAKE;
                self.forward[at] = x;
                if odd && back.0 <= diagonal && diagonal <= back.1 && self.backward[at] <= x {
                    return Cut {
                        at: (x, x - diagonal),
                        exact: (true, true),
                    };
                }
                diagonal -= 2;
            }
            back = widen(back, (least, most), &mut self.backward, self.shift, OUTSIDE);
            let mut diagonal = back.1;
            while diagonal >= back.0 {
                let at = self.place(diagonal);
                let (below, above) = (self.backward[at - 1], self.backward[at + 1]);
                let begin = if below < above { below } else { above - 1 };
                let mut x = begin;
                while x > start.0 && x - diagonal > start.1 && self.same(x - 1, x - diagonal - 1) {
                    x -= 1;
                }
                long |= begin - x > SNAKE;
                self.backward[at] = x;
                if !odd && from.0 <= diagonal && diagonal <= from.1 && x <= self.forward[at] {
                    return Cut {
                        at: (x, x - diagonal),
                        exact: (true, true),
                    };
                }
                diagonal -= 2;
            }
            if part.exact {
                continue;
            }
            if long
                && cost > PATIENCE
                && let Some(cut) = self.promising(part, from, back, cost)
            {
                return cut;
            }
            if cost >= self.most {
                return self.farthest(part, from, back);
            }
        }
    }

    /// A place behind a long run of equal lines that is far from where the search began.
    fn promising(&self, part: Part, from: (i64, i64), back: (i64, i64), cost: i64) -> Option<Cut> {
        let (start, end) = (part.start, part.end);
        let mut best = (0, None);
        for diagonal in diagonals(from) {
            let x = self.forward[self.place(diagonal)];
            let y = x - diagonal;
            let gain = (x - start.0) + (y - start.1) - (diagonal - (start.0 - start.1)).abs();
            if gain > FAR * cost
                && gain > best.0
                && start.0 + SNAKE <= x
                && x < end.0
                && start.1 + SNAKE <= y
                && y < end.1
                && (1..=SNAKE).all(|back| self.same(x - back, y - back))
            {
                best = (gain, Some((x, y)));
            }
        }
        if let Some(at) = best.1 {
            return Some(Cut {
                at,
                exact: (true, false),
            });
        }
        for diagonal in diagonals(back) {
            let x = self.backward[self.place(diagonal)];
            let y = x - diagonal;
            let gain = (end.0 - x) + (end.1 - y) - (diagonal - (end.0 - end.1)).abs();
            if gain > FAR * cost
                && gain > best.0
                && start.0 < x
                && x <= end.0 - SNAKE
                && start.1 < y
                && y <= end.1 - SNAKE
                && (0..SNAKE).all(|on| self.same(x + on, y + on))
            {
                best = (gain, Some((x, y)));
            }
        }
        best.1.map(|at| Cut {
            at,
            exact: (false, true),
        })
    }

    /// Where the search came farthest when it has cost too much.
    fn farthest(&self, part: Part, from: (i64, i64), back: (i64, i64)) -> Cut {
        let (start, end) = (part.start, part.end);
        let mut ahead = (-1, (0, 0));
        for diagonal in diagonals(from) {
            let mut x = self.forward[self.place(diagonal)].min(end.0);
            if x - diagonal > end.1 {
                x = end.1 + diagonal;
            }
            if ahead.0 < 2 * x - diagonal {
                ahead = (2 * x - diagonal, (x, x - diagonal));
            }
        }
        let mut behind = (OUTSIDE, (0, 0));
        for diagonal in diagonals(back) {
            let mut x = self.backward[self.place(diagonal)].max(start.0);
            if x - diagonal < start.1 {
                x = start.1 + diagonal;
            }
            if 2 * x - diagonal < behind.0 {
                behind = (2 * x - diagonal, (x, x - diagonal));
            }
        }
        if end.0 + end.1 - behind.0 < ahead.0 - (start.0 + start.1) {
            Cut {
                at: ahead.1,
                exact: (true, false),
            }
        } else {
            Cut {
                at: behind.1,
                exact: (false, true),
            }
        }
    }
}

/// Every second diagonal, from the highest down.
fn diagonals(range: (i64, i64)) -> impl Iterator<Item = i64> {
    let count = (range.1 - range.0).max(-1) / 2 + i64::from(range.1 >= range.0);
    (0..count).map(move |step| range.1 - 2 * step)
}

/// Takes one more diagonal on each side, or one fewer where the edge of the part is reached.
fn widen(
    (mut low, mut high): (i64, i64),
    (least, most): (i64, i64),
    places: &mut [i64],
    shift: i64,
    outside: i64,
) -> (i64, i64) {
    let mut set = |diagonal: i64| {
        if let Ok(at) = usize::try_from(diagonal + shift)
            && let Some(place) = places.get_mut(at)
        {
            *place = outside;
        }
    };
    if low > least {
        low -= 1;
        set(low - 1);
    } else {
        low += 1;
    }
    if high < most {
        high += 1;
        set(high + 1);
    } else {
        high -= 1;
    }
    (low, high)
}
