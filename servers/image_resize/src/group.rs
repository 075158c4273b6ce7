//! Which hashes are near each other: greedy groups in the order of the input.

use crate::hash::Hash;

/// What the comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Paths of pictures that are alike, at least two in each group.
    pub duplicates: Vec<Vec<String>>,
    /// Paths in no group.
    pub unique: Vec<String>,
}

/// Bits of a hash, most significant first, in words. Hashes of other lengths than 64 bits can be compared with each other as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits {
    digits: usize,
    words: Vec<u64>,
}

/// Most hexadecimal digits of a hash: 64 × 64 bits.
const DIGITS: usize = 1024;

impl Bits {
    /// Reads hexadecimal digits.
    ///
    /// # Errors
    /// When there are none, too many, or others; the text says so.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.len() > DIGITS || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(format!(
                "'{}' is no hash; give the hexadecimal digits that compute_image_hash answers",
                text.chars().take(40).collect::<String>()
            ));
        }
        let words = text.as_bytes().chunks(16).map(|digits| {
            digits.iter().fold(0, |word, &digit| {
                word << 4 | u64::from(char::from(digit).to_digit(16).unwrap_or(0))
            })
        });
        Ok(Self {
            digits: text.len(),
            words: words.collect(),
        })
    }

    /// Bits that differ; nothing when the lengths do, because then the hashes are of different kinds.
    #[must_use]
    pub fn distance(&self, other: &Self) -> Option<u32> {
        (self.digits == other.digits).then(|| {
            self.words
                .iter()
                .zip(&other.words)
                .map(|(&a, &b)| Hash(a).distance(Hash(b)))
                .sum()
        })
    }
}

/// Joins every picture that is in no group yet with all later ones that are at most `threshold` bits away from it.
#[must_use]
pub fn group(entries: &[(String, Bits)], threshold: i64) -> Groups {
    let mut taken = vec![false; entries.len()];
    let mut groups = Groups::default();
    for (index, (path, hash)) in entries.iter().enumerate() {
        if taken[index] {
            continue;
        }
        let mut members = vec![path.clone()];
        for (other, (later, bits)) in entries.iter().enumerate().skip(index + 1) {
            let near = |distance| i64::from(distance) <= threshold;
            if !taken[other] && hash.distance(bits).is_some_and(near) {
                taken[other] = true;
                members.push(later.clone());
            }
        }
        if members.len() > 1 {
            groups.duplicates.push(members);
        } else {
            groups.unique.push(path.clone());
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entries(list: &[(&str, &str)]) -> Vec<(String, Bits)> {
        list.iter()
            .map(|(path, hash)| ((*path).to_owned(), Bits::parse(hash).expect("hexadecimal")))
            .collect()
    }

    #[test]
    fn groups_are_greedy_in_order() {
        // a is 4 from b, b is 4 from c, a is 8 from c: c is not drawn in through b.
        let list = entries(&[
            ("a", "0000000000000000"),
            ("b", "000000000000000f"),
            ("c", "00000000000000ff"),
            ("d", "ffffffffffffffff"),
        ]);
        let found = group(&list, 5);
        assert_eq!(found.duplicates, [["a", "b"]]);
        assert_eq!(found.unique, ["c", "d"]);
        assert_eq!(group(&list, 64).duplicates, [["a", "b", "c", "d"]]);
        assert_eq!(group(&list, -1).unique.len(), 4);
    }

    #[test]
    fn lengths_and_letters_are_checked() {
        assert!(Bits::parse("").is_err());
        assert!(Bits::parse("xyz").is_err());
        assert!(Bits::parse(&"0".repeat(1025)).is_err());
        let (short, long) = (
            Bits::parse("00ff").expect("short"),
            Bits::parse("00000000000000FF").expect("long"),
        );
        assert_eq!(short.distance(&long), None);
        assert_eq!(
            long.distance(&Bits::parse("00000000000000fe").expect("long")),
            Some(1)
        );
    }

    proptest! {
        #[test]
        fn every_path_is_in_exactly_one_place(hashes in prop::collection::vec(any::<u64>(), 0..40), threshold in -1i64..70) {
            let list: Vec<_> = hashes.iter().enumerate()
                .map(|(i, h)| (i.to_string(), Bits::parse(&Hash(*h).to_string()).expect("our own")))
                .collect();
            let found = group(&list, threshold);
            let mut all: Vec<_> = found.duplicates.concat();
            all.extend(found.unique);
            all.sort();
            let mut wanted: Vec<_> = list.into_iter().map(|(path, _)| path).collect();
            wanted.sort();
            prop_assert_eq!(all, wanted);
        }
    }
}
