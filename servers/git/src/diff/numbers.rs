//! Numbers for lines: equal lines have equal numbers, in the order in which each was seen first.
//!
//! A table by a quick hash, because each line of both texts passes through it: a tree compared each a dozen times, and took a
//! quarter of a whole diff. The hash is no secret, so lines can be made that all fall into one place; a place takes so many
//! and no more, and what comes after them goes into a tree.

use std::collections::BTreeMap;

/// So many lines of one place are looked through.
const MOST: usize = 16;
/// Nothing follows.
const END: u32 = u32::MAX;

/// The numbers that were given.
pub(super) struct Numbers<'a> {
    /// The line of each place that was seen last; a power of two of them.
    places: Vec<u32>,
    /// Hash, line, and the number of the next one of its place, by number.
    lines: Vec<(u64, &'a [u8], u32)>,
    /// Lines of places that were full.
    others: BTreeMap<&'a [u8], u32>,
}

impl<'a> Numbers<'a> {
    /// No numbers yet; so many lines are about to come.
    pub(super) fn with_room(lines: usize) -> Numbers<'a> {
        Numbers {
            places: vec![END; lines.max(8).next_power_of_two()],
            lines: Vec::new(),
            others: BTreeMap::new(),
        }
    }

    /// The number of a line.
    pub(super) fn of(&mut self, line: &'a [u8]) -> u32 {
        let hash = hash(line);
        // The upper bits are the best mixed; those that are there choose a place.
        let place = (hash >> 32) as usize & (self.places.len() - 1);
        let head = self.places[place];
        let (mut at, mut seen) = (head, 0);
        while let Some((own, text, next)) = self.lines.get(at as usize) {
            if *own == hash && same(text, line) {
                return at;
            }
            at = *next;
            seen += 1;
        }
        if seen < MOST {
            let number = self.next();
            self.lines.push((hash, line, head));
            self.places[place] = number;
            return number;
        }
        if let Some(number) = self.others.get(line) {
            return *number;
        }
        let number = self.next();
        // Its number is taken, but it is in no place.
        self.lines.push((hash, line, END));
        self.others.insert(line, number);
        number
    }

    fn next(&self) -> u32 {
        u32::try_from(self.lines.len()).unwrap_or(END)
    }
}

fn words(bytes: &[u8]) -> (impl Iterator<Item = u64> + '_, &[u8]) {
    let (words, rest) = bytes.as_chunks::<8>();
    (words.iter().map(|word| u64::from_le_bytes(*word)), rest)
}

fn hash(line: &[u8]) -> u64 {
    // The fractional part of the golden ratio, odd: what Fibonacci hashing multiplies by.
    const RATIO: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(RATIO);
    let (whole, rest) = words(line);
    let hash = whole.fold(line.len() as u64, mix);
    let last = rest
        .iter()
        .fold(0, |word, byte| word << 8 | u64::from(*byte));
    let hash = mix(hash, last);
    hash ^ hash >> 29
}

/// Eight bytes at a time: in a component the library compares them one by one.
fn same(a: &[u8], b: &[u8]) -> bool {
    let ((left, end), (right, other)) = (words(a), words(b));
    a.len() == b.len()
        && left.zip(right).all(|(a, b)| a == b)
        && end.iter().zip(other).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbered<'a>(numbers: &mut Numbers<'a>, lines: &[&'a [u8]]) -> Vec<u32> {
        lines.iter().map(|line| numbers.of(line)).collect()
    }

    /// As whoever looks through all that came before numbers them.
    fn wanted<'a>(lines: &[&'a [u8]]) -> Vec<u32> {
        let mut seen: Vec<&'a [u8]> = Vec::new();
        let number = |line: &&'a [u8]| {
            let found = seen.iter().position(|other| other == line);
            found.unwrap_or_else(|| {
                seen.push(line);
                seen.len() - 1
            }) as u32
        };
        lines.iter().map(number).collect()
    }

    #[test]
    fn places_that_are_full_lose_no_line() {
        // One place for all: the first sixteen are found there, the others in the tree.
        let texts: Vec<String> = (0..100).map(|n| format!("line {n}\n")).collect();
        let twice: Vec<&[u8]> = texts.iter().chain(&texts).map(|t| t.as_bytes()).collect();
        let mut numbers = Numbers {
            places: vec![END],
            ..Numbers::with_room(0)
        };
        assert_eq!(numbered(&mut numbers, &twice), wanted(&twice));
        assert_eq!(numbers.others.len(), 100 - MOST);
    }

    proptest! {
        #[test]
        fn equal_lines_and_no_others_have_equal_numbers(lines in prop::collection::vec("[ab]{0,3}[ab]{0,18}\n?", 0..60)) {
            let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
            let mut numbers = Numbers::with_room(lines.len());
            prop_assert_eq!(numbered(&mut numbers, &lines), wanted(&lines));
        }
    }
}
