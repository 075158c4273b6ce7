//! A server of the user's own, of which nothing is here but a description: read from a file that lies anywhere, and filled up with
//! what the command line grants.

use std::fs;
use std::path::{Path, PathBuf};

use record::Wire;
use serde_json::Value;
use toml::value::Array;

use super::{Access, Server, Unacceptable};

/// No description is longer: what is larger lies in the data folder.
const LONGEST: u64 = 16 << 20;
/// The folder that `--allow-dir` names first, and the next ones: `{dir}`, `{dir2}`, …
const FOLDER: &str = "dir";

/// What the command line allows a server, in every packaging alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Folders, by their absolute paths.
    pub folders: Vec<(PathBuf, Access)>,
    /// Variables of this process that are passed through.
    pub named: Vec<String>,
    /// Variables with a value of their own.
    pub given: Vec<(String, String)>,
    /// `host:port` pairs that requests may go to.
    pub outbound: Vec<String>,
    /// Whether those may be private addresses.
    pub private: bool,
    /// The most memory that it may take.
    pub memory: Option<String>,
    /// The longest that a call may take.
    pub timeout: Option<String>,
}

/// What a description is filled up with.
#[derive(Debug, Clone, Default)]
pub struct Adjusted {
    /// What records call it, where that is not what the file says.
    pub name: Option<String>,
    /// What it is allowed beside what the file says.
    pub allowed: Allowed,
    /// The revision that it was found to speak, where that is an older one.
    pub revision: Option<Wire>,
}

/// Whether a text can name a server in records, tables and paths of HTTP.
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=40).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(plain)
}

impl Allowed {
    /// The text with `{dir}`, `{dir2}`, … filled in.
    fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (at, (folder, _)) in self.folders.iter().enumerate() {
            filled = filled.replace(&placeholder(at), &folder.to_string_lossy());
        }
        filled
    }

    /// Whether nothing that it does with this can be seen from outside: it writes no folder and reaches nobody.
    pub fn is_harmless(&self) -> bool {
        let reads = |(_, access): &(PathBuf, Access)| *access == Access::Read;
        self.outbound.is_empty() && self.folders.iter().all(reads)
    }

    /// How a call names the first folder, and where that is, if there is one.
    pub fn folder(&self) -> Option<(String, String)> {
        let (folder, _) = self.folders.first()?;
        Some((placeholder(0), folder.to_string_lossy().into_owned()))
    }
}

/// `{dir}` of the first folder, `{dir2}` of the second.
fn placeholder(at: usize) -> String {
    match at {
        0 => format!("{{{FOLDER}}}"),
        at => format!("{{{FOLDER}{}}}", at + 1),
    }
}

impl Server {
    /// Reads and checks the description of somebody's own server, whatever the file and its folder are called.
    ///
    /// # Errors
    /// When the file is missing, is not of this shape, or contradicts itself; the message names the field and the remedy.
    pub fn read_own(file: &Path) -> Result<Server, Unacceptable> {
        let text = read(file)?;
        let mut server: Server = toml::from_str(&text).map_err(|error| {
            let what = format!("{error}correct the field that the mark points at");
            refuse(file, what)
        })?;
        server.folder = file.parent().unwrap_or(Path::new(".")).to_owned();
        server.own = true;
        let checked = server.check_own().and_then(|()| server.check_alike());
        checked.map_err(|what| refuse(file, what))?;
        Ok(server)
    }

    /// The description `text` with placeholders of folders filled in, and with what the command line grants: what [`Server::read_own`]
    /// reads, for each process that has to know the server.
    ///
    /// # Errors
    /// When the text is no description.
    pub fn adjusted(text: &str, adjusted: &Adjusted) -> Result<String, String> {
        let mut table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
        let allowed = &adjusted.allowed;
        for (_, value) in &mut table {
            fill(value, allowed);
        }
        if let Some(name) = &adjusted.name {
            table.insert("name".to_owned(), name.clone().into());
        }
        if let Some(revision) = adjusted.revision {
            table.insert("revision".to_owned(), revision.name().into());
        }
        let limits = [("memory", &allowed.memory), ("timeout", &allowed.timeout)];
        for (name, limit) in limits {
            if let Some(limit) = limit {
                below(&mut table, "limits")?.insert(name.to_owned(), limit.clone().into());
            }
        }
        let given = below(&mut table, "environment")?;
        for (name, value) in &allowed.given {
            given.insert(name.clone(), value.clone().into());
        }
        let grants = below(&mut table, "grants")?;
        if allowed.private {
            grants.insert("private".to_owned(), true.into());
        }
        for name in &allowed.named {
            list(grants, "environment")?.push(name.clone().into());
        }
        for place in &allowed.outbound {
            list(grants, "outbound")?.push(place.clone().into());
        }
        for (folder, access) in &allowed.folders {
            let access = match access {
                Access::Read => "read",
                Access::ReadWrite => "read-write",
            };
            let mut directory = toml::Table::new();
            directory.insert(
                "path".to_owned(),
                folder.to_string_lossy().into_owned().into(),
            );
            directory.insert("access".to_owned(), access.into());
            list(grants, "directories")?.push(directory.into());
        }
        toml::to_string(&table).map_err(|error| error.to_string())
    }

    /// What only a server of this repository can say.
    fn check_own(&self) -> Result<(), String> {
        if !is_name(&self.name) {
            return Err(format!(
                "name = {:?} names no server; write up to 40 of a-z, 0-9 and _, a letter first",
                self.name
            ));
        }
        let ours = [
            ("needs", !self.needs.is_empty()),
            ("twins", !self.twins.is_empty()),
            ("scalar", self.scalar),
            ("table", self.table),
        ];
        match ours.iter().find(|(_, said)| *said) {
            None => Ok(()),
            Some((field, _)) => Err(format!(
                "{field} is for the servers of this repository; leave it out"
            )),
        }
    }
}

/// The text of a description, if it is not too long for one.
fn read(file: &Path) -> Result<String, Unacceptable> {
    let unread = |error: std::io::Error| {
        let what = format!(
            "cannot be read ({error}); name a file such as `harness measure` leaves beside its record"
        );
        refuse(file, what)
    };
    let length = fs::metadata(file).map_err(unread)?.len();
    if length > LONGEST {
        let what = format!("has {length} bytes; keep large arguments in the data folder");
        return Err(refuse(file, what));
    }
    fs::read_to_string(file).map_err(unread)
}

fn refuse(file: &Path, what: String) -> Unacceptable {
    Unacceptable {
        file: file.to_owned(),
        what,
    }
}

fn fill(value: &mut toml::Value, allowed: &Allowed) {
    match value {
        toml::Value::String(text) => *text = allowed.fill(text),
        toml::Value::Array(items) => items.iter_mut().for_each(|item| fill(item, allowed)),
        toml::Value::Table(fields) => {
            fields
                .iter_mut()
                .for_each(|(_, field)| fill(field, allowed));
        }
        _ => {}
    }
}

/// The table of this name, made where it is not there.
fn below<'a>(table: &'a mut toml::Table, name: &str) -> Result<&'a mut toml::Table, String> {
    let entry = table
        .entry(name)
        .or_insert_with(|| toml::Table::new().into());
    let found = entry.as_table_mut();
    found.ok_or_else(|| format!("{name} is no table"))
}

/// The list of this name, made where it is not there.
fn list<'a>(table: &'a mut toml::Table, name: &str) -> Result<&'a mut Array, String> {
    let entry = table.entry(name).or_insert_with(|| Array::new().into());
    let found = entry.as_array_mut();
    found.ok_or_else(|| format!("{name} is no list"))
}

/// JSON as TOML, if that can say it: it knows no null and no number beyond 63 bits.
pub(crate) fn as_toml(value: &Value) -> Option<toml::Value> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(is) => (*is).into(),
        Value::Number(number) => match (number.as_i64(), number.is_f64()) {
            (Some(whole), _) => whole.into(),
            (None, true) => number.as_f64()?.into(),
            (None, false) => return None,
        },
        Value::String(text) => text.clone().into(),
        Value::Array(items) => {
            let items: Option<Vec<toml::Value>> = items.iter().map(as_toml).collect();
            items?.into()
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields: Option<toml::Table> = fields
                .map(|(name, field)| Some((name.clone(), as_toml(field)?)))
                .collect();
            fields?.into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
name = "mine"
title = "Mine"
[grants]
outbound = ["a:1"]
[[call]]
id = "list"
tool = "list"
input = "small"
arguments = { path = "{dir2}/x", in = "{dir}" }
expect = { varies = true }
source = { origin = "by hand" }
"#;

    fn read_text(text: &str) -> Result<Server, Unacceptable> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("any.toml");
        fs::write(&file, text).expect("written");
        Server::read_own(&file)
    }

    #[test]
    fn what_the_command_line_allows_comes_to_what_the_file_says() {
        let allowed = Allowed {
            folders: vec![
                ("/one".into(), Access::Read),
                ("/two".into(), Access::ReadWrite),
            ],
            named: vec!["TOKEN".to_owned()],
            given: vec![("LEVEL".to_owned(), "2".to_owned())],
            outbound: vec!["b:2".to_owned()],
            private: true,
            memory: Some("1 GiB".to_owned()),
            timeout: None,
        };
        let adjusted = Adjusted {
            name: Some("other".to_owned()),
            allowed,
            revision: Some(Wire::V2025_06_18),
        };
        let text = Server::adjusted(GOOD, &adjusted).expect("a description");
        let server = read_text(&text).expect("acceptable");
        assert_eq!((server.name.as_str(), server.own), ("other", true));
        assert_eq!(server.spoken(), Wire::V2025_06_18);
        assert_eq!(server.grants.outbound, ["a:1", "b:2"]);
        assert_eq!(server.grants.environment, ["TOKEN"]);
        assert_eq!(server.environment["LEVEL"], "2");
        assert_eq!(server.grants.directories[1].path, "/two");
        assert_eq!(server.grants.directories[1].access, Access::ReadWrite);
        assert_eq!(server.limits.memory.as_deref(), Some("1 GiB"));
        let arguments = &server.calls[0].arguments;
        assert_eq!(arguments["path"], "/two/x");
        assert_eq!(arguments["in"], "/one");
    }

    #[test]
    fn each_fault_of_a_file_names_its_field() {
        assert!(read_text(GOOD).is_ok());
        for (from, to, named) in [
            ("\"mine\"", "\"../mine\"", "names no server"),
            ("title =", "twins = [\"node\"]\ntitle =", "twins is for"),
            ("title =", "needs = [\"site\"]\ntitle =", "needs is for"),
            ("{ varies = true }", "{}", "expect says nothing"),
            ("title =", "revision = \"2020-01-01\"\ntitle =", "revision"),
            ("\"small\"", "\"tiny\"", "unknown variant `tiny`"),
        ] {
            let fault = read_text(&GOOD.replacen(from, to, 1)).expect_err(to);
            assert!(fault.to_string().contains(named), "{to}: {fault}");
        }
        let none = Server::read_own(Path::new("/no/such/file.toml")).expect_err("not there");
        assert!(none.to_string().contains("leaves beside its record"));
    }

    #[test]
    fn only_what_toml_can_say_is_said_in_it() {
        use serde_json::json;
        let same = json!({"a": [1, "x", true, 1.5, {"b": -3}]});
        let written = toml::to_string(&as_toml(&same).expect("it can")).expect("TOML");
        let read: Value = toml::from_str(&written).expect("JSON");
        assert_eq!(read, same);
        for not in [json!(null), json!([{"a": null}]), json!(u64::MAX)] {
            assert_eq!(as_toml(&not), None, "{not}");
        }
    }
}
