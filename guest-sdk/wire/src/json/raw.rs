//! A piece of JSON text that is known to be valid.

use std::borrow::Cow;

use super::unescape;

/// The text of one valid JSON value without white space around it, borrowed from the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'a>(pub(super) &'a str);

/// One member of an object: its key, unescaped, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// The key, unescaped.
    pub key: Cow<'a, str>,
    /// The value as text.
    pub value: Raw<'a>,
}

impl<'a> Raw<'a> {
    /// The empty object.
    pub const EMPTY: Raw<'static> = Raw("{}");

    /// The value `null`.
    pub const NULL: Raw<'static> = Raw("null");

    /// A value from text that is not known to be valid yet.
    pub fn new(text: &'a str) -> Option<Raw<'a>> {
        let mut scan = super::Scan::new(text);
        let raw = scan.value(1).ok()?;
        scan.end().ok()?;
        Some(raw)
    }

    /// The text.
    pub fn get(self) -> &'a str {
        self.0
    }

    /// Whether the value is an object.
    pub fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Whether the value is `null`.
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// The value where it is a string with well-formed escapes; borrowed where it has none.
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        let body = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if body.as_bytes().contains(&b'\\') {
            unescape(body).map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(body))
        }
    }

    /// The value where it is an unsigned integer.
    pub fn as_u64(self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// Deserialises the value.
    pub fn parse<T: serde::Deserialize<'a>>(self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.0)
    }

    /// The members, where the value is an object whose keys have well-formed escapes and occur once each.
    pub fn members(self) -> Option<Vec<Member<'a>>> {
        let mut members = Vec::new();
        let mut scan = super::Scan::new(self.0);
        scan.object(1, |key, value, _| {
            members.push(Member { key, value });
            Ok(())
        })
        .ok()?;
        distinct(&members).then_some(members)
    }

    /// The value of one member of an object.
    pub fn member(self, key: &str) -> Option<Raw<'a>> {
        if !self.is_object() {
            return None;
        }
        find(&self.members()?, key)
    }
}

/// The value of the member `key`.
pub(crate) fn find<'a>(members: &[Member<'a>], key: &str) -> Option<Raw<'a>> {
    members
        .iter()
        .find(|member| member.key == key)
        .map(|member| member.value)
}

/// How many members an object may have where they are looked at one by one.
const MEMBERS: usize = 1024;

/// Whether every key occurs once. An object with more than 1024 members counts as one that repeats itself: comparing each
/// key with each is what keeps sorting code out of components, and must stay bounded.
pub(crate) fn distinct(members: &[Member<'_>]) -> bool {
    members.len() <= MEMBERS
        && (1..members.len()).all(|i| {
            members[..i]
                .iter()
                .all(|earlier| earlier.key != members[i].key)
        })
}
