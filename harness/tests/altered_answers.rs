//! `verify` must fail when any expected answer is altered in one field: a judge that accepts everything proves nothing.

use std::path::Path;

use harness::clock::Monotonic;
use harness::peer::Subject;
use harness::server::{Expect, Rule, Server, TextRule, read_all};
use harness::standin::Up;
use harness::{place, subject, verify};
use serde_json::Value;

/// Leaves of one expected value that are altered, one a round.
const ROUNDS: usize = 4;

/// Alters one leaf; the numbers of leaves are counted first, so that each round meets another.
fn alter(value: &mut Value, round: usize) {
    let count = leaves(value);
    let mut at = (round * 7919) % count.max(1);
    change(value, &mut at);
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().map(leaves).sum(),
        Value::Object(fields) if !fields.is_empty() => fields.values().map(leaves).sum(),
        _ => 1,
    }
}

fn change(value: &mut Value, at: &mut usize) -> bool {
    match value {
        Value::Array(items) if !items.is_empty() => items.iter_mut().any(|item| change(item, at)),
        Value::Object(fields) if !fields.is_empty() => {
            fields.values_mut().any(|field| change(field, at))
        }
        leaf if *at == 0 => {
            *leaf = match &*leaf {
                Value::Number(number) => Value::from(number.as_f64().expect("a number") + 1.0),
                Value::String(text) => Value::from(format!("{text}~")),
                Value::Bool(truth) => Value::from(!*truth),
                Value::Null => Value::from(1),
                Value::Array(_) => serde_json::json!([0]),
                Value::Object(_) => serde_json::json!([]),
            };
            true
        }
        _ => {
            *at -= 1;
            false
        }
    }
}

fn flipped(digest: &str) -> String {
    let last = if digest.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &digest[..digest.len() - 1])
}

/// The ways in which an expected answer can be altered; none where the answer has no such rule.
fn altered(expect: &Expect, way: usize) -> Option<Expect> {
    let mut changed = expect.clone();
    let rule = |rule: &mut Option<Rule>, round| match rule.as_mut()? {
        Rule::Equal(value) | Rule::Subset(value) => {
            alter(value, round);
            Some(())
        }
        Rule::Digest(digest) => {
            *digest = flipped(digest);
            Some(())
        }
    };
    match way {
        0 => changed.error = !changed.error,
        1 => match changed.text.as_mut()? {
            TextRule::Equal(text) => text.push('~'),
            // Nothing follows the end of the text.
            TextRule::Pattern(pattern) => pattern.push_str("$~"),
            TextRule::Digest(digest) => *digest = flipped(digest),
        },
        _ if way < 2 + ROUNDS => rule(&mut changed.structured, way - 2)?,
        _ => rule(&mut changed.content, way - 2 - ROUNDS)?,
    }
    Some(changed)
}

#[test]
fn every_altered_answer_is_found() {
    let root = place::root().expect("the checkout");
    let cache = place::cache().expect("a cache");
    let servers = read_all(&root).expect("every server.toml is acceptable");
    let built = subject::build(&root, &servers, false, &cache, &mut |line| {
        println!("{line}")
    })
    .expect("everything builds");
    if let Some(absent) = built.missing.first() {
        println!("skipped: {absent}");
    }
    let data = dataset::ensure(&cache).expect("the data set");
    let clock = Monotonic::new();
    let up = Up::start(built.standin.as_deref(), &servers, &data, &clock).expect("they listen");
    let mut found = 0;
    for made in &built.subjects {
        let server = servers
            .iter()
            .find(|server| server.name == made.server)
            .expect("built from these");
        let judged = |server: &Server| {
            let subject = Subject {
                made,
                server,
                programs: &built.programs,
                cache: &built.cache,
                generated: true,
                standins: &up.standins,
            };
            verify::stdio(&subject, Path::new(&data), &Monotonic::new()).expect("it runs")
        };
        for checked in judged(server) {
            assert_eq!(
                checked.verdict,
                Ok(()),
                "{} {}: {}",
                made.server,
                made.packaging,
                checked.call
            );
        }
        for way in 0..2 + 2 * ROUNDS {
            let mut changed = server.clone();
            let touched: Vec<String> = changed
                .calls
                .iter_mut()
                .filter_map(|call| {
                    call.expect = altered(&call.expect, way)?;
                    if let Some(stock) = &mut call.stock {
                        *stock = altered(stock, way)?;
                    }
                    Some(call.id.clone())
                })
                .collect();
            if touched.is_empty() {
                continue;
            }
            for checked in judged(&changed) {
                let wanted = touched.contains(&checked.call);
                assert_eq!(
                    checked.verdict.is_err(),
                    wanted,
                    "{} {} way {way}: {}",
                    made.server,
                    made.packaging,
                    checked.call
                );
                found += usize::from(wanted);
            }
        }
    }
    println!("{found} altered answers found");
    assert!(found > 100, "only {found} answers were altered");
}
