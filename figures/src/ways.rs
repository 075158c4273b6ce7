//! The cold start in other ways than Table III's: over HTTP, and from the disk.

use record::{Metric, Packaging, PageCache, Published, Ratio, Record, Transport, Wire};

use crate::group::{Group, Groups, Key, cold};
use crate::order::{SPREADS, provenance, servers};
use crate::table::{Cell, Column, Row, Table};

/// A way to the first answer.
type Way = (Transport, PageCache);

const PLAIN: Way = (Transport::Stdio, PageCache::Warm);
const WEB: Way = (Transport::Http, PageCache::Warm);
const DISK: Way = (Transport::Stdio, PageCache::Dropped);

/// A row for each server and packaging, where a container was asked over HTTP or anything was started from the disk; ratios say how many times
/// the component's it is.
pub fn ways(record: &Record, published: &[Published]) -> Table {
    let groups = Groups::of(record);
    let asked = groups.all.keys().any(|key| {
        let web = key.packaging.is_contained() && key.transport == Some(Transport::Http);
        web || key.page_cache == Some(PageCache::Dropped)
    });
    let mut rows = Vec::new();
    for (server, packagings) in servers(&groups, record, published) {
        if !asked {
            break;
        }
        for packaging in packagings {
            let of = |way| found(&groups, &server, packaging, Metric::FirstAnswer, way);
            if of(WEB).is_none() && of(DISK).is_none() {
                continue;
            }
            let ours = |way| {
                let component = Packaging::Component;
                let metric = Metric::FirstAnswer;
                found(&groups, &server, component, metric, way).map(|(_, group)| group)
            };
            let phase = |metric| {
                let found = found(&groups, &server, packaging, metric, WEB);
                number(found.map(|(_, group)| group), metric)
            };
            let through = of(WEB).and_then(|(key, _)| key.proxy.clone());
            let cell = |way| estimate(of(way).map(|(_, group)| group));
            let over = |way| over(of(way).map(|(_, group)| group), ours(way), packaging);
            rows.push(Row::plain(vec![
                Cell::words(&server),
                Cell::words(packaging.name()),
                Cell::words("ns"),
                cell(PLAIN),
                cell(WEB),
                over(WEB),
                Cell::words(through.unwrap_or_default()),
                phase(Metric::FirstAnswerCreate),
                phase(Metric::FirstAnswerStart),
                cell(DISK),
                over(DISK),
            ]));
        }
    }
    Table {
        name: "table3-ways",
        title: "The first answer over HTTP, and from the disk".to_owned(),
        columns: vec![
            Column::words("server", "server"),
            Column::words("packaging", "packaging"),
            Column::words("unit", "unit"),
            Column::estimate("stdio", "stdio"),
            Column::estimate("http", "HTTP"),
            Column::number("http_over_component", "HTTP / component"),
            Column::words("through", "through"),
            Column::number("http_create", "HTTP: create container"),
            Column::number("http_start", "HTTP: start container"),
            Column::estimate("dropped", "page cache dropped"),
            Column::number("dropped_over_component", "dropped / component"),
        ],
        rows,
        notes: vec![
            provenance(record),
            SPREADS.to_owned(),
            "Over HTTP: from before the start to the whole answer to `initialize` in a session of 2025-11-25; a container is knocked each millisecond until it opens. Through: what stands in front of an original that knows pipes alone, in an image of its own beside the original's; over stdio it is asked without.".to_owned(),
            "Page cache dropped: over stdio, with every file of the machine to be read again.".to_owned(),
        ],
    }
}

/// The cold starts of a subject that were made in this way.
fn found<'a>(
    groups: &'a Groups,
    server: &'a str,
    packaging: Packaging,
    metric: Metric,
    (transport, page_cache): Way,
) -> Option<(&'a Key, &'a Group)> {
    let mut of_subject = groups.of_subject(server, packaging, metric);
    of_subject.find(|(key, _)| {
        key.start == Some(cold(packaging))
            && key.transport == Some(transport)
            && key.page_cache == Some(page_cache)
            && matches!(key.wire, None | Some(Wire::V2025_11_25))
    })
}

fn estimate(group: Option<&Group>) -> Cell {
    let Some(group) = group else {
        return Cell::Empty;
    };
    match group.summary(Metric::FirstAnswer) {
        Some(summary) => Cell::Estimate(summary.estimate()).disturbed(group.disturbed),
        None => Cell::Missing(
            group
                .why
                .as_ref()
                .map_or_else(|| "not measured".to_owned(), crate::group::explain),
        ),
    }
}

fn number(group: Option<&Group>, metric: Metric) -> Cell {
    let summary = group.and_then(|group| group.summary(metric));
    summary.map_or(Cell::Empty, |summary| {
        Cell::Quantity(summary.quantity(summary.median))
    })
}

/// How many times the component's it is; of the component itself nothing.
fn over(one: Option<&Group>, component: Option<&Group>, packaging: Packaging) -> Cell {
    let (one, component) = (estimate(one), estimate(component));
    let ratio = one.real().zip(component.real().filter(|&ours| ours > 0.0));
    let ratio = ratio.filter(|_| packaging != Packaging::Component);
    ratio.map_or(Cell::Empty, |(one, ours)| Cell::Ratio(Ratio(one / ours)))
}
