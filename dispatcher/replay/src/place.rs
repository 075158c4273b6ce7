//! A tier while it is replayed: what runs, what waits, and which servers are still warm.

use std::collections::VecDeque;

use record::Nanos;

use crate::instances::Instances;

/// What a tier offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// How many calls it runs at once; none where it is not limited, or each agent has one of its own.
    pub capacity: Option<u32>,
    /// How long an instance that has nothing to do stays: nothing where each call starts one, none where it stays for ever.
    pub retention: Option<Nanos>,
    /// Whether each agent has one of its own, whose instances serve no other agent.
    pub own: bool,
}

/// A tier in virtual time.
#[derive(Clone, Debug)]
pub struct Place {
    room: Room,
    running: u32,
    waiting: VecDeque<Waiting>,
    /// Instances that serve whoever comes.
    pub(crate) instances: Instances,
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
            instances: Instances::new(room.retention, servers),
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

    /// What it offers.
    pub(crate) fn room(&self) -> Room {
        self.room
    }

    /// How many calls run at once at most; none where there is no limit.
    pub fn capacity(&self) -> Option<u32> {
        self.room.capacity
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

    fn count(&mut self, now: u64) {
        self.busy = self.busy(Nanos(now));
        self.since = now;
    }
}
