//! Bracket expressions of a glob: `[a-z]`, `[!x]`, `[[:digit:]]`.

/// The named classes. Outside ASCII they follow what the standard library knows of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Alnum,
    Alpha,
    Ascii,
    Blank,
    Cntrl,
    Digit,
    Graph,
    Lower,
    Print,
    Punct,
    Space,
    Upper,
    Word,
    Xdigit,
}

const NAMES: [(&str, Named); 14] = [
    ("[:alnum:]", Named::Alnum),
    ("[:alpha:]", Named::Alpha),
    ("[:ascii:]", Named::Ascii),
    ("[:blank:]", Named::Blank),
    ("[:cntrl:]", Named::Cntrl),
    ("[:digit:]", Named::Digit),
    ("[:graph:]", Named::Graph),
    ("[:lower:]", Named::Lower),
    ("[:print:]", Named::Print),
    ("[:punct:]", Named::Punct),
    ("[:space:]", Named::Space),
    ("[:upper:]", Named::Upper),
    ("[:word:]", Named::Word),
    ("[:xdigit:]", Named::Xdigit),
];

/// A set of characters.
#[derive(Clone, Debug, Default)]
pub struct Class {
    negated: bool,
    ranges: Vec<(u32, u32)>,
    names: Vec<Named>,
}

/// What stands at a `[`.
#[derive(Debug)]
pub enum Parsed {
    /// A set, and the units that it took.
    Set(Class, usize),
    /// A set that nothing belongs to, which spoils the rest of the component.
    Never,
    /// No set: the bracket stands for itself.
    Literal,
}

impl Class {
    /// Reads the bracket expression at the beginning of `units`.
    pub fn parse(units: &[u32]) -> Parsed {
        let unit = |at: usize| units.get(at).copied();
        let is = |at: usize, character: char| unit(at) == Some(u32::from(character));
        let mut class = Class::default();
        let mut at = 1;
        if is(at, '!') || is(at, '^') {
            class.negated = true;
            at += 1;
        }
        let mut any = false;
        let mut escaped = false;
        let mut from: Option<u32> = None;
        while let Some(current) = unit(at) {
            if is(at, ']') && any && !escaped {
                let empty = class.ranges.is_empty() && class.names.is_empty();
                return if empty {
                    Parsed::Never
                } else {
                    Parsed::Set(class, at + 1)
                };
            }
            any = true;
            if is(at, '\\') && !escaped {
                escaped = true;
                at += 1;
                continue;
            }
            if is(at, '[')
                && !escaped
                && let Some((length, named)) = named(&units[at..])
            {
                if from.is_some() {
                    return Parsed::Never;
                }
                class.names.push(named);
                at += length;
                continue;
            }
            escaped = false;
            if let Some(first) = from.take() {
                if current >= first {
                    class.ranges.push((first, current));
                }
                at += 1;
            } else if is(at + 1, '-') && is(at + 2, ']') {
                class
                    .ranges
                    .extend([(current, current), (u32::from('-'), u32::from('-'))]);
                at += 2;
            } else if is(at + 1, '-') {
                from = Some(current);
                at += 2;
            } else {
                class.ranges.push((current, current));
                at += 1;
            }
        }
        Parsed::Literal
    }

    /// Whether a unit belongs to the set.
    pub fn contains(&self, unit: u32) -> bool {
        let ranged = self
            .ranges
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&unit));
        let character = char::from_u32(unit);
        let named = |named: &Named| character.is_some_and(|character| named.contains(character));
        self.negated != (ranged || self.names.iter().any(named))
    }
}

fn named(units: &[u32]) -> Option<(usize, Named)> {
    NAMES.iter().find_map(|(name, named)| {
        let same = units.len() >= name.len()
            && name
                .bytes()
                .zip(units)
                .all(|(byte, unit)| u32::from(byte) == *unit);
        same.then_some((name.len(), *named))
    })
}

impl Named {
    fn contains(self, character: char) -> bool {
        match self {
            Named::Alnum => character.is_alphanumeric(),
            Named::Alpha => character.is_alphabetic(),
            Named::Ascii => character.is_ascii(),
            Named::Blank => {
                character == '\t' || character.is_whitespace() && !character.is_control()
            }
            Named::Cntrl => character.is_control(),
            Named::Digit => character.is_ascii_digit(),
            Named::Graph => !character.is_whitespace() && !character.is_control(),
            Named::Lower => character.is_lowercase(),
            Named::Print => !character.is_control(),
            Named::Punct => character.is_ascii_punctuation() && !"$+<=>^`|~".contains(character),
            Named::Space => character.is_whitespace(),
            Named::Upper => character.is_uppercase(),
            Named::Word => character.is_alphanumeric() || character == '_',
            Named::Xdigit => character.is_ascii_hexdigit(),
        }
    }
}
