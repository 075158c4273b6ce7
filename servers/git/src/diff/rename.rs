//! Finds deleted files that appeared under another name: the same content first, then the same name, then the most alike.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::change::{Change, Side};
use super::similarity::{self, MOST, Runs};
use crate::failure::Failure;
use crate::object::Mode;
use crate::oid::Oid;
use crate::repository::Repository;

/// Half alike is a rename.
const LEAST: u64 = MOST / 2;
/// A file that kept its name has to be three quarters alike to be taken without looking further.
const LEAST_WITH_NAME: u64 = LEAST + (MOST - LEAST) / 2;
/// Beyond so many pairs only equal contents are looked for (git's default limit of 1000, squared).
const MOST_PAIRS: usize = 1_000_000;
/// git keeps so many candidates for each new file.
const CANDIDATES: usize = 4;
/// Contents that are read for comparing are never larger together.
const MOST_BYTES: u64 = 256 << 20;

/// Joins deletions and additions that are renames; the others stay as they are.
pub fn detect(repository: &Repository, changes: Vec<Change>) -> Result<Vec<Change>, Failure> {
    if repository.config.flag("diff.renames") == Some(false) {
        return Ok(changes);
    }
    let can_move = |side: &Side| side.mode != Mode::SUBMODULE;
    let mut old: Vec<Source> = Vec::new();
    let mut new: Vec<Target> = Vec::new();
    for change in &changes {
        match (&change.old, &change.new) {
            (Some(side), None) if can_move(side) && !change.conflict => old.push(Source::of(side)),
            (None, Some(side)) if can_move(side) && !change.conflict => new.push(Target::of(side)),
            _ => {}
        }
    }
    if old.is_empty() || new.is_empty() {
        return Ok(changes);
    }
    equal(&mut old, &mut new);
    let left = old.iter().filter(|source| !source.used).count();
    let wanted = new.iter().filter(|target| target.from.is_none()).count();
    if left > 0 && wanted > 0 {
        let mut contents = Contents::new(repository);
        by_name(&mut contents, &mut old, &mut new)?;
        if left.saturating_mul(wanted) <= MOST_PAIRS {
            alike(&mut contents, &mut old, &mut new)?;
        }
    }
    let found: BTreeMap<Vec<u8>, (Side, u64)> = new
        .into_iter()
        .filter_map(|target| {
            let (at, score) = target.from?;
            Some((target.side.path, (old[at].side.clone(), score * 100 / MOST)))
        })
        .collect();
    let mut result = Vec::with_capacity(changes.len());
    for mut change in changes {
        match (&change.old, &change.new) {
            (Some(side), None) if found.values().any(|(from, _)| from.path == side.path) => {}
            (None, Some(side)) => {
                if let Some((from, percent)) = found.get(&side.path) {
                    change.old = Some(from.clone());
                    change.alike = Some(*percent);
                }
                result.push(change);
            }
            _ => result.push(change),
        }
    }
    Ok(result)
}

struct Source {
    side: Side,
    used: bool,
}

impl Source {
    fn of(side: &Side) -> Source {
        Source {
            side: side.clone(),
            used: false,
        }
    }
}

struct Target {
    side: Side,
    /// Which source it comes from, and the score.
    from: Option<(usize, u64)>,
}

impl Target {
    fn of(side: &Side) -> Target {
        Target {
            side: side.clone(),
            from: None,
        }
    }
}

fn base_name(path: &[u8]) -> &[u8] {
    &path[memchr::memrchr(b'/', path).map_or(0, |at| at + 1)..]
}

/// Takes equal contents for renames, and among several the one with the same name.
fn equal(old: &mut [Source], new: &mut [Target]) {
    let mut by_content: BTreeMap<Oid, Vec<usize>> = BTreeMap::new();
    for (at, source) in old.iter().enumerate() {
        by_content.entry(source.side.oid).or_default().push(at);
    }
    for target in new {
        let same = by_content.get(&target.side.oid).into_iter().flatten();
        let free = same.copied().filter(|at| {
            !old[*at].used && old[*at].side.mode.is_file() == target.side.mode.is_file()
        });
        let free: Vec<usize> = free.take(100).collect();
        let name = base_name(&target.side.path);
        let best = free
            .iter()
            .find(|at| base_name(&old[**at].side.path) == name);
        if let Some(at) = best.or(free.first()) {
            old[*at].used = true;
            target.from = Some((*at, MOST));
        }
    }
}

/// Takes files whose name is unique among what is left on both sides, if they are alike enough.
fn by_name(
    contents: &mut Contents<'_>,
    old: &mut [Source],
    new: &mut [Target],
) -> Result<(), Failure> {
    let mut names: BTreeMap<Vec<u8>, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (at, source) in old.iter().enumerate().filter(|(_, source)| !source.used) {
        let name = base_name(&source.side.path).to_vec();
        names.entry(name).or_default().0.push(at);
    }
    for (at, target) in new.iter().enumerate().filter(|(_, t)| t.from.is_none()) {
        let name = base_name(&target.side.path).to_vec();
        names.entry(name).or_default().1.push(at);
    }
    for (from, to) in names.values() {
        if let ([from], [to]) = (&from[..], &to[..]) {
            let score = contents.score(&old[*from].side, &new[*to].side, LEAST_WITH_NAME)?;
            if score >= LEAST_WITH_NAME {
                old[*from].used = true;
                new[*to].from = Some((*from, score));
            }
        }
    }
    Ok(())
}

/// Takes the pairs that are most alike, the best first.
fn alike(
    contents: &mut Contents<'_>,
    old: &mut [Source],
    new: &mut [Target],
) -> Result<(), Failure> {
    // score, whether the names are equal, target, source
    let mut pairs: Vec<(u64, bool, usize, usize)> = Vec::new();
    for (to, target) in new.iter().enumerate().filter(|(_, t)| t.from.is_none()) {
        let mut best: Vec<(u64, bool, usize, usize)> = Vec::new();
        for (from, source) in old.iter().enumerate().filter(|(_, source)| !source.used) {
            let score = contents.score(&source.side, &target.side, LEAST)?;
            if score >= LEAST {
                let name = base_name(&source.side.path) == base_name(&target.side.path);
                best.push((score, name, to, from));
            }
        }
        best.sort_by_key(|pair| Reverse((pair.0, pair.1)));
        best.truncate(CANDIDATES);
        pairs.append(&mut best);
    }
    pairs.sort_by_key(|pair| Reverse((pair.0, pair.1)));
    for (score, _, to, from) in pairs {
        if new[to].from.is_none() && !old[from].used {
            old[from].used = true;
            new[to].from = Some((from, score));
        }
    }
    Ok(())
}

/// Contents that were read and cut into runs, each once.
struct Contents<'a> {
    repository: &'a Repository,
    runs: BTreeMap<(Oid, bool), Runs>,
    sizes: BTreeMap<Oid, u64>,
    bytes: u64,
}

impl Contents<'_> {
    fn new(repository: &Repository) -> Contents<'_> {
        Contents {
            repository,
            runs: BTreeMap::new(),
            sizes: BTreeMap::new(),
            bytes: 0,
        }
    }

    fn score(&mut self, old: &Side, new: &Side, least: u64) -> Result<u64, Failure> {
        if !old.mode.is_file() || !new.mode.is_file() {
            return Ok(0);
        }
        let (a, b) = (self.size(old)?, self.size(new)?);
        if a == 0 || b == 0 || similarity::too_far(a.max(b), a.min(b), least) {
            return Ok(0);
        }
        if !self.load(old)? || !self.load(new)? {
            return Ok(0);
        }
        let runs = (
            self.runs.get(&(old.oid, old.work)),
            self.runs.get(&(new.oid, new.work)),
        );
        let (Some(old), Some(new)) = runs else {
            return Ok(0);
        };
        Ok(old.score(new, least))
    }

    fn size(&mut self, side: &Side) -> Result<u64, Failure> {
        if let Some(size) = self.sizes.get(&side.oid) {
            return Ok(*size);
        }
        let size = if side.work {
            side.content(self.repository)?.len() as u64
        } else {
            let looked = self.repository.store.look(&side.oid);
            looked.map_err(|fault| fault.at(&side.path))?.1
        };
        self.sizes.insert(side.oid, size);
        Ok(size)
    }

    /// Whether the side's runs are there; past the bound nothing more is read, and nothing more is found.
    fn load(&mut self, side: &Side) -> Result<bool, Failure> {
        let key = (side.oid, side.work);
        if self.runs.contains_key(&key) {
            return Ok(true);
        }
        if self.bytes > MOST_BYTES {
            return Ok(false);
        }
        let content = side.content(self.repository)?;
        self.bytes += content.len() as u64;
        self.runs.insert(key, Runs::of(&content));
        Ok(true)
    }
}
