//! The large history: 2,000 files and a pack of 30 MB, most of it pictures and measurements, as in repositories that grew by themselves.
use super::code::{class, dense, edited, extent, joined, measured, page, table};
use super::history::{Author, History, Mode, Saying};
use crate::draw::Draw;
use crate::prose::capital;
use crate::seed::Seed;
use crate::text::phrase;

const AUTHORS: [Author; 4] = [
    Author {
        name: "Mira Holt",
        mail: "mira@example.org",
        zone: "+0200",
    },
    Author {
        name: "Tomás Vega",
        mail: "tomas@example.org",
        zone: "-0300",
    },
    Author {
        name: "Nkem Adeyemi",
        mail: "nkem@example.net",
        zone: "+0100",
    },
    Author {
        name: "build robot",
        mail: "robot@example.org",
        zone: "+0000",
    },
];

/// 2023-05-02 09:30 UTC.
const BEGIN: i64 = 1_683_019_800;

/// Files of the last commit: 40 modules of 50, of which the last module has two less, and two beside them.
const MODULES: u32 = 40;
const CODE: u32 = 37;
const TABLES: u32 = 8;
const DENSE: u32 = 5;

/// Modules of the first commit; the others come one a commit.
const AT_FIRST: u32 = 32;

/// Commits after the first.
const COMMITS: u32 = 47;

/// Mean size of a file that cannot be compressed: it makes the pack 30 MB.
const DENSE_BYTES: u32 = 114_000;

/// Tells the history.
pub(super) fn tell(seed: Seed) -> History {
    let mut history = History::new(Draw::of(seed, "git/large"), BEGIN);
    let story = &mut history;
    let lines = page(&mut story.draw, "Observatory", 8_000);
    story.write("README.md", Mode::Plain, joined(&lines));
    story.write("CHANGELOG.md", Mode::Plain, b"# Changes\n".to_vec());
    for module in 0..AT_FIRST {
        add(story, module);
    }
    commit(story, "Import\n", &[]);
    for number in 1..=COMMITS {
        if number == 20 {
            story.on("calibration");
        }
        let module = AT_FIRST + number / 5;
        if number % 5 == 0 && module <= MODULES {
            add(story, module - 1);
        }
        work(story, number);
        if number == 24 {
            story.on("main");
            rework(story);
            let merged = story.take(&["calibration"]);
            commit(story, "Merge branch 'calibration'\n", &merged);
        }
        if number % 12 == 0 {
            let tip = story.tip();
            let (name, robot) = (format!("r{}", number / 12), AUTHORS[3]);
            story.annotate(&name, tip, robot, &format!("Release {}\n", number / 12));
        }
    }
    let tip = story.tip();
    story.mark("remotes/origin/main", tip);
    history
}

fn folder(module: u32) -> String {
    format!("module-{module:02}/")
}

fn add(story: &mut History, module: u32) {
    let folder = folder(module);
    // README.md and CHANGELOG.md make up for two files of the last module
    let code = if module + 1 == MODULES {
        CODE - 2
    } else {
        CODE
    };
    for number in 0..code {
        // most are short, a few are long
        let bytes = 1_000 + story.draw.below(100) * story.draw.below(100) * 2;
        let name = format!("Part{number:02}");
        let package = format!("org.example.observatory.m{module:02}");
        let lines = class(&mut story.draw, &package, &name, bytes as usize);
        let path = format!("{folder}src/{name}.java");
        story.write(&path, Mode::Plain, joined(&lines));
    }
    for number in 0..TABLES {
        let bytes = story.draw.between(12_000, 44_000);
        let rows = table(&mut story.draw, bytes as usize);
        let path = format!("{folder}data/run-{number}.csv");
        story.write(&path, Mode::Plain, rows.into_bytes());
    }
    for number in 0..DENSE {
        let content = picture(&mut story.draw);
        let path = format!("{folder}assets/plate-{number}.bin");
        story.write(&path, Mode::Plain, content);
    }
}

fn picture(draw: &mut Draw) -> Vec<u8> {
    let bytes = draw.between(DENSE_BYTES / 2, DENSE_BYTES / 2 * 3);
    dense(draw, bytes as usize)
}

/// Three to twelve files of source, now and then a table or a picture, and a line in the list of changes, so that its versions are a long
/// chain of differences.
fn work(story: &mut History, number: u32) {
    for _ in 0..story.draw.between(3, 12) {
        let (module, part) = (story.draw.below(AT_FIRST), story.draw.below(CODE));
        let path = format!("{}src/Part{part:02}.java", folder(module));
        story.change(&path, |draw, content| {
            let count = extent(draw);
            edited(draw, content, count)
        });
    }
    if number.is_multiple_of(3) {
        // the first modules have theirs moved: see `rework`
        let module = story.draw.between(3, AT_FIRST - 1);
        let path = format!("{}data/run-{}.csv", folder(module), number % TABLES);
        story.change(&path, |draw, content| measured(draw, content, 20));
    }
    if number.is_multiple_of(16) {
        let content = picture(&mut story.draw);
        let path = format!("{}assets/plate-{}.bin", folder(number / 2), number % DENSE);
        story.write(&path, Mode::Plain, content);
    }
    let words = story.draw.between(3, 7);
    let summary = capital(&phrase(&mut story.draw, words));
    story.change("CHANGELOG.md", |_, content| {
        let mut longer = content.to_vec();
        longer.extend_from_slice(format!("- {number}: {summary}\n").as_bytes());
        longer
    });
    commit(story, &format!("OBS-{number} {summary}\n"), &[]);
}

/// What happens on `main` while the branch is worked on: one file moves, one goes and one comes.
fn rework(story: &mut History) {
    story.rename("module-00/assets/plate-0.bin", "module-00/assets/cover.bin");
    story.rename("module-01/data/run-0.csv", "module-01/data/first.csv");
    story.remove("module-02/data/run-7.csv");
    let rows = table(&mut story.draw, 20_000);
    story.write("module-02/data/run-8.csv", Mode::Plain, rows.into_bytes());
    commit(story, "Order the data\n", &[]);
}

fn commit(story: &mut History, message: &str, merged: &[super::object::Id]) {
    let author = AUTHORS[story.draw.weighted(&[5, 4, 3, 1])];
    let said = Saying {
        author,
        committer: None,
        earlier: 0,
        header: "",
        message: message.as_bytes(),
    };
    story.commit(&said, merged);
}
