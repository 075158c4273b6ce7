//! Pictures: nothing overlaps, nothing leaves the frame, and every number that is shown is in the table.

use figures::{ColdStart, DensityPlot, ExecutionRatio, LoadPlot, Picture};

use crate::Planted;

/// A text of a picture with the room that it takes.
#[derive(Debug)]
struct Label {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// The texts of an SVG. Letters are taken as wide as those of the widest usual fallback font are on average.
fn labels(svg: &str) -> Vec<Label> {
    let mut labels = Vec::new();
    for part in svg.split("<text ").skip(1) {
        let attribute = |name: &str| {
            let from = part.find(&format!("{name}=\"")).expect("the attribute") + name.len() + 2;
            part[from..].split('"').next().expect("its end").to_owned()
        };
        let number = |name: &str| attribute(name).parse::<f64>().expect("a number");
        let text = part
            .split_once('>')
            .and_then(|(_, rest)| rest.split_once("</text>"))
            .expect("a text")
            .0
            .trim();
        let text = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        let letters: f64 = text.chars().map(|_| 0.56).sum();
        let (size, x, y) = (number("font-size"), number("x"), number("y"));
        let width = size * letters;
        let left = match attribute("text-anchor").as_str() {
            "start" => x,
            "middle" => x - width / 2.0,
            _ => x - width,
        };
        labels.push(Label {
            text,
            left,
            right: left + width,
            top: y - size / 2.0,
            bottom: y + size / 2.0,
        });
    }
    labels
}

/// Whether white ground was laid right before this text was written, so that no line runs through it.
fn is_on_white(svg: &str, text: &str) -> bool {
    let (before, _) = svg.split_once(&format!("\n{text}\n")).expect("a text");
    let (before, _) = before.rsplit_once("<text ").expect("its element");
    let ground = before.rsplit('<').next().unwrap_or_default();
    ground.starts_with("rect ") && ground.contains("fill=\"#FFFFFF\"")
}

fn check(picture: &impl Picture) -> Vec<Label> {
    let svg = picture.svg().expect("drawn");
    let (width, height) = picture.size();
    let labels = labels(&svg);
    for (index, one) in labels.iter().enumerate() {
        let inside = one.left >= 0.0
            && one.right <= f64::from(width)
            && one.top >= 0.0
            && one.bottom <= f64::from(height);
        assert!(inside, "it leaves the picture: {one:?}");
        for other in &labels[index + 1..] {
            let across = one.left < other.right && other.left < one.right;
            let down = one.top < other.bottom && other.top < one.bottom;
            assert!(!(across && down), "they overlap: {one:?} {other:?}");
        }
    }
    let png = picture.png().expect("drawn");
    assert!(
        png.len() < 1_000_000,
        "{} bytes are too many for a repository",
        png.len()
    );
    labels
}

#[test]
fn labels_have_room_and_are_of_the_table() {
    let report = Planted::new().report();
    let cold_start = check(&ColdStart::new(&report.cold_start));
    let shown: Vec<&str> = cold_start.iter().map(|label| label.text.as_str()).collect();
    for row in &report.cold_start.rows {
        let text = report.cold_start.cell(row, "cold_start").text();
        assert!(
            shown.iter().any(|shown| shown.starts_with(&text)),
            "{text} is not in the picture"
        );
    }
    for tick in ["100 µs", "1 ms", "10 ms", "100 ms", "1 s"] {
        assert!(shown.contains(&tick), "{tick}");
    }
    assert!(
        shown
            .iter()
            .any(|text| text.contains("Planted(R) Processor") && text.contains("testbed"))
    );

    let ratio = ExecutionRatio::new(&report.pages[2].0);
    let svg = ratio.svg().expect("drawn");
    assert!(is_on_white(&svg, "2.30×") && !is_on_white(&svg, "2×"));
    let ratio = check(&ratio);
    for text in ["1×", "2×", "2.30×", "filesystem  directory_tree-large"] {
        assert!(
            ratio.iter().any(|label| label.text == text),
            "{text} is not in the picture"
        );
    }
}

#[test]
fn plots_of_a_crowded_run_have_room_and_say_what_is_not_drawn() {
    let report = Planted::crowded().report();
    let page = |name| &report.page(name).expect("a page").0;
    let load = check(&LoadPlot::new(page("table3-load")));
    for text in [
        "noop  noop-small over stdio",
        "noop  noop-small over http",
        "closed loop",
        "open loop, 50 % of capacity",
        "open loop, 80 % of capacity",
        "component, a fresh instance for each call",
        "99th percentile",
        "calls in flight (log scale)",
        "calls answered a second (log scale)",
        "latency (log)",
        "16",
        "100,000",
        "1 ms",
    ] {
        assert!(
            load.iter().any(|label| label.text == text),
            "{text} is not in the picture"
        );
    }
    let missing =
        "Not drawn: noop noop-small http native, 16 in flight: failed: no answer in 30.0 s.";
    assert!(load.iter().any(|label| label.text == missing));

    // One loop alone has its two plots beside each other.
    let lone = Planted::new().report();
    let lone = check(&LoadPlot::new(&lone.page("table3-load").expect("a page").0));
    let of = |text: &str| lone.iter().filter(move |label| label.text == text).count();
    assert_eq!((of("closed loop"), of("latency (log)")), (2, 1));

    // No number of a plot is marked, so what the mark means is not said.
    let mark = report
        .cold_start
        .notes
        .iter()
        .find(|note| note.starts_with('†'));
    let mut marked = page("table3-load").clone();
    marked
        .notes
        .push(mark.expect("some were disturbed").clone());
    let marked = check(&LoadPlot::new(&marked));
    assert!(marked.iter().all(|label| !label.text.contains('†')));

    let density = DensityPlot::new(page("table3-density"));
    assert!(is_on_white(&density.svg().expect("drawn"), "58.2 kB each"));
    let density = check(&density);
    for text in [
        "memory of all servers together (log scale)",
        "one call among them (log scale)",
        "idle servers (log scale)",
        "1,000",
        "100 MB",
        "10 µs",
        "58.2 kB each",
        "1.10 MB each",
    ] {
        assert!(
            density.iter().any(|label| label.text == text),
            "{text} is not in the picture"
        );
    }
    assert!(density.iter().any(|label| {
        label
            .text
            .starts_with("Not drawn: memory of noop native among 1,000")
    }));
}
