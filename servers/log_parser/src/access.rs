//! The part that the three access-log formats share: `ip ident user [time] "method path protocol" status `.

use crate::cursor::Cursor;

/// What stands before the size.
pub(crate) struct Access<'a> {
    pub(crate) ip: &'a str,
    /// The second field: the remote log name, in practice always `-`.
    pub(crate) ident: &'a str,
    pub(crate) time: &'a str,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) status: &'a str,
}

/// Reads the shared part and the space behind it.
pub(crate) fn scan<'a>(cursor: &mut Cursor<'a>) -> Option<Access<'a>> {
    let ip = cursor.word()?;
    let ident = cursor.word()?;
    let _user = cursor.word()?;
    cursor.eat("[")?;
    let time = cursor.until(b']')?;
    cursor.eat(" \"")?;
    let method = cursor.word()?;
    let path = cursor.word()?;
    let protocol = cursor.word()?;
    // The closing quote belongs to the word: at least one character must stand before it.
    if protocol.len() < 2 || !protocol.ends_with('"') || time.is_empty() {
        return None;
    }
    let status = cursor.digits()?;
    cursor.eat(" ")?;
    Some(Access {
        ip,
        ident,
        time,
        method,
        path,
        status,
    })
}

/// Reads ` "referrer" "agent"`.
pub(crate) fn quoted_pair<'a>(cursor: &mut Cursor<'a>) -> Option<(&'a str, &'a str)> {
    cursor.eat("\"")?;
    let referrer = cursor.until(b'"')?;
    cursor.eat(" \"")?;
    Some((referrer, cursor.until(b'"')?))
}
