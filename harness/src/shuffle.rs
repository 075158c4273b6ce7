//! Puts trials in a recorded random order, so that a drift of the machine meets every cell alike.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Shuffles in place; the same seed and length give the same order on every machine.
pub fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // Fisher and Yates. The bias of a modulo over 64 bits is below 1e-13 at these lengths.
    for end in (1..items.len()).rev() {
        let bound = u64::try_from(end + 1).expect("a length fits 64 bits");
        let at = usize::try_from(random.next_u64() % bound).expect("an index fits");
        items.swap(end, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_a_permutation_that_the_seed_decides() {
        let order = |seed| {
            let mut items: Vec<u32> = (0..1000).collect();
            shuffle(&mut items, seed);
            items
        };
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        let mut sorted = order(3);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1000).collect::<Vec<_>>());
    }
}
