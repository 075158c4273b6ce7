//! Python's logging module as most programs set it up: `YYYY-MM-DD HH:MM:SS,mmm - logger - LEVEL - message`.

use crate::cursor::Cursor;
use crate::entry::{Entry, PYTHON};

/// Reads one line.
pub(crate) fn scan<'a>(mut cursor: Cursor<'a>) -> Option<Entry<'a>> {
    let start = cursor;
    cursor.exact_digits(4)?;
    for _ in 0..2 {
        cursor.eat("-")?;
        cursor.exact_digits(2)?;
    }
    cursor.white()?;
    cursor.exact_digits(2)?;
    for _ in 0..2 {
        cursor.eat(":")?;
        cursor.exact_digits(2)?;
    }
    cursor.eat(",")?;
    cursor.exact_digits(3)?;
    let time = cursor.since(&start);
    dash(&mut cursor)?;
    let logger = cursor.token()?;
    dash(&mut cursor)?;
    let level = cursor.token()?;
    dash(&mut cursor)?;
    let values = [time, logger, level, cursor.rest()];
    Some(Entry::fields(&PYTHON, values.map(Some)))
}

/// A dash with white space on both sides.
fn dash(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.white()?;
    cursor.eat("-")?;
    cursor.white()
}
