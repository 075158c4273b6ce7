//! What a session's answers tell of its thoughts: how many there were, and the branches.
//!
//! No answer shows an earlier thought's words, so they are not kept, and a session can go on for ever.

/// How many branches a session may have, and how many bytes their names in all: the names are in every answer.
const BRANCHES: usize = 1_000;
const NAMES: usize = 64 << 10;

/// A session's history.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// How many thoughts were accepted.
    pub(crate) length: u64,
    /// Names that are whole numbers, in order; then the others as they came: the order of an object's keys in JavaScript.
    numbered: Vec<(u32, String)>,
    named: Vec<String>,
    bytes: usize,
}

impl History {
    /// Takes a thought, which begins or goes on with a branch.
    ///
    /// # Errors
    /// Where there are too many branches; the thought is not counted then.
    pub(crate) fn think(&mut self, branch: Option<String>) -> Result<(), String> {
        if let Some(name) = branch {
            self.branch(name)?;
        }
        self.length += 1;
        Ok(())
    }

    fn branch(&mut self, name: String) -> Result<(), String> {
        let number = index(&name);
        let place = match number {
            Some(number) => match self.numbered.binary_search_by_key(&number, |(own, _)| *own) {
                Ok(_) => return Ok(()),
                Err(place) => place,
            },
            None if self.named.contains(&name) => return Ok(()),
            None => 0,
        };
        let count = self.numbered.len() + self.named.len();
        if count >= BRANCHES || self.bytes + name.len() > NAMES {
            return Err(format!(
                "a session has room for {BRANCHES} branches and {NAMES} bytes of their names, and this one has {count} with {} bytes; \
                 go on in one of them by its branchId, or begin a new session",
                self.bytes
            ));
        }
        self.bytes += name.len();
        match number {
            Some(number) => self.numbered.insert(place, (number, name)),
            None => self.named.push(name),
        }
        Ok(())
    }

    /// The names of the branches.
    pub(crate) fn branches(&self) -> Vec<String> {
        let numbered = self.numbered.iter().map(|(_, name)| name);
        numbered.chain(&self.named).cloned().collect()
    }
}

/// The number that a name is, where JavaScript sorts it as one: an array's index, written plainly.
fn index(name: &str) -> Option<u32> {
    let plain = name == "0" || !name.starts_with(['0', '+']);
    let number = name.parse().ok().filter(|_| plain)?;
    (number < u32::MAX).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_stand_as_javascripts_keys_do() {
        let mut history = History::default();
        // As node orders Object.keys.
        for name in [
            "10",
            "2",
            "b",
            "01",
            "a",
            "4294967295",
            "4294967294",
            "7",
            "b",
            "7",
            "+1",
            "0",
        ] {
            history.think(Some(name.to_owned())).expect("room");
        }
        history.think(None).expect("room");
        assert_eq!(history.length, 13);
        assert_eq!(
            history.branches(),
            [
                "0",
                "2",
                "7",
                "10",
                "4294967294",
                "b",
                "01",
                "a",
                "4294967295",
                "+1"
            ]
        );
    }

    #[test]
    fn branches_are_bounded_and_old_ones_go_on() {
        for (name, room) in [("b".to_owned(), BRANCHES), ("b".repeat(10_000), 6)] {
            let mut history = History::default();
            for number in 0..room {
                history
                    .think(Some(format!("{name}{number}")))
                    .expect("room");
            }
            let error = history.think(Some(format!("{name}x"))).expect_err("full");
            assert!(error.contains("begin a new session"), "{error}");
            assert_eq!(
                history.length, room as u64,
                "a refused thought is not counted"
            );
            history.think(Some(format!("{name}0"))).expect("an old one");
            history.think(None).expect("none");
        }
    }
}
