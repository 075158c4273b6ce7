//! The entries that a client hands back: read in one pass, a few fields each, echoed as they came.

use crate::walk::{self, Trouble, Walk};
use crate::written;

/// One entry: its text, and the fields that were asked for.
pub(crate) struct Given<'a, 'f> {
    raw: &'a str,
    spaced: bool,
    /// Values as they are written, in the order in which the names were asked for.
    pub(crate) found: &'f [Option<&'a str>],
}

impl Given<'_, '_> {
    /// Appends the entry as it came, without white space between tokens.
    pub(crate) fn echo(&self, out: &mut String) {
        if self.spaced {
            written::compact(out, self.raw);
        } else {
            out.push_str(self.raw);
        }
    }
}

/// Hands each entry of a JSON list to `visit`; answers how many there were.
///
/// The list has been parsed by the wire already; what is refused here is what a tool cannot work on, with a message that names the entry.
pub(crate) fn each<'a>(
    entries: &'a str,
    names: &[&str],
    mut visit: impl FnMut(Given<'a, '_>) -> Result<(), String>,
) -> Result<usize, String> {
    if !walk::is_sound(entries) {
        return Err(
            "entries hold half of a surrogate pair (\\ud800 to \\udfff alone), which no client can read back. Remove it, or parse the log again."
                .to_owned(),
        );
    }
    let mut walk = Walk::new(entries);
    if !walk.eat(b'[') {
        return Err("entries is not a list. Pass the entries that parse_logs answered.".to_owned());
    }
    let mut found = vec![None; names.len()];
    let mut count = 0;
    if walk.eat(b']') {
        return Ok(count);
    }
    loop {
        walk.peek();
        let start = walk.at();
        walk.spaced = false;
        found.fill(None);
        walk.object(1, |key, value| {
            for (name, found) in names.iter().zip(&mut found) {
                if walk::is_key(key, name) {
                    *found = Some(value);
                }
            }
        })
        .map_err(|trouble| explain(trouble, count))?;
        visit(Given {
            raw: walk.since(start),
            spaced: walk.spaced,
            found: &found,
        })?;
        count += 1;
        if walk.eat(b']') {
            return Ok(count);
        }
        if !walk.eat(b',') {
            return Err(explain(Trouble::NotJson, count));
        }
    }
}

fn explain(trouble: Trouble, place: usize) -> String {
    let what = match trouble {
        Trouble::NotAnObject => "is not an object".to_owned(),
        Trouble::TooDeep => format!("nests deeper than {} levels", walk::DEEPEST),
        Trouble::NotJson => "is not JSON".to_owned(),
    };
    format!("entries[{place}] {what}. Pass the entries that parse_logs answered.")
}
