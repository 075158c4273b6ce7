//! A tier while it is replayed: what runs, what waits, and which servers are still warm.

use std::collections::VecDeque;

use record::Nanos;

/// What a tier offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// How many calls it runs at once; none where it is not limited, or each agent has one of its own.
    pub capacity: Option<u32>,
    /// How long an instance that has nothing to do stays: nothing where each call starts one, none where it stays for ever.
    pub retention: Option<Nanos>,
}

/// A tier in virtual time.
#[derive(Clone, Debug)]
pub struct Place {
    room: Room,
    running: u32,
    waiting: VecDeque<Waiting>,
    /// When each idle instance of each server had last something to do, the earliest first.
    idle: Vec<VecDeque<u64>>,
    /// Since when `running` is what it is, and slots times nanoseconds until then.
    since: u64,
    busy: u128,
    longest: usize,
}

/// A call in a tier's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) agent: u32,
    pub(crate) call: u32,
}

impl Place {
    pub(crate) fn new(room: Room, servers: usize) -> Self {
        Self {
            room,
            running: 0,
            waiting: VecDeque::new(),
            idle: vec![VecDeque::new(); servers],
            since: 0,
            busy: 0,
            longest: 0,
        }
    }

    /// How many calls run.
    pub fn running(&self) -> u32 {
        self.running
    }

    /// How many calls wait for one that runs to end.
    pub fn queue(&self) -> usize {
        self.waiting.len()
    }

    /// How many calls run at once at most; none where there is no limit.
    pub fn capacity(&self) -> Option<u32> {
        self.room.capacity
    }

    /// Whether a call of this server would find an instance that is up.
    pub fn is_warm(&self, server: usize, now: Nanos) -> bool {
        let last = self.idle.get(server).and_then(VecDeque::back);
        last.is_some_and(|&since| self.stays(since, now.0))
    }

    /// Slots times nanoseconds that were in use until this moment.
    pub fn busy(&self, now: Nanos) -> u128 {
        self.busy + u128::from(now.0.saturating_sub(self.since)) * u128::from(self.running)
    }

    /// How long the queue ever was.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Takes a slot if there is one.
    pub(crate) fn enter(&mut self, now: u64) -> bool {
        let full = self
            .room
            .capacity
            .is_some_and(|capacity| self.running >= capacity);
        if !full {
            self.count(now);
            self.running += 1;
        }
        !full
    }

    /// Puts a call at the end of the queue.
    pub(crate) fn wait(&mut self, waiting: Waiting) {
        self.waiting.push_back(waiting);
        self.longest = self.longest.max(self.waiting.len());
    }

    /// Gives a slot back. Returns who has waited longest; the slot is theirs then.
    pub(crate) fn leave(&mut self, now: u64) -> Option<Waiting> {
        let next = self.waiting.pop_front();
        if next.is_none() {
            self.count(now);
            self.running -= 1;
        }
        next
    }

    /// Takes an instance of a server that is up: the one that was used last, so that the others may go. False where there is none.
    pub(crate) fn take(&mut self, server: usize, now: u64) -> bool {
        while let Some(&since) = self.idle[server].front() {
            if self.stays(since, now) {
                break;
            }
            self.idle[server].pop_front();
        }
        self.idle[server].pop_back().is_some()
    }

    /// Has an instance stay for the next call.
    pub(crate) fn keep(&mut self, server: usize, now: u64) {
        if self.room.retention != Some(Nanos(0)) {
            self.idle[server].push_back(now);
        }
    }

    fn stays(&self, since: u64, now: u64) -> bool {
        let retention = self.room.retention;
        retention.is_none_or(|Nanos(retention)| now <= since.saturating_add(retention))
    }

    fn count(&mut self, now: u64) {
        self.busy = self.busy(Nanos(now));
        self.since = now;
    }
}
