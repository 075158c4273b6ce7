//! Instances of servers that have nothing to do, and for how long they stay.

use std::collections::VecDeque;

use record::Nanos;

/// The idle instances of one place, by server.
#[derive(Clone, Debug)]
pub struct Instances {
    /// How long one stays; none for ever.
    retention: Option<Nanos>,
    /// When each had last something to do, the earliest first.
    idle: Vec<VecDeque<u64>>,
}

impl Instances {
    pub(crate) fn new(retention: Option<Nanos>, servers: usize) -> Self {
        Self {
            retention,
            idle: vec![VecDeque::new(); servers],
        }
    }

    /// Until when an instance of this server stays that is up now; none where none is.
    pub fn warm_until(&self, server: usize, now: Nanos) -> Option<Nanos> {
        let last = *self.idle.get(server)?.back()?;
        let until = self.ends(last);
        (now.0 <= until).then_some(Nanos(until))
    }

    /// Takes one that is up: that which was used last, so that the others may go. False where there is none.
    pub(crate) fn take(&mut self, server: usize, now: u64) -> bool {
        while let Some(&since) = self.idle[server].front() {
            if now <= self.ends(since) {
                break;
            }
            self.idle[server].pop_front();
        }
        self.idle[server].pop_back().is_some()
    }

    /// Has one stay for the next call.
    pub(crate) fn keep(&mut self, server: usize, now: u64) {
        if self.retention != Some(Nanos(0)) {
            self.idle[server].push_back(now);
        }
    }

    /// Stops all of them.
    pub(crate) fn clear(&mut self) {
        self.idle.iter_mut().for_each(VecDeque::clear);
    }

    fn ends(&self, since: u64) -> u64 {
        let stays = self.retention.map_or(u64::MAX, |retention| retention.0);
        since.saturating_add(stays)
    }
}
