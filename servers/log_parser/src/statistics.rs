//! `compute_log_statistics`: how many entries of each level, status, address and path.

use crate::count::Counts;
use crate::given;
use crate::walk;
use crate::written;
use std::borrow::Cow;

/// How many of each ranking are listed.
const TOP: usize = 10;

/// The answer as compact JSON: `entry_count, by_level, by_status, top_ips, top_paths`; of no entries the first two only.
pub(crate) fn compute_log_statistics(entries: &str) -> Result<String, String> {
    let mut levels = Counts::default();
    let mut fields: [Counts<'_>; 3] = Default::default();
    let total = given::each(entries, &["_level", "status", "ip", "path"], |entry| {
        levels.add(entry.found[0].map_or(Cow::Borrowed("unknown"), walk::text));
        for (counts, value) in fields.iter_mut().zip(&entry.found[1..]) {
            if let Some(value) = value {
                counts.add(walk::text(value));
            }
        }
        Ok(())
    })?;
    let mut out = String::from("{\"entry_count\":");
    written::number(&mut out, total);
    out.push_str(",\"by_level\":");
    levels.write(&mut out);
    if total > 0 {
        for (name, counts) in [",\"by_status\":", ",\"top_ips\":", ",\"top_paths\":"]
            .into_iter()
            .zip(&fields)
        {
            out.push_str(name);
            counts.write_top(&mut out, TOP);
        }
    }
    out.push('}');
    Ok(out)
}
