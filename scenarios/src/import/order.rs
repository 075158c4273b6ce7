//! What a call may depend on, where nobody wrote it down: an agent can have used whatever had been answered when it called.

use std::collections::BTreeSet;

use crate::import::Seen;
use crate::{Refused, bound};

/// For each call, in the order in which they began: the earlier ones that had ended by then, but for those that these depend on.
pub(crate) fn dependencies(file: &str, seen: &[Seen]) -> Result<Vec<Vec<usize>>, Refused> {
    // Of the same moment, ends come first: what was answered in one line can be used in the next.
    let mut events: Vec<(u64, bool, usize)> = Vec::with_capacity(seen.len() * 2);
    for (index, call) in seen.iter().enumerate() {
        events.push((call.began, true, index));
        if let Some(ended) = call.ended {
            events.push((ended.max(call.began), ended <= call.began, index));
        }
    }
    events.sort_by_key(|&(at, begins, index)| (at, begins, index));
    let mut depends: Vec<Vec<usize>> = vec![Vec::new(); seen.len()];
    // A call that took no time has its end sorted behind its beginning by this.
    let mut begun = vec![false; seen.len()];
    let mut front: BTreeSet<usize> = BTreeSet::new();
    let mut edges = 0;
    for (_, begins, index) in events {
        if begins && !begun[index] {
            begun[index] = true;
            depends[index] = front.range(..index).copied().collect();
            edges += depends[index].len();
            if depends[index].len() > bound::DEPENDS_ON || edges > bound::EDGES {
                let why = format!(
                    "call {index} would depend on too many calls, or all together on more than {}",
                    bound::EDGES
                );
                return Err(Refused::new(
                    file,
                    seen[index].at.clone(),
                    why,
                    "split the file",
                ));
            }
        } else {
            for before in &depends[index] {
                front.remove(before);
            }
            front.insert(index);
        }
    }
    Ok(depends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Came;
    use proptest::prelude::*;

    fn seen(times: &[(u64, Option<u64>)]) -> Vec<Seen> {
        let call = |&(began, ended): &(u64, Option<u64>)| Seen {
            at: "line 1".to_owned(),
            server: None,
            tool: "t".to_owned(),
            arguments: None,
            came: Came::Unknown,
            began,
            ended,
            timed: false,
        };
        times.iter().map(call).collect()
    }

    fn check(times: &[(u64, Option<u64>)], expected: &[&[usize]]) {
        assert_eq!(dependencies("x", &seen(times)).expect("few"), expected);
    }

    #[test]
    fn a_chain_is_a_chain_and_a_fan_a_fan() {
        check(
            &[(0, Some(1)), (1, Some(2)), (2, Some(3))],
            &[&[], &[0], &[1]],
        );
        check(
            &[(0, Some(5)), (5, Some(9)), (6, Some(8)), (9, Some(10))],
            &[&[], &[0], &[0], &[1, 2]],
        );
        // no answer was seen: nothing can depend on it
        check(&[(0, None), (1, Some(2)), (3, Some(4))], &[&[], &[], &[1]]);
        // the middle one spans both others
        check(
            &[(0, Some(1)), (2, Some(9)), (3, Some(4)), (5, Some(6))],
            &[&[], &[0], &[0], &[2]],
        );
        check(
            &[(3, Some(3)), (3, Some(3)), (3, Some(2))],
            &[&[], &[0], &[1]],
        );
    }

    proptest! {
        #[test]
        fn everything_that_had_ended_is_reached_and_nothing_else(times in prop::collection::vec((0u64..30, prop::option::of(0u64..12)), 1..12)) {
            let mut times: Vec<(u64, Option<u64>)> = times.into_iter().map(|(began, took)| (began, took.map(|took| began + took + 1))).collect();
            times.sort_unstable();
            let depends = dependencies("x", &seen(&times)).expect("few");
            for (index, own) in depends.iter().enumerate() {
                let mut reached = BTreeSet::new();
                let mut open = own.clone();
                while let Some(next) = open.pop() {
                    if reached.insert(next) {
                        open.extend(&depends[next]);
                    }
                }
                let began = times[index].0;
                let ended: BTreeSet<usize> = (0..index).filter(|&other| times[other].1.is_some_and(|ended| ended <= began)).collect();
                prop_assert_eq!(&reached, &ended, "{:?}", times);
                // none is named that another implies
                for &direct in own {
                    let implied = own.iter().any(|&other| other != direct && {
                        let mut open = depends[other].clone();
                        let mut found = false;
                        while let Some(next) = open.pop() {
                            found |= next == direct;
                            open.extend(&depends[next]);
                        }
                        found
                    });
                    prop_assert!(!implied, "{:?}", times);
                }
            }
        }
    }
}
