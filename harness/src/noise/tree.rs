//! Which processes are ours, and what processor time they have used.

use std::collections::{BTreeMap, BTreeSet};

/// One line of `/proc/<pid>/stat`, as far as it matters here. Times are in the kernel's ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) pid: u32,
    pub(super) parent: u32,
    /// Of all its threads, those that have ended included.
    pub(super) used: u64,
    /// Of the children that it waited for, and theirs.
    pub(super) children: u64,
    /// When it began: with the pid, what no other process ever has.
    pub(super) born: u64,
}

impl Stat {
    /// Reads a line; none where it is not as proc(5) says.
    pub(super) fn parse(text: &str) -> Option<Stat> {
        // A program may have spaces and brackets in its name, so fields are counted from the last bracket.
        let (pid, _) = text.split_once(' ')?;
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        // proc(5) numbers the pid as field 1; what follows the name begins at 3.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some(Stat {
            pid: pid.parse().ok()?,
            parent: u32::try_from(field(4)?).ok()?,
            used: field(14)?.checked_add(field(15)?)?,
            children: field(16)?.checked_add(field(17)?)?,
            born: field(22)?,
        })
    }
}

/// The processes that descend from one.
#[derive(Debug)]
pub(super) struct Tree {
    root: u32,
    /// Those that ever did: a process whose parent ends before it is handed to another and stays ours.
    known: BTreeSet<(u32, u64)>,
}

impl Tree {
    /// The tree below a process, itself included.
    pub(super) fn of(root: u32) -> Tree {
        Tree {
            root,
            known: BTreeSet::new(),
        }
    }

    /// Those of all the machine's processes that are ours.
    pub(super) fn ours<'a>(&mut self, all: &'a [Stat]) -> Vec<&'a Stat> {
        let mut children: BTreeMap<u32, Vec<&Stat>> = BTreeMap::new();
        for stat in all {
            children.entry(stat.parent).or_default().push(stat);
        }
        let mut ours: Vec<&Stat> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next: Vec<&Stat> = all
            .iter()
            .filter(|stat| stat.pid == self.root || self.known.contains(&(stat.pid, stat.born)))
            .collect();
        while let Some(stat) = next.pop() {
            if seen.insert((stat.pid, stat.born)) {
                ours.push(stat);
                next.extend(children.get(&stat.pid).into_iter().flatten());
            }
        }
        self.known = seen;
        ours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_is_passed_over() {
        let line = "4211 (tmux: (a) 7 b) S 311 4211 4211 0 -1 4194304 101 0 0 0 120 30 7 5 20 0 1 0 1266865 3133440 413";
        assert_eq!(
            Stat::parse(line),
            Some(Stat {
                pid: 4211,
                parent: 311,
                used: 150,
                children: 12,
                born: 1_266_865
            })
        );
        for broken in [
            "",
            "4211",
            "4211 (cat",
            "4211 (cat) S 311",
            "x (cat) S 1 2 3",
        ] {
            assert_eq!(Stat::parse(broken), None, "{broken}");
        }
    }

    fn process(pid: u32, parent: u32, born: u64) -> Stat {
        Stat {
            pid,
            parent,
            used: 0,
            children: 0,
            born,
        }
    }

    fn check(tree: &mut Tree, all: &[Stat], expect: &[u32]) {
        let mut ours: Vec<u32> = tree.ours(all).iter().map(|stat| stat.pid).collect();
        ours.sort_unstable();
        assert_eq!(ours, expect);
    }

    #[test]
    fn descendants_are_ours_and_stay_so_when_their_parent_ends() {
        let mut tree = Tree::of(10);
        let init = process(1, 0, 1);
        let shell = process(5, 1, 50);
        let (harness, worker, server) = (
            process(10, 5, 100),
            process(11, 10, 110),
            process(12, 11, 120),
        );
        let stranger = process(13, 5, 130);
        check(
            &mut tree,
            &[init, shell, server, worker, harness, stranger],
            &[10, 11, 12],
        );
        let orphan = process(12, 1, 120);
        let its_child = process(14, 12, 140);
        check(
            &mut tree,
            &[init, shell, harness, orphan, its_child, stranger],
            &[10, 12, 14],
        );
        // The number is given again, to somebody else.
        let other = process(12, 1, 999);
        check(&mut tree, &[init, harness, other], &[10]);
    }

    #[test]
    fn a_circle_ends() {
        let mut tree = Tree::of(2);
        check(&mut tree, &[process(2, 3, 1), process(3, 2, 1)], &[2, 3]);
    }
}
