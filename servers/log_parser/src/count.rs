//! Counting by name, in the order in which names are first seen, as Python's `Counter` does.

use crate::written;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How often each name was seen.
#[derive(Default)]
pub(crate) struct Counts<'a> {
    /// In order of first sight.
    seen: Vec<Seen<'a>>,
    /// Where a name stands in `seen`, once there are too many to look through.
    places: BTreeMap<Name<'a>, usize>,
}

struct Seen<'a> {
    name: Name<'a>,
    count: usize,
}

/// A name behind its digest: comparing two numbers tells nearly always, and a search compares a dozen times.
///
/// The digest is no secret. Names made to collide cost what comparing text costs, and no more.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'a> {
    digest: u64,
    text: Cow<'a, str>,
}

impl<'a> Name<'a> {
    fn new(text: Cow<'a, str>) -> Self {
        // Any odd number with its bits well spread does; this one is 2^64 by the golden ratio.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let (words, tail) = text.as_bytes().as_chunks::<8>();
        let mix = |digest: u64, word: u64| (digest ^ word).wrapping_mul(SPREAD).rotate_left(29);
        let mut digest = words.iter().fold(text.len() as u64, |digest, word| {
            mix(digest, u64::from_le_bytes(*word))
        });
        for byte in tail {
            digest = mix(digest, u64::from(*byte));
        }
        Self { digest, text }
    }
}

/// Up to this many names a list is faster than a tree.
const FEW: usize = 8;

impl<'a> Counts<'a> {
    /// Counts one more of a name.
    pub(crate) fn add(&mut self, name: Cow<'a, str>) {
        let name = Name::new(name);
        let few = self.seen.len() <= FEW;
        let place = if few {
            self.seen.iter().position(|seen| seen.name == name)
        } else {
            self.places.get(&name).copied()
        };
        if let Some(seen) = place.and_then(|place| self.seen.get_mut(place)) {
            seen.count += 1;
            return;
        }
        self.seen.push(Seen {
            name: name.clone(),
            count: 1,
        });
        if self.seen.len() == FEW + 1 {
            for (place, seen) in self.seen.iter().enumerate() {
                self.places.insert(seen.name.clone(), place);
            }
        } else if self.seen.len() > FEW {
            self.places.insert(name, self.seen.len() - 1);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// The names in order of first sight.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.seen.iter().map(|seen| seen.name.text.as_ref())
    }

    /// Appends an object of all counts, in order of first sight.
    pub(crate) fn write(&self, out: &mut String) {
        object(out, self.seen.iter());
    }

    /// Appends an object of the largest counts, largest first and equal ones in order of first sight; null if nothing was counted.
    pub(crate) fn write_top(&self, out: &mut String, most: usize) {
        if self.is_empty() {
            out.push_str("null");
            return;
        }
        // Thousands of names and ten places: most names lose against the last of the ten at once.
        let mut ranked: Vec<&Seen<'_>> = Vec::with_capacity(most + 1);
        for seen in &self.seen {
            if ranked.len() == most && ranked.last().is_none_or(|last| last.count >= seen.count) {
                continue;
            }
            let place = ranked.partition_point(|other| other.count >= seen.count);
            ranked.insert(place, seen);
            ranked.truncate(most);
        }
        object(out, ranked.into_iter());
    }
}

fn object<'c>(out: &mut String, counts: impl Iterator<Item = &'c Seen<'c>>) {
    out.push('{');
    for (place, seen) in counts.enumerate() {
        if place > 0 {
            out.push(',');
        }
        written::string(out, &seen.name.text);
        out.push(':');
        written::number(out, seen.count);
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_as_the_plain_rule_does(names in prop::collection::vec("[a-d]{0,2}|[ab]{15,17}", 0..60), most in 0usize..12) {
            let mut counts = Counts::default();
            let mut plain: Vec<(String, usize)> = Vec::new();
            for name in &names {
                counts.add(Cow::Borrowed(name));
                match plain.iter_mut().find(|(seen, _)| seen == name) {
                    Some((_, count)) => *count += 1,
                    None => plain.push((name.clone(), 1)),
                }
            }
            prop_assert!(counts.names().eq(plain.iter().map(|(name, _)| name.as_str())));
            let mut expected = plain.clone();
            expected.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            expected.truncate(most);
            let expected: Vec<String> = expected.iter().map(|(name, count)| format!("\"{name}\":{count}")).collect();
            let mut out = String::new();
            counts.write_top(&mut out, most);
            prop_assert_eq!(out, if names.is_empty() { "null".to_owned() } else { format!("{{{}}}", expected.join(",")) });
        }
    }
}
