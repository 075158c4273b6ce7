//! Apache's combined access log: `ip ident user [time] "request" status size "referrer" "agent"`.

use crate::access;
use crate::cursor::Cursor;
use crate::entry::{COMBINED, Entry};

/// Reads one line.
pub(crate) fn scan<'a>(mut cursor: Cursor<'a>) -> Option<Entry<'a>> {
    let a = access::scan(&mut cursor)?;
    let size = cursor.word()?;
    let (referrer, agent) = access::quoted_pair(&mut cursor)?;
    let values = [
        a.ip, a.time, a.method, a.path, a.status, size, referrer, agent,
    ];
    Some(Entry::fields(&COMBINED, values.map(Some)))
}
