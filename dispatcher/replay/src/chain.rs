//! What an agent does: calls, and which of them wait for which.

/// The most calls of one chain.
pub const MOST_CALLS: usize = 65_536;

/// The calls of an agent by number, with what each waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// How many calls each waits for.
    needs: Vec<u32>,
    /// The calls that wait for each.
    next: Vec<Vec<u32>>,
}

/// Why calls are no chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// There is nothing to replay.
    #[error("there is no call to replay; give a trace with at least one")]
    Empty,
    /// There are too many.
    #[error("{calls} calls are more than the {MOST_CALLS} that are replayed; cut the trace")]
    Long {
        /// How many there are.
        calls: usize,
    },
    /// A call waits for itself or for a later one.
    #[error(
        "call {call} depends on call {on}, which is not before it; name earlier calls in `depends_on`"
    )]
    Forward {
        /// Which call, from 0.
        call: usize,
        /// What it names.
        on: usize,
    },
}

impl Chain {
    /// One call after another, as an agent makes them that waits for each answer.
    ///
    /// # Errors
    /// When there is no call, or too many.
    pub fn sequential(calls: usize) -> Result<Self, ChainError> {
        let before = (0..calls).map(|call| call.checked_sub(1).into_iter().collect());
        Self::waiting(&before.collect::<Vec<Vec<usize>>>())
    }

    /// Each call as soon as those that it depends on have answered.
    ///
    /// # Errors
    /// When there is no call, there are too many, or one depends on a later one.
    pub fn waiting(depends_on: &[Vec<usize>]) -> Result<Self, ChainError> {
        if depends_on.is_empty() {
            return Err(ChainError::Empty);
        }
        if depends_on.len() > MOST_CALLS {
            return Err(ChainError::Long {
                calls: depends_on.len(),
            });
        }
        let mut needs = vec![0; depends_on.len()];
        let mut next = vec![Vec::new(); depends_on.len()];
        for (call, before) in depends_on.iter().enumerate() {
            let mut before = before.clone();
            before.sort_unstable();
            before.dedup();
            for on in before {
                if on >= call {
                    return Err(ChainError::Forward { call, on });
                }
                needs[call] += 1;
                next[on].push(narrow(call));
            }
        }
        Ok(Self { needs, next })
    }

    /// How many calls there are.
    pub fn calls(&self) -> usize {
        self.needs.len()
    }

    /// How many calls each waits for.
    pub(crate) fn needs(&self) -> &[u32] {
        &self.needs
    }

    /// The calls that wait for this one.
    pub(crate) fn next(&self, call: u32) -> &[u32] {
        &self.next[wide(call)]
    }
}

/// A call's number as events hold it.
pub(crate) fn narrow(call: usize) -> u32 {
    u32::try_from(call).expect("a chain has at most 65,536 calls")
}

/// A number that an event holds as an index.
pub(crate) fn wide(number: u32) -> usize {
    usize::try_from(number).expect("an index has at least 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_wait_for_what_they_name() {
        let chain = Chain::waiting(&[vec![], vec![0], vec![0, 0], vec![2, 1]]).expect("a chain");
        assert_eq!(chain.needs(), [0, 1, 1, 2]);
        assert_eq!(chain.next(0), [1, 2]);
        assert_eq!(Chain::sequential(3).expect("a chain").needs(), [0, 1, 1]);
    }

    #[test]
    fn what_is_no_chain_is_told() {
        assert_eq!(Chain::sequential(0), Err(ChainError::Empty));
        assert_eq!(
            Chain::sequential(65_537),
            Err(ChainError::Long { calls: 65_537 })
        );
        assert_eq!(
            Chain::waiting(&[vec![], vec![1]]),
            Err(ChainError::Forward { call: 1, on: 1 })
        );
    }
}
