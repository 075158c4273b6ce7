//! The tools answer what the official server answered on a fixture with links, odd names and odd bytes (recorded by golden/cases.mjs).

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use filesystem::allowed::Allowed;
use filesystem::edit::Replacement;
use filesystem::failure::Failure;
use filesystem::listing::SortBy;
use filesystem::text::Part;
use filesystem::{change, edit, info, listing, media, search, text, tree};
use serde_json::Value;

/// Cases in which ours differs on purpose; DIFFERENCES.md gives the reasons.
const DIFFERENT: [(&str, &str); 0] = [];

#[test]
fn answers_are_those_of_the_official_server() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().canonicalize().expect("it exists");
    let root = root.to_str().expect("its name is text");
    let golden: Value =
        serde_json::from_str(include_str!("../golden/cases.json")).expect("the recording is JSON");
    for entry in golden["fixture"].as_array().expect("a list") {
        build(root, entry);
    }
    let allowed = Allowed::new(
        &[format!("{root}/in")],
        "/",
        Some("/home/nobody".to_owned()),
    );
    let cases = golden["cases"].as_array().expect("a list");
    let mut different = Vec::new();
    for case in cases {
        let request = case.to_string().replace("{root}", root);
        let request: Value = serde_json::from_str(&request).expect("still JSON");
        let (tool, arguments) = (
            request["tool"].as_str().expect("a name"),
            &request["arguments"],
        );
        let (ours, failed) = match call(&allowed, tool, arguments) {
            Ok(answer) => (answer, false),
            Err(failure) => (Value::String(failure.0), true),
        };
        let theirs = if case["block"].is_null() {
            &request["text"]
        } else {
            &request["block"]
        };
        let same = failed == request["error"].as_bool().unwrap_or(false)
            && (ours == *theirs || tool == "get_file_info" && undated(&ours) == undated(theirs));
        let excused = DIFFERENT
            .iter()
            .any(|(name, part)| tool == *name && arguments.to_string().contains(part));
        if !same && !excused {
            different.push(format!(
                "{tool} {arguments}\n    ours   {ours}\n    theirs {theirs}"
            ));
        }
    }
    let report = different.join("\n").replace(root, "{root}");
    assert!(
        different.is_empty(),
        "{} of {} differ:\n{report}",
        different.len(),
        cases.len()
    );
}

fn build(root: &str, entry: &Value) {
    let path = Path::new(root).join(entry["path"].as_str().expect("a path"));
    if entry["directory"].as_bool() == Some(true) {
        return fs::create_dir_all(path).expect("a folder");
    }
    fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
    if let Some(target) = entry["link"].as_str() {
        return symlink(target.replace("{root}", root), path).expect("a link");
    }
    let content = match entry["base64"].as_str() {
        Some(encoded) => decoded(encoded),
        None => entry["content"]
            .as_str()
            .unwrap_or_default()
            .as_bytes()
            .to_vec(),
    };
    let times = entry["times"].as_u64().unwrap_or(1) as usize;
    fs::write(&path, content.repeat(times)).expect("a file");
    let then = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_735_689_600);
    let file = fs::File::options()
        .write(true)
        .open(path)
        .expect("it was made");
    file.set_modified(then).expect("a time");
}

fn decoded(base64: &str) -> Vec<u8> {
    let digit = |byte: u8| {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            .iter()
            .position(|other| *other == byte)
    };
    let mut bytes = Vec::new();
    for quad in base64.as_bytes().chunks(4) {
        let digits: Vec<usize> = quad.iter().filter_map(|byte| digit(*byte)).collect();
        let bits =
            digits.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - digits.len()));
        bytes.extend(
            [16, 8, 0]
                .iter()
                .take(digits.len() - 1)
                .map(|shift| (bits >> shift) as u8),
        );
    }
    bytes
}

fn encoded(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = alphabet[bits >> (18 - 6 * place) & 63];
            text.push(if place <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

/// File information without the two times that the fixture cannot set.
fn undated(value: &Value) -> String {
    let lines = value.as_str().unwrap_or_default().lines();
    lines
        .filter(|line| !line.starts_with("created: ") && !line.starts_with("accessed: "))
        .collect()
}

fn call(allowed: &Allowed, tool: &str, arguments: &Value) -> Result<Value, Failure> {
    let text = |key: &str| arguments[key].as_str().unwrap_or_default();
    let texts = |key: &str| -> Vec<String> {
        let list = arguments[key]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        list.iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let path = text("path");
    let answer = match tool {
        "read_file" | "read_text_file" => text::read(
            allowed,
            path,
            Part::of(arguments["head"].as_f64(), arguments["tail"].as_f64()),
        )?,
        "read_media_file" => return media::read(allowed, path).map(|media| block(&media)),
        "read_multiple_files" => text::read_several(allowed, &texts("paths"))?,
        "write_file" => change::write(allowed, path, text("content"))?,
        "edit_file" => {
            let edits = arguments["edits"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let edits: Vec<Replacement<'_>> = edits
                .iter()
                .map(|edit| Replacement {
                    old: edit["oldText"].as_str().unwrap_or_default(),
                    new: edit["newText"].as_str().unwrap_or_default(),
                })
                .collect();
            edit::edit(
                allowed,
                path,
                &edits,
                arguments["dryRun"].as_bool().unwrap_or(false),
            )?
        }
        "create_directory" => change::create_directory(allowed, path)?,
        "list_directory" => listing::plain(allowed, path)?,
        "list_directory_with_sizes" => {
            let by = if text("sortBy") == "size" {
                SortBy::Size
            } else {
                SortBy::Name
            };
            listing::with_sizes(allowed, path, by)?
        }
        "directory_tree" => tree::tree(allowed, path, &texts("excludePatterns"))?,
        "move_file" => change::move_file(allowed, text("source"), text("destination"))?,
        "search_files" => {
            search::search(allowed, path, text("pattern"), &texts("excludePatterns"))?
        }
        "get_file_info" => info::info(allowed, path)?,
        "list_allowed_directories" => listing::allowed(allowed),
        other => panic!("no such tool: {other}"),
    };
    Ok(Value::String(answer))
}

fn block(media: &media::Media) -> Value {
    let data = encoded(&media.bytes);
    match media.block {
        media::Block::Image => {
            serde_json::json!({"type": "image", "data": data, "mimeType": media.mime})
        }
        media::Block::Audio => {
            serde_json::json!({"type": "audio", "data": data, "mimeType": media.mime})
        }
        media::Block::Resource => {
            let resource =
                serde_json::json!({"uri": media.uri, "mimeType": media.mime, "blob": data});
            serde_json::json!({"type": "resource", "resource": resource})
        }
    }
}
