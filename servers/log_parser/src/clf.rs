//! The common log format (CLF): the combined one without its two quoted fields.

use crate::access;
use crate::cursor::Cursor;
use crate::entry::{COMMON, Entry};

/// Reads one line; what follows the size is ignored, as the original does.
pub(crate) fn scan<'a>(mut cursor: Cursor<'a>) -> Option<Entry<'a>> {
    let a = access::scan(&mut cursor)?;
    let size = cursor.token()?;
    let values = [a.ip, a.time, a.method, a.path, a.status, size];
    Some(Entry::fields(&COMMON, values.map(Some)))
}
