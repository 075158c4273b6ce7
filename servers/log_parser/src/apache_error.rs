//! Apache's error log, which the original does not know and reads as raw lines.
//!
//! Two forms: `[time] [level] [client x] message` up to 2.2, and `[time] [module:level] [pid p:tid t] [client x] message` since 2.4
//! (<https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat>). A field that the form has and the line lacks is null.

use crate::cursor::Cursor;
use crate::entry::{ERROR_CLASSIC, ERROR_MODULE, Entry};

/// Reads one line.
pub(crate) fn scan<'a>(mut cursor: Cursor<'a>) -> Option<Entry<'a>> {
    cursor.eat("[")?;
    let time = cursor.until(b']')?;
    if !is_time(time) {
        return None;
    }
    cursor.eat(" [")?;
    let severity = cursor.until(b']')?;
    let (module, level) = match severity.split_once(':') {
        Some((module, level)) => (Some(module), level),
        None => (None, severity),
    };
    if level.is_empty() || !level.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let (mut pid, mut tid, mut client) = (None, None, None);
    loop {
        // A message may itself begin with a bracket: only the two known groups are taken from it, once each.
        let mut ahead = cursor;
        if pid.is_none() && ahead.eat(" [pid ").is_some() {
            let Some(ids) = group(&mut ahead) else { break };
            (pid, tid) = match ids.split_once(":tid ") {
                Some((pid, tid)) => (Some(pid), Some(tid)),
                None if ids.contains(':') => break,
                None => (Some(ids), None),
            };
        } else if client.is_none() && ahead.eat(" [client ").is_some() {
            let Some(address) = group(&mut ahead) else {
                break;
            };
            client = Some(address);
        } else {
            break;
        }
        cursor = ahead;
    }
    if !cursor.rest().is_empty() {
        cursor.white()?;
    }
    let message = Some(cursor.rest());
    Some(match module.or(tid) {
        Some(_) => Entry::fields(
            &ERROR_MODULE,
            [Some(time), module, Some(level), pid, tid, client, message],
        ),
        None => Entry::fields(
            &ERROR_CLASSIC,
            [Some(time), Some(level), pid, client, message],
        ),
    })
}

/// The rest of a bracketed group, if the bracket closes and white space or the end of the line follows.
fn group<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let inside = cursor.until(b']')?;
    let ends = cursor.rest().is_empty() || cursor.clone().white().is_some();
    ends.then_some(inside)
}

/// `Sun Dec 04 04:47:44 2005`, with or without a fraction of a second.
fn is_time(time: &str) -> bool {
    let mut cursor = Cursor::new(time);
    let mut read = || {
        for _ in 0..2 {
            let name = cursor.word()?;
            if name.len() != 3 || !name.bytes().all(|b| b.is_ascii_alphabetic()) {
                return None;
            }
        }
        // A day below ten is written with a leading zero or a leading space.
        let _ = cursor.eat(" ");
        cursor.digits()?;
        cursor.eat(" ")?;
        cursor.exact_digits(2)?;
        cursor.eat(":")?;
        cursor.exact_digits(2)?;
        cursor.eat(":")?;
        cursor.exact_digits(2)?;
        if cursor.eat(".").is_some() {
            cursor.digits()?;
        }
        cursor.eat(" ")?;
        cursor.exact_digits(4)?;
        cursor.rest().is_empty().then_some(())
    };
    read().is_some()
}
