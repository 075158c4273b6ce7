//! `extract_time_range`: the first and the last timestamp, in the order of the entries.

use crate::given;
use crate::walk;
use crate::written;

/// How many timestamps are shown.
const SAMPLES: usize = 5;

/// The answer as compact JSON: `has_timestamps, entry_count`, and if there are any `first_timestamp, last_timestamp, sample_timestamps`.
///
/// Timestamps are not compared: formats differ, so "first" is the first entry's that has one.
pub(crate) fn extract_time_range(entries: &str) -> Result<String, String> {
    let mut samples = Vec::new();
    let mut last = None;
    let total = given::each(entries, &["time", "timestamp"], |entry| {
        // A time that is there but empty hides the timestamp, as in the original.
        if let Some(value) = entry.found[0]
            .or(entry.found[1])
            .filter(|value| is_truthy(value))
        {
            last = Some(value);
            if samples.len() < SAMPLES {
                samples.push(value);
            }
        }
        Ok(())
    })?;
    let mut out = String::from("{\"has_timestamps\":");
    out.push_str(if last.is_some() { "true" } else { "false" });
    out.push_str(",\"entry_count\":");
    written::number(&mut out, total);
    if let (Some(first), Some(last)) = (samples.first(), last) {
        for (name, value) in [
            (",\"first_timestamp\":", first),
            (",\"last_timestamp\":", &last),
        ] {
            out.push_str(name);
            written::string(&mut out, &walk::text(value));
        }
        out.push_str(",\"sample_timestamps\":");
        written::list(&mut out, samples, |out, value| {
            written::string(out, &walk::text(value));
        });
    }
    out.push('}');
    Ok(out)
}

/// Whether Python would call a JSON value true.
pub(crate) fn is_truthy(value: &str) -> bool {
    match value {
        "null" | "false" | "\"\"" => false,
        _ if value.starts_with(['{', '[']) => {
            // Between the brackets of an empty list or object is nothing but white space.
            value.len() > 2 && !value[1..value.len() - 1].trim().is_empty()
        }
        _ if value.starts_with('"') => true,
        _ => value.parse::<f64>() != Ok(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_is_pythons() {
        for (value, truth) in [
            ("null", false),
            ("false", false),
            ("true", true),
            ("0", false),
            ("-0.0", false),
            ("0e7", false),
            ("1", true),
            ("\"\"", false),
            ("\"0\"", true),
            ("[]", false),
            ("[ ]", false),
            ("{}", false),
            ("[0]", true),
        ] {
            assert_eq!(is_truthy(value), truth, "{value}");
        }
    }
}
