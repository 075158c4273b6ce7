//! `filter_entries`: those of a severity, or of some named levels.

use crate::count::Counts;
use crate::given;
use crate::level;
use crate::walk;
use crate::written;
use std::borrow::Cow;

/// Which entries are kept.
pub(crate) enum Keep {
    /// At least this grave.
    AtLeast(u8),
    /// Exactly these levels, in lower case.
    Levels(Vec<String>),
}

/// The answer as compact JSON: `original_count, filtered_count, levels_included, by_level, entries`.
pub(crate) fn filter_entries(entries: &str, keep: &Keep) -> Result<String, String> {
    let mut kept = String::with_capacity(entries.len() / 2);
    let mut filtered = 0;
    let mut levels = Counts::default();
    let total = given::each(entries, &["_level"], |entry| {
        let stated = entry.found[0].map(walk::text);
        // An entry without a level is filtered as info and counted as unknown, as in the original.
        let level = stated.as_deref().unwrap_or("info");
        let is_kept = match keep {
            Keep::AtLeast(rank) => level::rank(level) >= *rank,
            Keep::Levels(levels) => levels.iter().any(|named| named == level),
        };
        if is_kept {
            if filtered > 0 {
                kept.push(',');
            }
            entry.echo(&mut kept);
            filtered += 1;
            levels.add(stated.unwrap_or(Cow::Borrowed("unknown")));
        }
        Ok(())
    })?;
    let mut out = String::with_capacity(kept.len() + 256);
    out.push_str("{\"original_count\":");
    written::number(&mut out, total);
    out.push_str(",\"filtered_count\":");
    written::number(&mut out, filtered);
    out.push_str(",\"levels_included\":");
    written::list(&mut out, levels.names(), written::string);
    out.push_str(",\"by_level\":");
    levels.write(&mut out);
    out.push_str(",\"entries\":[");
    out.push_str(&kept);
    out.push_str("]}");
    Ok(out)
}
