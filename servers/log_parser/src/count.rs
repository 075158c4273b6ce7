//! Counting by name, in the order in which names are first seen, as Python's `Counter` does.

use crate::written;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How often each name was seen.
#[derive(Default)]
pub(crate) struct Counts<'a> {
    /// In order of first sight.
    seen: Vec<(Cow<'a, str>, usize)>,
    /// Where a name stands in `seen`, once there are too many to look through.
    places: BTreeMap<Cow<'a, str>, usize>,
}

/// Up to this many names a list is faster than a tree.
const FEW: usize = 8;

impl<'a> Counts<'a> {
    /// Counts one more of a name.
    pub(crate) fn add(&mut self, name: Cow<'a, str>) {
        let few = self.seen.len() <= FEW;
        let place = if few {
            self.seen.iter().position(|(seen, _)| *seen == name)
        } else {
            self.places.get(&name).copied()
        };
        if let Some((_, count)) = place.and_then(|place| self.seen.get_mut(place)) {
            *count += 1;
            return;
        }
        self.seen.push((name.clone(), 1));
        if self.seen.len() == FEW + 1 {
            for (place, (name, _)) in self.seen.iter().enumerate() {
                self.places.insert(name.clone(), place);
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
        self.seen.iter().map(|(name, _)| name.as_ref())
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
        let mut ranked: Vec<_> = self.seen.iter().collect();
        ranked.sort_by(|(_, a), (_, b)| b.cmp(a));
        object(out, ranked.into_iter().take(most));
    }
}

fn object<'c>(out: &mut String, counts: impl Iterator<Item = &'c (Cow<'c, str>, usize)>) {
    out.push('{');
    for (place, (name, count)) in counts.enumerate() {
        if place > 0 {
            out.push(',');
        }
        written::string(out, name);
        out.push(':');
        written::number(out, *count);
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_as_the_plain_rule_does(names in prop::collection::vec("[a-d]{0,2}", 0..60), most in 0usize..12) {
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
