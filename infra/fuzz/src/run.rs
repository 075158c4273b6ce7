//! Builds what libFuzzer drives, and lets it try one target for a time.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use harness::process::output_with;

use crate::target::Target;

/// Every edge counts itself, and comparisons tell what they compared. The flags are stable ones: no other compiler is needed.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
     -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Ccodegen-units=1 --cfg fuzzing";

/// One input may take this long; what takes longer is a hang.
const LONGEST_SECONDS: u32 = 10;
/// The whole process may hold this much.
const MOST_MEGABYTES: u32 = 1024;
/// One allocation may be this large.
const LARGEST_MEGABYTES: u32 = 256;

/// The program, ready to be run.
#[derive(Debug, Clone)]
pub struct Built {
    program: PathBuf,
}

/// What one run of one target came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// How many inputs were fed.
    pub executions: u64,
    /// How many edges of the program they reached.
    pub edges: u64,
    /// How many inputs were worth keeping, each for an edge that no other reached.
    pub corpus: u64,
    /// The most memory that the process held, in MB.
    pub megabytes: u64,
    /// How long it ran, in seconds.
    pub seconds: u64,
    /// The input that broke a rule, trapped, hung or took too much memory, with what libFuzzer said of it.
    pub found: Option<(PathBuf, String)>,
}

impl Built {
    /// Builds the program with coverage. Its artefacts lie apart from all others, which have none.
    ///
    /// # Errors
    /// When `cargo` fails; the error ends in what it said.
    pub fn new(root: &Path) -> Result<Built> {
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        let target = target.join("fuzz");
        let arguments = [
            "build",
            "--package",
            "fuzz",
            "--bin",
            "fuzzed",
            "--no-default-features",
            "--features",
            "libfuzzer",
            "--profile",
            "fuzz",
            // With a platform named, build scripts are built without the flags.
            "--target",
            env!("FUZZ_PLATFORM"),
        ];
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let variables: [(&str, &OsStr); 3] = [
            ("RUSTFLAGS", COVERAGE.as_ref()),
            ("CARGO_TARGET_DIR", target.as_os_str()),
            ("CARGO_INCREMENTAL", "0".as_ref()),
        ];
        let built = output_with("cargo".as_ref(), &arguments, root, &variables)
            .context("cargo cannot be started; install Rust")?;
        if !built.status.success() {
            let said = String::from_utf8_lossy(&built.stderr);
            let lines: Vec<&str> = said.lines().collect();
            let last = lines.len().saturating_sub(20);
            bail!(
                "the program that is fuzzed was not built: {}",
                lines[last..].join("\n")
            );
        }
        Ok(Built {
            program: target.join(env!("FUZZ_PLATFORM")).join("fuzz/fuzzed"),
        })
    }

    /// A program that was built before.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn before(program: &Path) -> Result<Built> {
        let program = program
            .canonicalize()
            .with_context(|| format!("{} is not there; build it", program.display()))?;
        Ok(Built { program })
    }

    /// Feeds a target for `seconds`, from `seeds`, and keeps what it grows and what it finds below `work`.
    ///
    /// # Errors
    /// When the folder cannot be written or the program cannot be started.
    pub fn feed(
        &self,
        target: &Target,
        planted: bool,
        seconds: u32,
        seeds: &[Vec<u8>],
        work: &Path,
    ) -> Result<Tried> {
        let (grown, given, found) = (work.join("grown"), work.join("seeds"), work.join("found"));
        // Each run begins with the seeds alone, and says what came of those; what an older one found stays.
        for folder in [&grown, &given] {
            if folder.exists() {
                std::fs::remove_dir_all(folder)
                    .with_context(|| format!("{} cannot be emptied", folder.display()))?;
            }
        }
        for folder in [&grown, &given, &found] {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        for (number, seed) in seeds.iter().enumerate() {
            std::fs::write(given.join(format!("{number:05}")), seed)?;
        }
        let words = work.join("words");
        std::fs::write(&words, dictionary(target.words))?;
        let mut arguments: Vec<OsString> = vec![
            format!("-max_total_time={seconds}").into(),
            format!("-max_len={}", target.longest).into(),
            format!("-timeout={LONGEST_SECONDS}").into(),
            format!("-rss_limit_mb={MOST_MEGABYTES}").into(),
            format!("-malloc_limit_mb={LARGEST_MEGABYTES}").into(),
            "-print_final_stats=1".into(),
            format!("-use_value_profile={}", u8::from(target.compares)).into(),
        ];
        let mut named = |flag: &str, path: &Path, end: &str| {
            let mut argument = OsString::from(flag);
            argument.push(path);
            argument.push(end);
            arguments.push(argument);
        };
        named("-dict=", &words, "");
        named("-artifact_prefix=", &found, "/");
        arguments.extend([grown.clone().into(), given.into()]);
        let mut variables: Vec<(&str, &OsStr)> = vec![("FUZZ_TARGET", target.name.as_ref())];
        if planted {
            variables.push(("FUZZ_PLANTED", "1".as_ref()));
        }
        let ended = output_with(&self.program, &arguments, work, &variables)
            .with_context(|| format!("{} cannot be started", self.program.display()))?;
        let said = String::from_utf8_lossy(&ended.stderr);
        let mut tried = read(&said);
        tried.corpus = std::fs::read_dir(&grown)?.count() as u64;
        tried.found = match ended.status.success() {
            true => None,
            false => Some((newest(&found)?, reason(&said))),
        };
        Ok(tried)
    }
}

/// The words in the form that libFuzzer reads.
fn dictionary(words: &[&str]) -> String {
    let quoted = words.iter().map(|word| {
        let bytes = word.bytes().map(|byte| format!("\\x{byte:02x}"));
        format!("\"{}\"\n", bytes.collect::<String>())
    });
    quoted.collect()
}

/// The file that libFuzzer left last, or its folder where it left none.
fn newest(folder: &Path) -> std::io::Result<PathBuf> {
    let mut newest = None;
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        newest = newest.max(Some((file.metadata()?.modified()?, file.path())));
    }
    Ok(newest.map_or_else(|| folder.to_owned(), |(_, path)| path))
}

/// What libFuzzer printed at its end, and its last line of progress.
fn read(said: &str) -> Tried {
    let stat = |name: &str| {
        let line = said
            .lines()
            .find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
        line.and_then(|rest| rest.trim_start_matches(':').trim().parse().ok())
            .unwrap_or(0)
    };
    let after = |line: &str, word: &str| -> Option<u64> {
        let (_, rest) = line.split_once(word)?;
        rest.split_whitespace().next()?.parse().ok()
    };
    let edges = said.lines().filter_map(|line| after(line, " cov: ")).max();
    let ran = said
        .lines()
        .find_map(|line| after(line.strip_prefix("Done ")?, " runs in "));
    Tried {
        executions: stat("number_of_executed_units"),
        edges: edges.unwrap_or(0),
        corpus: 0,
        megabytes: stat("peak_rss_mb"),
        seconds: ran.unwrap_or(0),
        found: None,
    }
}

/// Why it stopped: the panic's own words where there are any.
fn reason(said: &str) -> String {
    let mut lines = said.lines();
    let panic = lines.by_ref().find(|line| line.contains("panicked at"));
    match panic {
        Some(place) => format!("{place} {}", lines.next().unwrap_or_default()),
        None => said
            .lines()
            .find(|line| line.contains("ERROR: libFuzzer"))
            .unwrap_or("it ended without a word")
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_run_is_read() {
        let said = "#2\tINITED cov: 120 ft: 300 corp: 2/20b exec/s: 0 rss: 40Mb\n\
                    #99\tNEW    cov: 140 ft: 320 corp: 3/25b lim: 4 exec/s: 9 rss: 41Mb\n\
                    Done 5000 runs in 12 second(s)\nstat::number_of_executed_units: 5000\nstat::peak_rss_mb: 55\n";
        let tried = read(said);
        assert_eq!((tried.executions, tried.edges), (5000, 140));
        assert_eq!((tried.megabytes, tried.seconds), (55, 12));
        let said = "thread '<unnamed>' panicked at infra/x.rs:1:2:\nwhy\n==1== ERROR: libFuzzer: deadly signal\n";
        assert!(reason(said).ends_with("why"));
        assert!(reason("==1== ERROR: libFuzzer: timeout after 10 seconds").contains("timeout"));
    }

    #[test]
    fn words_are_written_for_libfuzzer() {
        assert_eq!(dictionary(&["a\"\0"]), "\"\\x61\\x22\\x00\"\n");
    }
}
