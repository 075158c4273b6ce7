//! `search_entries`: entries with a field that a pattern occurs in.

use crate::given;
use crate::pattern::Pattern;
use crate::time_range::is_truthy;
use crate::walk;
use crate::written;

/// How many matches are listed; all are counted.
const LISTED: usize = 100;

/// How much of a matching text is shown, in characters.
const SHOWN: usize = 200;

/// The most fields that one search looks at.
const FIELDS: usize = 100;

/// The answer as compact JSON: `search_pattern, fields_searched, total_entries, match_count, matches`.
pub(crate) fn search_entries(
    entries: &str,
    pattern: &str,
    fields: &[String],
    case_sensitive: bool,
) -> Result<String, String> {
    if fields.len() > FIELDS {
        return Err(format!(
            "{} fields are named, and {FIELDS} is the most. Name those that matter.",
            fields.len()
        ));
    }
    let mut search = Pattern::new(pattern, case_sensitive)?;
    let mut matches = String::new();
    let mut found = 0;
    let names: Vec<&str> = fields.iter().map(String::as_str).collect();
    let total = given::each(entries, &names, |entry| {
        for (field, value) in fields.iter().zip(entry.found) {
            let Some(value) = value.filter(|value| is_truthy(value)) else {
                continue;
            };
            let text = walk::text(value);
            if !search.is_match(&text)? {
                continue;
            }
            found += 1;
            if found <= LISTED {
                matches.push_str(if found > 1 {
                    ",{\"entry\":"
                } else {
                    "{\"entry\":"
                });
                entry.echo(&mut matches);
                matches.push_str(",\"matched_field\":");
                written::string(&mut matches, field);
                matches.push_str(",\"matched_text\":");
                written::string(&mut matches, first_chars(&text));
                matches.push('}');
            }
            // One match an entry is enough.
            break;
        }
        Ok(())
    })?;
    let mut out = String::with_capacity(matches.len() + 256);
    out.push_str("{\"search_pattern\":");
    written::string(&mut out, pattern);
    out.push_str(",\"fields_searched\":");
    written::list(&mut out, fields, |out, field| written::string(out, field));
    out.push_str(",\"total_entries\":");
    written::number(&mut out, total);
    out.push_str(",\"match_count\":");
    written::number(&mut out, found);
    out.push_str(",\"matches\":[");
    out.push_str(&matches);
    out.push_str("]}");
    Ok(out)
}

/// The beginning of a text, cut between characters.
fn first_chars(text: &str) -> &str {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}
