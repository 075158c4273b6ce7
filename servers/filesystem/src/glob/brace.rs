//! Brace expansion as in Bash: `a{b,c}` gives `ab` and `ac`, `{1..3}` counts, and what cannot be expanded stays as it is.

// A pattern with more alternatives than this is no longer one that somebody wrote; the rest of it is dropped.
const MOST_RESULTS: usize = 10_000;
const MOST_CHARACTERS: usize = 300_000;
const DEEPEST: usize = 100;
const MOST_STEPS: usize = 3_000_000;

// What a backslash protects is written above the last Unicode character while braces are looked for.
const PROTECTED: u32 = 0x11_0000;

type Text = Vec<u32>;

/// The patterns that the braces of `pattern` stand for, without repetitions.
pub fn expand(pattern: &str) -> Vec<String> {
    if !might_expand(pattern) {
        return vec![pattern.to_owned()];
    }
    let mut text = protect(pattern);
    if text.starts_with(&[u32::from('{'), u32::from('}')]) {
        // Bash leaves a leading {} alone
        text[0] += PROTECTED;
        text[1] += PROTECTED;
    }
    let mut budget = MOST_STEPS;
    let mut results: Vec<String> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for result in expansions(text, 0, true, &mut budget) {
        let result: String = result
            .into_iter()
            .filter_map(|code| {
                char::from_u32(if code >= PROTECTED {
                    code - PROTECTED
                } else {
                    code
                })
            })
            .collect();
        if seen.insert(result.clone()) {
            results.push(result);
        }
    }
    results
}

/// Whether a `{` is followed by a `}` with no other `{` and no line end between them.
fn might_expand(pattern: &str) -> bool {
    let mut open = false;
    for character in pattern.chars() {
        match character {
            '{' => open = true,
            '}' if open => return true,
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => open = false,
            _ => {}
        }
    }
    false
}

fn protect(pattern: &str) -> Text {
    let mut text = Vec::with_capacity(pattern.len());
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().filter(|_| character == '\\');
        match next {
            Some(next @ ('\\' | '{' | '}' | ',' | '.')) => {
                characters.next();
                text.push(PROTECTED + u32::from(next));
            }
            _ => text.push(u32::from(character)),
        }
    }
    text
}

fn is(code: u32, character: char) -> bool {
    code == u32::from(character)
}

/// The leftmost `{` that is closed, and its `}`.
fn group(text: &[u32]) -> Option<(usize, usize)> {
    let mut open = Vec::new();
    let mut best: Option<(usize, usize)> = None;
    for (at, code) in text.iter().enumerate() {
        if is(*code, '{') {
            open.push(at);
        } else if is(*code, '}')
            && let Some(start) = open.pop()
        {
            if best.is_none_or(|(first, _)| start < first) {
                best = Some((start, at));
            }
            if open.is_empty() {
                return best;
            }
        }
    }
    best
}

fn expansions(mut text: Text, depth: usize, mut top: bool, budget: &mut usize) -> Vec<Text> {
    if depth > DEEPEST {
        return vec![text];
    }
    let mut results: Vec<Text> = vec![Vec::new()];
    let mut drop_empty = false;
    let mut first = true;
    loop {
        let cost = text.len() + 16;
        let found = if *budget > cost { group(&text) } else { None };
        *budget = budget.saturating_sub(cost);
        let Some((start, end)) = found else {
            return combine(&results, &text, &[Vec::new()], drop_empty, budget);
        };
        let (before, body, after) = (&text[..start], &text[start + 1..end], &text[end + 1..]);
        let last = after.is_empty();
        if before.last().is_some_and(|code| is(*code, '$')) {
            results = combine(
                &results,
                &text[..=end],
                &[Vec::new()],
                drop_empty && last,
                budget,
            );
            first = false;
        } else {
            let counted = sequence(body);
            if counted.is_none() && !body.iter().any(|code| is(*code, ',')) {
                if comma_set_follows(after) {
                    // {a},b} is one set
                    text[end] = PROTECTED + u32::from('}');
                    top = true;
                    continue;
                }
                return combine(&results, &text, &[Vec::new()], drop_empty, budget);
            }
            if first {
                drop_empty = top && counted.is_none();
                first = false;
            }
            let values = counted.unwrap_or_else(|| members(body, depth, budget));
            results = combine(&results, before, &values, drop_empty && last, budget);
        }
        if last {
            return results;
        }
        text.drain(..=end);
    }
}

/// What the members of a comma set expand to.
fn members(body: &[u32], depth: usize, budget: &mut usize) -> Vec<Text> {
    let mut parts = split(body);
    if parts.len() == 1 {
        // {{a,b}} gives {a} and {b}
        let inner = expansions(parts.swap_remove(0), depth + 1, false, budget);
        return inner
            .into_iter()
            .map(|part| [&[u32::from('{')][..], &part, &[u32::from('}')]].concat())
            .collect();
    }
    let mut values = Vec::new();
    for part in parts {
        values.extend(expansions(part, depth + 1, false, budget));
        if values.len() > MOST_RESULTS {
            break;
        }
    }
    values
}

/// A set's body at the commas that stand in no inner group.
fn split(body: &[u32]) -> Vec<Text> {
    let mut parts = vec![Vec::new()];
    let mut rest = body;
    let push = |parts: &mut Vec<Text>, codes: &[u32], commas: bool| {
        for code in codes {
            if commas && is(*code, ',') {
                parts.push(Vec::new());
            } else if let Some(part) = parts.last_mut() {
                part.push(*code);
            }
        }
    };
    while let Some((start, end)) = group(rest) {
        push(&mut parts, &rest[..start], true);
        push(&mut parts, &rest[start..=end], false);
        rest = &rest[end + 1..];
    }
    push(&mut parts, rest, true);
    parts
}

/// Whether a comma that is not followed by another stands before a `}` of the same line.
fn comma_set_follows(text: &[u32]) -> bool {
    let mut close = false;
    for (at, code) in text.iter().enumerate().rev() {
        if is(*code, '}') {
            close = true;
        } else if ['\n', '\r', '\u{2028}', '\u{2029}']
            .iter()
            .any(|end| is(*code, *end))
        {
            close = false;
        } else if is(*code, ',') && close && !text.get(at + 1).is_some_and(|next| is(*next, ',')) {
            return true;
        }
    }
    false
}

/// Every result so far with `between` and each value after it.
fn combine(
    results: &[Text],
    between: &[u32],
    values: &[Text],
    drop_empty: bool,
    budget: &mut usize,
) -> Vec<Text> {
    let mut combined = Vec::new();
    let mut characters = 0;
    'all: for result in results {
        for value in values {
            let length = result.len() + between.len() + value.len();
            if drop_empty && length == 0 {
                continue;
            }
            characters += length;
            if combined.len() >= MOST_RESULTS || characters > MOST_CHARACTERS {
                break 'all;
            }
            combined.push([&result[..], between, value].concat());
        }
    }
    *budget = budget.saturating_sub(characters);
    combined
}

/// The members of `1..5`, `01..10..2` or `a..e`.
fn sequence(body: &[u32]) -> Option<Vec<Text>> {
    let body: String = body
        .iter()
        .map(|code| char::from_u32(*code))
        .collect::<Option<_>>()?;
    let mut ends = body.split("..");
    let (from, to, step) = (ends.next()?, ends.next()?, ends.next());
    if ends.next().is_some() {
        return None;
    }
    let numeric = integer(from).zip(integer(to));
    let (start, end) = numeric.or_else(|| letter(from).zip(letter(to)))?;
    let step = match step {
        Some(step) => integer(step)?.unsigned_abs().max(1),
        None => 1,
    };
    let padded = |text: &str| {
        let digits = text.trim_start_matches('-');
        digits.len() > 1 && digits.starts_with('0')
    };
    let ends = [from, to].into_iter().chain(body.split("..").nth(2));
    let width = if ends.into_iter().any(padded) {
        from.len().max(to.len())
    } else {
        0
    };
    let count = (start.abs_diff(end) / step).min(MOST_RESULTS as u64 - 1);
    let mut members = Vec::new();
    for index in 0..=count {
        let distance = (index * step).cast_signed();
        let value = if end < start {
            start - distance
        } else {
            start + distance
        };
        let member = if numeric.is_some() {
            let sign = if value < 0 { "-" } else { "" };
            let digits = value.unsigned_abs().to_string();
            format!(
                "{sign}{digits:0>width$}",
                width = width.saturating_sub(sign.len())
            )
        } else {
            // a backslash between Z and a would protect what follows
            char::from_u32(value as u32)
                .filter(|letter| *letter != '\\')
                .map_or_else(String::new, String::from)
        };
        members.push(member.chars().map(u32::from).collect());
    }
    Some(members)
}

/// A whole number; one that is out of reach is no number.
fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty()
        && digits.len() <= 15
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn letter(text: &str) -> Option<i64> {
    match text.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => Some(i64::from(*letter)),
        _ => None,
    }
}
