//! Classic syslog: `Mon DD HH:MM:SS host process[pid]: message`.

use crate::cursor::Cursor;
use crate::entry::{Entry, SYSLOG};

/// Reads one line.
pub(crate) fn scan<'a>(mut cursor: Cursor<'a>) -> Option<Entry<'a>> {
    let start = cursor;
    let month = cursor.token()?;
    if month.chars().count() != 3 || !month.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    cursor.white()?;
    cursor.digits()?;
    cursor.white()?;
    cursor.digits()?;
    cursor.eat(":")?;
    cursor.digits()?;
    cursor.eat(":")?;
    cursor.digits()?;
    let time = cursor.since(&start);
    cursor.white()?;
    let host = cursor.token()?;
    cursor.white()?;
    let tag = cursor.token()?.strip_suffix(':')?;
    cursor.white()?;
    let (process, pid) = split_pid(tag);
    if process.is_empty() {
        return None;
    }
    let values = [
        Some(time),
        Some(host),
        Some(process),
        pid,
        Some(cursor.rest()),
    ];
    Some(Entry::fields(&SYSLOG, values))
}

/// `sshd[12]` is `sshd` and `12`; a name without brackets, with nothing before them or no digits between them, is all name.
fn split_pid(tag: &str) -> (&str, Option<&str>) {
    let split = tag.strip_suffix(']').and_then(|t| t.rsplit_once('['));
    match split {
        Some((process, pid))
            if !process.is_empty()
                && !pid.is_empty()
                && pid.bytes().all(|b| b.is_ascii_digit()) =>
        {
            (process, Some(pid))
        }
        _ => (tag, None),
    }
}
