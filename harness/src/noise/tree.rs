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
    /// What it does for a Docker engine, if it is part of one.
    pub(super) engine: Option<Part>,
}

/// A part of a Docker engine. What it does while we measure it does for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It is there before any container, and stays.
    Daemon,
    /// It is there for one container, whose processes descend from it. It descends from nobody that we know.
    Shim,
}

/// The parts of an engine, by what their names begin with.
const PARTS: [(&str, Part); 5] = [
    ("dockerd", Part::Daemon),
    ("containerd-shim", Part::Shim),
    ("containerd", Part::Daemon),
    ("docker-", Part::Shim),
    ("runc", Part::Shim),
];

impl Stat {
    /// Reads a line; none where it is not as proc(5) says.
    pub(super) fn parse(text: &str) -> Option<Stat> {
        // A program may have spaces and brackets in its name, so fields are counted from the last bracket.
        let (pid, named) = text.split_once(' ')?;
        let (name, rest) = named.rsplit_once(')')?;
        let name = name.strip_prefix('(')?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        // proc(5) numbers the pid as field 1; what follows the name begins at 3.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some(Stat {
            pid: pid.parse().ok()?,
            parent: u32::try_from(field(4)?).ok()?,
            used: field(14)?.checked_add(field(15)?)?,
            children: field(16)?.checked_add(field(17)?)?,
            born: field(22)?,
            engine: PARTS
                .iter()
                .find(|(part, _)| name.starts_with(part))
                .map(|(_, part)| *part),
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
        let root = all.iter().find(|stat| stat.pid == self.root);
        let since = root.map_or(u64::MAX, |root| root.born);
        let mut next: Vec<&Stat> = all
            .iter()
            .filter(|stat| {
                stat.pid == self.root
                    || self.known.contains(&(stat.pid, stat.born))
                    || match stat.engine {
                        Some(Part::Daemon) => true,
                        // A container that was there before us is somebody else's.
                        Some(Part::Shim) => stat.born >= since,
                        None => false,
                    }
            })
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
                born: 1_266_865,
                engine: None,
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
            engine: None,
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
    fn an_engine_is_ours_and_so_are_the_containers_that_began_after_us_and_no_others() {
        let parsed = |name: &str| {
            let line = format!("7 ({name}) S 1 7 7 0 -1 0 1 0 0 0 9 3 0 0 20 0 1 0 200 1 4");
            Stat::parse(&line).and_then(|stat| stat.engine)
        };
        assert_eq!(parsed("dockerd"), Some(Part::Daemon));
        assert_eq!(parsed("containerd"), Some(Part::Daemon));
        assert_eq!(parsed("containerd-shim"), Some(Part::Shim));
        assert_eq!(parsed("runc:[2:INIT]"), Some(Part::Shim));
        assert_eq!(parsed("doctor"), None);
        let part = |engine, stat| Stat {
            engine: Some(engine),
            ..stat
        };
        let all = [
            process(1, 0, 1),
            process(10, 1, 100),
            part(Part::Daemon, process(20, 1, 50)),
            part(Part::Shim, process(30, 1, 60)),
            process(31, 30, 61),
            part(Part::Shim, process(40, 1, 150)),
            process(41, 40, 151),
        ];
        check(&mut Tree::of(10), &all, &[10, 20, 40, 41]);
    }

    #[test]
    fn a_circle_ends() {
        let mut tree = Tree::of(2);
        check(&mut tree, &[process(2, 3, 1), process(3, 2, 1)], &[2, 3]);
    }
}
