//! Reads spans: OTLP as JSON, whole or an export a line, and what the Python SDK's console exporter prints of each span.
//!
//! Both formats are other people's and grow, so fields that are not needed are passed over.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::import::span::{Side, Span};
use crate::refused::shown;
use crate::{Refused, bound, strict};

const REMEDY: &str =
    "give OTLP as JSON (resourceSpans), or spans as the OpenTelemetry Python SDK prints them";

/// Spans of one file.
const SPANS: usize = 4 * bound::CALLS;

/// All spans of a text.
pub(crate) fn spans(file: &str, text: &str) -> Result<Vec<Span>, Refused> {
    let mut spans = Vec::new();
    for (index, value) in strict::several(file, text)?.into_iter().enumerate() {
        let at = format!("object {}", index + 1);
        // What `to_json` makes is often kept as one list.
        let values = match value {
            Value::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            if value.get("resourceSpans").is_some() {
                exported(file, &at, &value, &mut spans)?;
            } else if value.get("context").is_some() {
                spans.push(printed(file, &at, &value)?);
            } else {
                return Err(Refused::new(file, at, "is neither OTLP nor a span", REMEDY));
            }
            if spans.len() > SPANS {
                let why = format!("is one too many: there are more than {SPANS} spans");
                return Err(Refused::new(file, at, why, "split the file"));
            }
        }
    }
    Ok(spans)
}

/// A field that is a list, empty where it is absent.
fn list<'a>(file: &str, at: &str, value: &'a Value, field: &str) -> Result<&'a [Value], Refused> {
    match value.get(field) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(Refused::new(
            file,
            format!("{at}.{field}"),
            "is no list",
            REMEDY,
        )),
    }
}

fn text<'a>(file: &str, at: &str, value: &'a Value, field: &str) -> Result<&'a str, Refused> {
    let found = value.get(field).and_then(Value::as_str);
    found.ok_or_else(|| Refused::new(file, format!("{at}.{field}"), "is no string", REMEDY))
}

/// One export: resources, scopes, spans.
fn exported(file: &str, at: &str, value: &Value, spans: &mut Vec<Span>) -> Result<(), Refused> {
    for (r, resource) in list(file, at, value, "resourceSpans")?.iter().enumerate() {
        let at = format!("{at}, resourceSpans[{r}]");
        let own = resource.get("resource").cloned().unwrap_or_default();
        let own = attributes(file, &format!("{at}.resource"), &own)?;
        let service = own
            .get("service.name")
            .and_then(Value::as_str)
            .map(str::to_owned);
        for (s, scope) in list(file, &at, resource, "scopeSpans")?.iter().enumerate() {
            let at = format!("{at}.scopeSpans[{s}]");
            for (index, span) in list(file, &at, scope, "spans")?.iter().enumerate() {
                let at = format!("{at}.spans[{index}]");
                spans.push(Span {
                    trace: text(file, &at, span, "traceId")?.to_owned(),
                    id: text(file, &at, span, "spanId")?.to_owned(),
                    parent: span
                        .get("parentSpanId")
                        .and_then(Value::as_str)
                        .filter(|parent| !parent.is_empty())
                        .map(str::to_owned),
                    name: text(file, &at, span, "name")?.to_owned(),
                    side: match span.get("kind") {
                        Some(Value::Number(kind)) if kind.as_u64() == Some(2) => Side::Server,
                        Some(Value::Number(kind)) if kind.as_u64() == Some(3) => Side::Client,
                        Some(Value::String(kind)) if kind == "SPAN_KIND_SERVER" => Side::Server,
                        Some(Value::String(kind)) if kind == "SPAN_KIND_CLIENT" => Side::Client,
                        _ => Side::Inside,
                    },
                    start: moment(file, &at, span, "startTimeUnixNano")?,
                    end: moment(file, &at, span, "endTimeUnixNano")?,
                    attributes: attributes(file, &at, span)?,
                    service: service.clone(),
                    failed: span
                        .pointer("/status/code")
                        .is_some_and(|code| *code == 2 || *code == "STATUS_CODE_ERROR"),
                });
            }
        }
    }
    Ok(())
}

/// Nanoseconds since 1970, a number or, as 64-bit integers stand in JSON, a text.
fn moment(file: &str, at: &str, span: &Value, field: &str) -> Result<u64, Refused> {
    let read = match span.get(field) {
        Some(Value::String(text)) => text.parse().ok(),
        Some(Value::Number(number)) => number.as_u64(),
        _ => None,
    };
    read.ok_or_else(|| {
        Refused::new(
            file,
            format!("{at}.{field}"),
            "is no time in nanoseconds",
            REMEDY,
        )
    })
}

/// The attributes of a resource or span.
fn attributes(file: &str, at: &str, value: &Value) -> Result<BTreeMap<String, Value>, Refused> {
    let mut found = BTreeMap::new();
    for (index, attribute) in list(file, at, value, "attributes")?.iter().enumerate() {
        let at = format!("{at}.attributes[{index}]");
        let key = text(file, &at, attribute, "key")?;
        let value = attribute.get("value").map_or(Value::Null, any);
        found.insert(key.to_owned(), value);
    }
    Ok(found)
}

/// OTLP's `AnyValue`. It nests no deeper than the text that it was read from.
fn any(value: &Value) -> Value {
    let Some((kind, inner)) = value.as_object().and_then(|fields| fields.iter().next()) else {
        return Value::Null;
    };
    let values = || {
        inner
            .get("values")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    match (kind.as_str(), inner) {
        ("intValue", Value::String(text)) => text.parse::<i64>().map_or(Value::Null, Value::from),
        ("stringValue" | "boolValue" | "intValue" | "doubleValue", inner) => inner.clone(),
        ("arrayValue", _) => values().map(any).collect(),
        ("kvlistValue", _) => {
            let entry = |entry: &Value| {
                Some((
                    entry.get("key")?.as_str()?.to_owned(),
                    entry.get("value").map_or(Value::Null, any),
                ))
            };
            Value::Object(values().filter_map(entry).collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}

/// A span as the SDK's `to_json` writes it.
fn printed(file: &str, at: &str, value: &Value) -> Result<Span, Refused> {
    let context = value.get("context").cloned().unwrap_or_default();
    let inner = format!("{at}.context");
    let attributes = |value: Option<&Value>| -> BTreeMap<String, Value> {
        let fields = value.and_then(Value::as_object).into_iter().flatten();
        fields
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    let own = attributes(value.pointer("/resource/attributes"));
    Ok(Span {
        trace: text(file, &inner, &context, "trace_id")?.to_owned(),
        id: text(file, &inner, &context, "span_id")?.to_owned(),
        parent: value
            .get("parent_id")
            .and_then(Value::as_str)
            .map(str::to_owned),
        name: text(file, at, value, "name")?.to_owned(),
        side: match value.get("kind").and_then(Value::as_str) {
            Some("SpanKind.SERVER") => Side::Server,
            Some("SpanKind.CLIENT") => Side::Client,
            _ => Side::Inside,
        },
        start: date(file, at, value, "start_time")?,
        end: date(file, at, value, "end_time")?,
        attributes: attributes(value.get("attributes")),
        service: own
            .get("service.name")
            .and_then(Value::as_str)
            .map(str::to_owned),
        failed: value
            .pointer("/status/status_code")
            .is_some_and(|code| code == "ERROR"),
    })
}

/// `2026-11-22T09:01:04.438461Z` as nanoseconds since 1970.
fn date(file: &str, at: &str, value: &Value, field: &str) -> Result<u64, Refused> {
    let written = text(file, at, value, field)?;
    nanos(written).ok_or_else(|| {
        let why = format!("is {}, no time", shown(written));
        Refused::new(
            file,
            format!("{at}.{field}"),
            why,
            "write UTC as 2026-11-22T09:01:04.438461Z",
        )
    })
}

fn nanos(written: &str) -> Option<u64> {
    let (date, time) = written.strip_suffix('Z')?.split_once('T')?;
    let number = |text: &str, digits: usize| -> Option<u64> {
        let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| text.parse().ok())?
    };
    let mut parts = date.split('-');
    let (year, month, day) = (
        number(parts.next()?, 4)?,
        number(parts.next()?, 2)?,
        number(parts.next()?, 2)?,
    );
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut clock = clock.split(':');
    let (hour, minute, second) = (
        number(clock.next()?, 2)?,
        number(clock.next()?, 2)?,
        number(clock.next()?, 2)?,
    );
    let is_date =
        (1970..=2500).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_date
        || parts.next().is_some()
        || clock.next().is_some()
        || hour > 23
        || minute > 59
        || second > 60
        || fraction.len() > 9
    {
        return None;
    }
    let fraction =
        number(fraction, fraction.len())? * 10u64.pow(9 - u32::try_from(fraction.len()).ok()?);
    // Days since 1970-01-01, after Howard Hinnant's `days_from_civil`: a year begins in March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted / 400, shifted % 400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = (era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year)
        .checked_sub(719_468)?;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000_000 + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_from_1970() {
        for (written, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            (
                "2026-11-22T09:01:04.438461Z",
                Some(1_795_338_064_438_461_000),
            ),
            ("2000-02-29T23:59:59.5Z", Some(951_868_799_500_000_000)),
            ("2026-11-22 09:01:04Z", None),
            ("2026-13-22T09:01:04Z", None),
            ("2026-11-22T09:01:04", None),
            ("2026-11-22T09:01:04.Z", None),
            ("2026-11-22T9:1:4Z", None),
            ("é", None),
        ] {
            assert_eq!(nanos(written), expected, "{written}");
        }
    }
}
