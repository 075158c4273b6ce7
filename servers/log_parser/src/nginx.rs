//! nginx's access log: combined with a literal `-` as second field and a size in digits.

use crate::access;
use crate::cursor::Cursor;
use crate::entry::{COMBINED, Entry};

/// Where the size stands among the fields.
const SIZE: usize = 5;

/// Reads one line.
pub(crate) fn scan<'a>(cursor: Cursor<'a>) -> Option<Entry<'a>> {
    read(cursor).map(|(entry, _)| entry)
}

/// Whether the line is one that nginx writes and Apache does not.
///
/// The two formats differ in nothing else: a size of exactly `0` (Apache writes `-`, or a count that includes the headers), a third quoted field (`main`, the format of nginx's
/// own nginx.conf, ends with the forwarded address), or a byte escaped as `\x22` (Apache writes `\"`).
pub(crate) fn is_distinct(cursor: Cursor<'_>) -> bool {
    let line = cursor.rest();
    read(cursor).is_some_and(|(entry, rest)| {
        entry.value(SIZE) == "0" || rest.starts_with(" \"") || line.contains("\\x22")
    })
}

fn read<'a>(mut cursor: Cursor<'a>) -> Option<(Entry<'a>, &'a str)> {
    let a = access::scan(&mut cursor)?;
    if a.ident != "-" {
        return None;
    }
    let size = cursor.digits()?;
    cursor.eat(" ")?;
    let (referrer, agent) = access::quoted_pair(&mut cursor)?;
    let values = [
        a.ip, a.time, a.method, a.path, a.status, size, referrer, agent,
    ];
    let entry = Entry::fields(&COMBINED, values.map(Some));
    Some((entry, cursor.rest()))
}
