//! The small history: some sixty commits of three authors in which everything happens that a reader of git must know.
use std::rc::Rc;

use super::code::{class, dense, edited, extent, joined, measured, page, table, tests};
use super::history::{Author, History, Mode, Saying};
use super::object::Kind;
use crate::draw::Draw;
use crate::files::crlf;
use crate::prose::capital;
use crate::seed::Seed;
use crate::text::phrase;

const ADA: Author = Author {
    name: "Ada Brandt",
    mail: "ada@example.org",
    zone: "+0100",
};
const JUN: Author = Author {
    name: "Jun Okafor",
    mail: "jun.okafor@example.net",
    zone: "-0500",
};
const SOREN: Author = Author {
    name: "Søren Łuczak",
    mail: "soren@example.com",
    zone: "+0545",
};
const AUTHORS: [Author; 3] = [ADA, JUN, SOREN];

/// 2024-02-05 08:00 UTC.
const BEGIN: i64 = 1_707_120_000;

const MAIN: &str = "src/main/java/org/example/lattice/";
const TEST: &str = "src/test/java/org/example/lattice/";
const PACKAGE: &str = "org.example.lattice";

/// Classes of the first commit, with their sizes.
const FIRST: [(&str, usize); 8] = [
    ("Lattice", 28_000),
    ("Grid", 14_000),
    ("Tables", 9_000),
    ("Ranges", 6_500),
    ("Cursor", 4_000),
    ("Tokens", 11_000),
    ("Digests", 2_200),
    ("Limits", 700),
];

/// Tells the whole history; `main` is checked out at its end.
pub(super) fn tell(seed: Seed) -> History {
    let mut history = History::new(Draw::of(seed, "git/small"), BEGIN);
    let story = &mut history;
    begin(story);
    feature(story);
    documents(story);
    conflict(story);
    folders(story);
    large(story);
    oddities(story);
    release(story);
    topics(story);
    end(story);
    history
}

fn say(story: &mut History, author: Author, message: &str) {
    commit(story, author, &format!("{message}\n"), &[]);
}

fn commit(story: &mut History, author: Author, message: &str, merged: &[super::object::Id]) {
    let said = Saying {
        author,
        committer: None,
        earlier: 0,
        header: "",
        message: message.as_bytes(),
    };
    story.commit(&said, merged);
}

/// Work as on any day: one to three files, by anybody.
fn routine(story: &mut History, times: u32) {
    for _ in 0..times {
        let files: Vec<String> = story.below("src/");
        for _ in 0..story.draw.between(1, 3) {
            let at = story.draw.below(files.len() as u32) as usize;
            story.change(&files[at], |draw, content| {
                let count = extent(draw);
                edited(draw, content, count)
            });
        }
        let (ticket, words) = (story.draw.between(100, 999), story.draw.between(3, 7));
        let summary = capital(&phrase(&mut story.draw, words));
        let body = if story.draw.chance(300) {
            format!(
                "\n{}\n{}.\n",
                capital(&phrase(&mut story.draw, 9)),
                phrase(&mut story.draw, 6)
            )
        } else {
            String::new()
        };
        let author = AUTHORS[story.draw.weighted(&[5, 3, 2])];
        commit(
            story,
            author,
            &format!("LAT-{ticket} {summary}\n{body}"),
            &[],
        );
    }
}

fn add_class(story: &mut History, folder: &str, name: &str, bytes: usize) {
    let lines = class(&mut story.draw, PACKAGE, name, bytes);
    story.write(&format!("{folder}{name}.java"), Mode::Plain, joined(&lines));
}

fn add_page(story: &mut History, path: &str, heading: &str, bytes: usize) {
    let lines = page(&mut story.draw, heading, bytes);
    story.write(path, Mode::Plain, joined(&lines));
}

fn begin(story: &mut History) {
    add_page(story, "README.md", "Lattice", 6_000);
    let ignored = b"build/\n*.log\n!keep.log\n".to_vec();
    story.write(".gitignore", Mode::Plain, ignored);
    for (name, bytes) in FIRST {
        add_class(story, MAIN, name, bytes);
    }
    say(story, ADA, "Begin");
    for (name, bytes) in &FIRST[..4] {
        let lines = tests(&mut story.draw, PACKAGE, name, bytes / 3);
        story.write(
            &format!("{TEST}{name}Test.java"),
            Mode::Plain,
            joined(&lines),
        );
    }
    say(story, ADA, "Test what there is");
    let script = "#!/bin/sh\nset -eu\ncd \"$(dirname \"$0\")/..\"\nmkdir -p build\nfind src/main -name '*.java' > build/files\njavac -d build @build/files\n";
    story.write("scripts/build.sh", Mode::Plain, script.as_bytes().to_vec());
    let rows = table(&mut story.draw, 4_000);
    story.write("data/windows.csv", Mode::Plain, crlf(rows.as_bytes()));
    say(story, JUN, "LAT-7 Build with one script");
    routine(story, 3);
    story.file("scripts/build.sh").mode = Mode::Executable;
    say(story, JUN, "LAT-12 The build script can be run");
    let logo = dense(&mut story.draw, 6_000);
    story.write("assets/logo.bin", Mode::Plain, logo);
    story.write("data/nul.bin", Mode::Plain, b"before\0after\n".to_vec());
    say(story, SOREN, "LAT-15 Add a logo");
    let tip = story.tip();
    story.mark("tags/v0.1.0", tip);
    for (name, bytes) in [("Legacy", 5_000), ("Adapter", 3_000), ("Shim", 1_500)] {
        add_class(story, "legacy/", name, bytes);
    }
    say(story, JUN, "LAT-18 Keep the old interface for a while");
}

fn feature(story: &mut History) {
    story.on("feature/index");
    add_class(story, MAIN, "Index", 8_000);
    say(story, SOREN, "LAT-20 An index over rows");
    for name in ["Index", "Index", "Tokens"] {
        story.change(&format!("{MAIN}{name}.java"), |draw, content| {
            edited(draw, content, 18)
        });
        say(story, SOREN, &format!("LAT-20 {name} takes part"));
    }
    story.on("main");
    for name in ["Lattice", "Grid", "Cursor"] {
        story.change(&format!("{MAIN}{name}.java"), |draw, content| {
            let count = extent(draw);
            edited(draw, content, count)
        });
        say(story, ADA, &format!("LAT-22 {name} checks its arguments"));
    }
    let merged = story.take(&["feature/index"]);
    commit(
        story,
        ADA,
        "Merge branch 'feature/index'\n\nReviewed-by: Jun Okafor <jun.okafor@example.net>\n",
        &merged,
    );
    // one name as it was, one with changes
    story.rename(&format!("{MAIN}Tables.java"), &format!("{MAIN}Sheets.java"));
    say(story, ADA, "LAT-25 Tables are called sheets");
    let to = format!("{MAIN}Bounds.java");
    story.rename(&format!("{MAIN}Limits.java"), &to);
    let from = format!("{MAIN}Tokens.java");
    story.rename(&from, &format!("{MAIN}Lexer.java"));
    story.change(&format!("{MAIN}Lexer.java"), |draw, content| {
        edited(draw, content, 14)
    });
    say(
        story,
        JUN,
        "LAT-26 Limits are bounds, and tokens come from a lexer",
    );
}

fn documents(story: &mut History) {
    add_page(story, "docs/guide.md", "Guide", 9_000);
    add_page(story, "docs/überblick.md", "Überblick", 2_500);
    add_page(story, "docs/設計.md", "設計", 2_000);
    add_page(story, "docs/release notes.txt", "Release notes", 1_200);
    story.write("docs/empty.txt", Mode::Plain, Vec::new());
    story.write(
        "docs/no-newline.txt",
        Mode::Plain,
        b"first line\nlast line".to_vec(),
    );
    say(story, SOREN, "Docs: guide, Überblick, 設計");
    story.change("docs/no-newline.txt", |_, content| {
        let mut longer = content.to_vec();
        longer.extend_from_slice(b" without an end\n");
        longer
    });
    say(story, SOREN, "Docs end in a newline");
    story.change("docs/no-newline.txt", |_, content| {
        content[..content.len() - 1].to_vec()
    });
    say(story, SOREN, "Revert \"Docs end in a newline\"");
    let tip = story.tip();
    story.annotate("v0.2.0", tip, ADA, "Version 0.2.0\n\nThe guide is new.\n");
    routine(story, 3);
}

fn conflict(story: &mut History) {
    story.on("fix/unicode");
    let lexer = format!("{MAIN}Lexer.java");
    for _ in 0..2 {
        story.change(&lexer, |draw, content| edited(draw, content, 9));
        say(story, SOREN, "LAT-31 Read names that are not ASCII");
    }
    story.on("main");
    story.change(&lexer, |draw, content| edited(draw, content, 11));
    say(story, ADA, "LAT-32 Read numbers with an exponent");
    let merged = story.take(&["fix/unicode"]);
    // both sides changed the lexer; what was decided is neither
    story.change(&lexer, |draw, content| edited(draw, content, 5));
    commit(
        story,
        ADA,
        "Merge branch 'fix/unicode'\n\n# Conflicts:\n#\tsrc/main/java/org/example/lattice/Lexer.java\n",
        &merged,
    );
}

fn folders(story: &mut History) {
    for path in story.below("legacy/") {
        story.remove(&path);
    }
    say(story, JUN, "LAT-35 Remove the old interface");
    for (name, bytes) in [("Reader", 5_000), ("Writer", 6_000), ("Codec", 3_000)] {
        add_class(story, &format!("{MAIN}io/"), name, bytes);
    }
    say(story, ADA, "LAT-36 Read and write files");
    routine(story, 2);
    let moved = format!("{MAIN}storage/");
    story.rename_folder(&format!("{MAIN}io/"), &moved);
    story.change(&format!("{moved}Codec.java"), |draw, content| {
        edited(draw, content, 6)
    });
    say(story, ADA, "LAT-40 Files are storage");
    story.write("docs/latest", Mode::Link, b"guide.md".to_vec());
    say(story, SOREN, "A link to the latest guide");
}

fn large(story: &mut History) {
    let rows = table(&mut story.draw, 190_000);
    story.write("data/table.csv", Mode::Plain, rows.into_bytes());
    say(story, JUN, "LAT-44 A table to measure with");
    story.change(&format!("{MAIN}Lattice.java"), |draw, content| {
        edited(draw, content, 480)
    });
    say(story, JUN, "LAT-45 Reformat");
    story.change("data/table.csv", |draw, content| measured(draw, content, 9));
    say(story, JUN, "LAT-46 Correct nine rows");
    story.remove("docs/latest");
    say(story, SOREN, "Links trouble Windows");
    let logo = dense(&mut story.draw, 7_000);
    story.write("assets/logo.bin", Mode::Plain, logo);
    say(story, SOREN, "A sharper logo");
    routine(story, 2);
}

fn oddities(story: &mut History) {
    say(story, ADA, "Start the build again"); // changes nothing
    story.change("docs/überblick.md", |_, content| {
        let mut longer = content.to_vec();
        longer.extend_from_slice("\nGrüße aus Køge.\n".as_bytes());
        longer
    });
    let latin = Saying {
        author: SOREN,
        committer: None,
        earlier: 0,
        header: "encoding ISO-8859-1\n",
        message: b"Gr\xfc\xdfe in the overview\n",
    };
    // the name in this header is ISO 8859-1 as well, so it must be one that needs nothing more
    let latin = Saying {
        author: Author {
            name: "Soren Luczak",
            ..latin.author
        },
        ..latin
    };
    story.commit(&latin, &[]);
    story.change(&format!("{MAIN}Grid.java"), |_, content| {
        let text = String::from_utf8_lossy(content);
        text.replace("        return", "\t\treturn").into_bytes()
    });
    let mut armour = String::from("gpgsig -----BEGIN PGP SIGNATURE-----\n \n");
    for _ in 0..6 {
        armour.push(' ');
        for _ in 0..64 {
            let letter = b'a' + story.draw.below(26) as u8;
            armour.push(char::from(letter));
        }
        armour.push('\n');
    }
    armour.push_str(" -----END PGP SIGNATURE-----\n");
    let signed = Saying {
        author: ADA,
        committer: None,
        earlier: 0,
        header: &armour,
        message: b"LAT-51 Tabs before return\n\nOnly white space changes.\n\nSigned-off-by: Ada Brandt <ada@example.org>\n",
    };
    story.commit(&signed, &[]);
    // a clock that was three days slow: this commit seems older than its parent
    story.change(&format!("{MAIN}Cursor.java"), |draw, content| {
        edited(draw, content, 4)
    });
    story.wait(-3 * 86_400 - 200_000);
    say(story, JUN, "LAT-52 The cursor stops at the end");
    story.wait(3 * 86_400 + 200_000);
}

fn release(story: &mut History) {
    story.on("release/1.0");
    story.write("VERSION", Mode::Plain, b"1.0.0\n".to_vec());
    say(story, ADA, "Version 1.0.0");
    let tip = story.tip();
    let first = story.annotate(
        "v1.0.0",
        tip,
        ADA,
        "Version 1.0.0\n\nNames may be in any script: 設計, Überblick.\n",
    );
    story.annotate("stable", first, JUN, "What is stable\n");
    let note = story
        .store
        .put(Kind::Blob, b"a tag may name any object\n".to_vec());
    story.mark("tags/note", note);
    story.on("main");
    routine(story, 2);
    story.change(&format!("{MAIN}storage/Writer.java"), |draw, content| {
        edited(draw, content, 7)
    });
    say(story, SOREN, "LAT-55 Flush before closing");
    let fixed: Rc<[u8]> = story
        .file(&format!("{MAIN}storage/Writer.java"))
        .content
        .clone();
    story.on("release/1.0");
    story.write(&format!("{MAIN}storage/Writer.java"), Mode::Plain, fixed);
    let picked = Saying {
        author: SOREN,
        committer: Some(ADA),
        earlier: 90_000,
        header: "",
        message: b"LAT-55 Flush before closing\n\n(cherry picked by hand)\n",
    };
    story.commit(&picked, &[]);
    story.write("VERSION", Mode::Plain, b"1.0.1\n".to_vec());
    say(story, ADA, "Version 1.0.1");
    let tip = story.tip();
    story.mark("tags/v1.0.1", tip);
    story.mark("remotes/origin/release/1.0", tip);
    story.on("main");
}

fn topics(story: &mut History) {
    for (topic, name) in [("topic/ranges", "Ranges"), ("topic/digests", "Digests")] {
        story.on("main");
        story.on(topic);
        story.change(&format!("{MAIN}{name}.java"), |draw, content| {
            edited(draw, content, 8)
        });
        say(story, JUN, &format!("LAT-58 {name} are final"));
    }
    story.on("main");
    let merged = story.take(&["topic/ranges", "topic/digests"]);
    let both = "Merge branches 'topic/ranges' and 'topic/digests'\n";
    commit(story, ADA, both, &merged);
    story.on("experiment");
    for _ in 0..3 {
        story.change("README.md", |draw, content| edited(draw, content, 3));
        add_class(story, "experiment/", "Trial", 2_000);
        say(story, SOREN, "Try something else");
    }
    story.on("main");
    // a branch that was merged and never removed
    story.on("old");
    story.on("main");
    let tip = story.tip();
    story.mark("remotes/origin/main", tip);
    routine(story, 2);
}

/// The last commit is the repair of a fault: a class and its test, some twenty lines.
fn end(story: &mut History) {
    story.change(&format!("{MAIN}Ranges.java"), |draw, content| {
        edited(draw, content, 9)
    });
    story.change(&format!("{TEST}RangesTest.java"), |_, content| {
        let text = String::from_utf8_lossy(content);
        let body = text.trim_end().trim_end_matches('}');
        format!(
            "{body}\n    @Test\n    public void emptyRangesHaveNoEnd() {{\n        final Ranges subject = new Ranges(0);\n        equal(0, subject.countRow(0));\n        equal(0, subject.countRow(1));\n        equal(-1, subject.findCursor(0));\n        equal(-1, subject.findCursor(-1));\n    }}\n}}\n"
        )
        .into_bytes()
    });
    commit(
        story,
        ADA,
        "LAT-61 An empty range has no end\n\nThe end of an empty range was the row before its beginning, so that a walk\nbackwards never stopped.\n",
        &[],
    );
}
