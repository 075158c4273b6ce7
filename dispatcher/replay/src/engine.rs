//! Virtual time: events in order, from the first agent's first call to the last one's last answer.
//!
//! A call is decided, travels to its tier, waits there for a slot, starts an instance where none is up, runs, and its answer
//! travels back; then the calls that waited for it are decided. All times are whole nanoseconds, and what happens in the
//! same nanosecond happens in the order in which it came to be due, so equal inputs give equal results to the byte. Memory is
//! held for agents that are under way, not for those that are done.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use record::Nanos;
use scheduler::tier::Tier;

use crate::arrival::{Arrivals, Gaps};
use crate::chain::{Chain, narrow, wide};
use crate::handing::Handing;
use crate::instances::Instances;
use crate::place::{Place, Room, Waiting};

/// What a call costs on one tier, as far as it is known; what is not known is nothing here, and is told where it is added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// From the dispatcher to the tier: the link's latency, and the arguments at its bandwidth.
    pub up: Nanos,
    /// Starting an instance where none is up.
    pub cold_start: Nanos,
    /// Running the tool.
    pub execution: Nanos,
    /// Back to the dispatcher: the link's latency, and the answer at its bandwidth.
    pub down: Nanos,
}

/// How many calls of agents under way are held in memory unless less is asked for, at 40 bytes or so each.
pub const MOST_AT_ONCE: u64 = 50_000_000;

/// What is replayed: the calls, what each costs where, and what the tiers offer.
#[derive(Clone, Debug)]
pub struct World {
    /// The calls of an agent.
    pub chain: Chain,
    /// The server of each call, by number from 0; instances are kept for each.
    pub servers: Vec<usize>,
    /// What each call costs on each tier: the tiers of call 0, those of call 1, …
    pub steps: Vec<Step>,
    /// How answers go straight on from tier to tier; none where each goes home and out again.
    pub handing: Option<Handing>,
    /// What the model takes before each call.
    pub thinking: Vec<Nanos>,
    /// What a decision takes.
    pub decision: Nanos,
    /// What each tier offers.
    pub rooms: Vec<Room>,
    /// How many calls of agents under way may be held. Agents that come faster than they are answered become more and more: a replay
    /// that would hold more ends there.
    pub most_at_once: u64,
}

/// Says where calls run.
pub trait Placer {
    /// Whether it is asked for each call at the moment when it is due. One that is not is asked beforehand, and sees nothing.
    const ASKED: bool;

    /// The tier of a call, by number; none where no tier may run it.
    fn place(&mut self, call: usize, now: Nanos, seen: &Seen<'_>) -> Option<usize>;
}

/// What is seen of the tiers when a call is placed.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The tiers.
    pub places: &'a [Place],
    /// The instances on tiers that each agent has one of its own of: those of the agent whose call it is.
    own: &'a Instances,
}

impl Seen<'_> {
    /// Until when an instance of this server stays on a tier that is up there now; none where none is.
    pub fn warm_until(&self, tier: usize, server: usize, now: Nanos) -> Option<Nanos> {
        let place = self.places.get(tier)?;
        let instances = if place.room().own {
            self.own
        } else {
            &place.instances
        };
        instances.warm_until(server, now)
    }
}

/// Where each call runs, decided beforehand.
#[derive(Clone, Debug)]
pub struct Fixed(pub Vec<usize>);

impl Placer for Fixed {
    const ASKED: bool = false;

    fn place(&mut self, call: usize, _: Nanos, _: &Seen<'_>) -> Option<usize> {
        self.0.get(call).copied()
    }
}

/// A call that has been answered, in virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The agent, by the order of coming, from 0.
    pub agent: u64,
    /// The call's place in the chain, from 0.
    pub call: usize,
    /// The tier, by number.
    pub tier: usize,
    /// When all that it waited for had been answered.
    pub due: Nanos,
    /// What it waited for a slot.
    pub waited: Nanos,
    /// Whether an instance had to be started.
    pub cold: bool,
    /// When its answer had arrived.
    pub at: Nanos,
}

/// An agent that has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The agent, by the order of coming, from 0.
    pub agent: u64,
    /// When it came.
    pub came: Nanos,
    /// When its last answer had arrived, or no tier was found for a call.
    pub at: Nanos,
    /// The call for which no tier was found.
    pub refused: Option<usize>,
}

/// Takes what happens.
pub trait Sink {
    /// A call was answered.
    fn answered(&mut self, answered: &Answered);
    /// An agent came to its end.
    fn ended(&mut self, ended: &Ended);
}

/// What a replay came to.
#[derive(Clone, Debug)]
pub struct Ran {
    /// When the last event was.
    pub end: Nanos,
    /// How many calls were answered.
    pub calls: u64,
    /// How many agents were under way at once at most: what memory was held for.
    pub most_agents: usize,
    /// The tiers at the end.
    pub places: Vec<Place>,
    /// Whether it ended because more agents were under way than may be held.
    pub overrun: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: u64,
    /// Events of the same time stand in the order in which they were made.
    order: u64,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// An agent comes.
    Come,
    /// A call is due to be decided.
    Decide { agent: u32, call: u32 },
    /// A call has reached its tier.
    Arrive { agent: u32, call: u32 },
    /// A call has run.
    Ran { agent: u32, call: u32 },
}

/// An agent that is under way.
#[derive(Clone, Copy, Debug)]
struct Agent {
    number: u64,
    came: u64,
    /// How many of its calls are not answered.
    open: u32,
    /// How many of its calls are under way.
    flying: u32,
    refused: Option<u32>,
    /// When its last answer so far arrives.
    last: u64,
}

/// A call that is under way.
#[derive(Clone, Copy, Debug, Default)]
struct Flight {
    tier: u32,
    needs: u32,
    due: u64,
    arrived: u64,
    waited: u64,
    cold: bool,
}

struct Engine<'a, P, S> {
    world: &'a World,
    placer: &'a mut P,
    sink: &'a mut S,
    places: Vec<Place>,
    events: BinaryHeap<Reverse<Event>>,
    order: u64,
    agents: Vec<Agent>,
    free: Vec<u32>,
    /// The instances that each agent under way has for itself alone.
    own: Vec<Instances>,
    servers: usize,
    /// One for each call of each agent under way.
    flights: Vec<Flight>,
    come: u64,
    wanted: u64,
    arrivals: Arrivals,
    gaps: Gaps,
    answered: u64,
    end: u64,
    overrun: bool,
}

/// Replays this many agents.
pub fn run<P: Placer, S: Sink>(
    world: &World,
    agents: u64,
    arrivals: Arrivals,
    seed: u64,
    placer: &mut P,
    sink: &mut S,
) -> Ran {
    let mean = match arrivals {
        Arrivals::Together => Nanos(0),
        Arrivals::Poisson { gap } => gap,
        Arrivals::ThinkTime { think, .. } => think,
    };
    let servers = world.servers.iter().max().map_or(0, |last| last + 1);
    let places = world.rooms.iter().map(|room| Place::new(*room, servers));
    let mut engine = Engine {
        world,
        placer,
        sink,
        places: places.collect(),
        events: BinaryHeap::new(),
        order: 0,
        agents: Vec::new(),
        free: Vec::new(),
        own: Vec::new(),
        servers,
        flights: Vec::new(),
        come: 0,
        wanted: agents,
        arrivals,
        gaps: Gaps::new(seed, mean),
        answered: 0,
        end: 0,
        overrun: false,
    };
    engine.start();
    engine.turn();
    Ran {
        end: Nanos(engine.end),
        calls: engine.answered,
        most_agents: engine.agents.len(),
        places: engine.places,
        overrun: engine.overrun,
    }
}

impl<P: Placer, S: Sink> Engine<'_, P, S> {
    /// Has the first agents come.
    fn start(&mut self) {
        let first = match self.arrivals {
            // One at a time, so that those that have not come take no memory.
            Arrivals::Together | Arrivals::Poisson { .. } => 1,
            Arrivals::ThinkTime { users, .. } => u64::from(users.max(1)).min(self.wanted),
        };
        for _ in 0..first.min(self.wanted) {
            let gap = match self.arrivals {
                Arrivals::Together => 0,
                _ => self.gaps.draw(),
            };
            self.push(gap, What::Come);
        }
    }

    fn turn(&mut self) {
        while let Some(Reverse(event)) = self.events.pop() {
            if self.overrun {
                return;
            }
            match event.what {
                What::Come => self.come(event.at),
                What::Decide { agent, call } => {
                    self.decide(agent, call, event.at);
                    self.close(agent);
                }
                What::Arrive { agent, call } => self.arrive(agent, call, event.at),
                What::Ran { agent, call } => self.ran(agent, call, event.at),
            }
        }
    }

    fn push(&mut self, at: u64, what: What) {
        self.order += 1;
        let order = self.order;
        self.events.push(Reverse(Event { at, order, what }));
    }

    fn come(&mut self, now: u64) {
        if self.come >= self.wanted {
            return;
        }
        if self.free.is_empty() && !self.fits_one_more() {
            self.overrun = true;
            self.end = self.end.max(now);
            return;
        }
        let number = self.come;
        self.come += 1;
        match self.arrivals {
            Arrivals::Together => self.push(now, What::Come),
            Arrivals::Poisson { .. } => {
                let at = now.saturating_add(self.gaps.draw());
                self.push(at, What::Come);
            }
            // The user's next agent comes after this one's end.
            Arrivals::ThinkTime { .. } => {}
        }
        let calls = self.world.chain.calls();
        let agent = Agent {
            number,
            came: now,
            open: narrow(calls),
            flying: 0,
            refused: None,
            last: now,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.agents[wide(slot)] = agent;
                self.own[wide(slot)].clear();
                slot
            }
            None => {
                self.agents.push(agent);
                // A profile has one home; of several such tiers the first one's retention would count.
                let mut rooms = self.world.rooms.iter();
                let own = rooms.find(|room| room.own);
                let retention = own.and_then(|room| room.retention);
                self.own.push(Instances::new(retention, self.servers));
                self.flights
                    .resize(self.agents.len() * calls, Flight::default());
                u32::try_from(self.agents.len() - 1).expect("memory ends before 2^32 agents")
            }
        };
        let first = wide(slot) * calls;
        for (flight, &needs) in self.flights[first..first + calls]
            .iter_mut()
            .zip(self.world.chain.needs())
        {
            flight.needs = needs;
        }
        for (call, &needs) in self.world.chain.needs().iter().enumerate() {
            if needs == 0 {
                self.issue(slot, narrow(call), now);
            }
        }
        self.close(slot);
    }

    fn fits_one_more(&self) -> bool {
        let held = self.flights.len() + self.world.chain.calls();
        u64::try_from(held).is_ok_and(|held| held <= self.world.most_at_once)
    }

    fn flight(&mut self, agent: u32, call: u32) -> &mut Flight {
        let calls = self.world.chain.calls();
        &mut self.flights[wide(agent) * calls + wide(call)]
    }

    /// A call of which all that it waits for is answered at `due`.
    fn issue(&mut self, agent: u32, call: u32, due: u64) {
        self.agents[wide(agent)].flying += 1;
        let at = due
            .saturating_add(self.world.thinking[wide(call)].0)
            .saturating_add(self.world.decision.0);
        self.flight(agent, call).due = due;
        if P::ASKED {
            self.push(at, What::Decide { agent, call });
        } else {
            self.decide(agent, call, at);
        }
    }

    fn decide(&mut self, agent: u32, call: u32, now: u64) {
        let seen = Seen {
            places: &self.places,
            own: &self.own[wide(agent)],
        };
        let tier = self.placer.place(wide(call), Nanos(now), &seen);
        let Some(tier) = tier.filter(|&tier| tier < self.places.len()) else {
            let of = &mut self.agents[wide(agent)];
            of.refused.get_or_insert(call);
            of.flying -= 1;
            of.last = of.last.max(now);
            return;
        };
        let up = match self.handed(agent, call, tier) {
            Some(handed) => handed.0,
            None => self.step(call, tier).up.0,
        };
        let flight = self.flight(agent, call);
        flight.tier = narrow(tier);
        self.push(now.saturating_add(up), What::Arrive { agent, call });
    }

    /// What a call waits for what it is made from, where that comes straight from the tiers that gave it.
    fn handed(&self, agent: u32, call: u32, tier: usize) -> Option<Nanos> {
        let handing = self.world.handing.as_ref()?;
        let first = wide(agent) * self.world.chain.calls();
        let flights = &self.flights[first..];
        let given = |before: usize| Tier::at(wide(flights[before].tier)).unwrap_or_default();
        let up = handing.up(wide(call), Tier::at(tier)?, given)?;
        Some(up.get().copied().unwrap_or_default())
    }

    fn step(&self, call: u32, tier: usize) -> Step {
        self.world.steps[wide(call) * self.places.len() + tier]
    }

    fn arrive(&mut self, agent: u32, call: u32, now: u64) {
        let flight = self.flight(agent, call);
        flight.arrived = now;
        let tier = wide(flight.tier);
        if self.places[tier].enter(now) {
            self.begin(agent, call, now);
        } else {
            self.places[tier].wait(Waiting { agent, call });
        }
    }

    /// The instances that an agent's calls meet on a tier.
    fn instances(&mut self, agent: u32, tier: usize) -> &mut Instances {
        if self.places[tier].room().own {
            &mut self.own[wide(agent)]
        } else {
            &mut self.places[tier].instances
        }
    }

    /// Runs a call that has a slot.
    fn begin(&mut self, agent: u32, call: u32, now: u64) {
        let server = self.world.servers[wide(call)];
        let tier = wide(self.flight(agent, call).tier);
        let cold = !self.instances(agent, tier).take(server, now);
        let step = self.step(call, tier);
        let flight = self.flight(agent, call);
        flight.waited = now - flight.arrived;
        flight.cold = cold;
        let start = if cold { step.cold_start.0 } else { 0 };
        let at = now.saturating_add(start).saturating_add(step.execution.0);
        self.push(at, What::Ran { agent, call });
    }

    fn ran(&mut self, agent: u32, call: u32, now: u64) {
        let server = self.world.servers[wide(call)];
        let flight = *self.flight(agent, call);
        let tier = wide(flight.tier);
        self.instances(agent, tier).keep(server, now);
        if let Some(next) = self.places[tier].leave(now) {
            self.begin(next.agent, next.call, now);
        }
        let handing = self.world.handing.as_ref();
        let down = match handing.is_none_or(|handing| handing.goes_home(wide(call))) {
            true => self.step(call, tier).down.0,
            false => 0,
        };
        let at = now.saturating_add(down);
        let of = &mut self.agents[wide(agent)];
        of.open -= 1;
        of.flying -= 1;
        of.last = of.last.max(at);
        let (number, refused) = (of.number, of.refused.is_some());
        self.answered += 1;
        self.sink.answered(&Answered {
            agent: number,
            call: wide(call),
            tier,
            due: Nanos(flight.due),
            waited: Nanos(flight.waited),
            cold: flight.cold,
            at: Nanos(at),
        });
        self.end = self.end.max(at);
        let world = self.world;
        for &next in world.chain.next(call) {
            let flight = self.flight(agent, next);
            flight.needs -= 1;
            // What is due is known by the latest answer, which need not be this one.
            flight.due = if flight.needs + 1 == world.chain.needs()[wide(next)] {
                at
            } else {
                flight.due.max(at)
            };
            let (ready, due) = (flight.needs == 0, flight.due);
            if ready && !refused {
                self.issue(agent, next, due);
            }
        }
        self.close(agent);
    }

    /// Ends an agent of which nothing is under way: once, because whatever happens to an agent happens while something is.
    fn close(&mut self, agent: u32) {
        let of = self.agents[wide(agent)];
        if of.flying > 0 {
            return;
        }
        let at = of.last;
        self.end = self.end.max(at);
        self.sink.ended(&Ended {
            agent: of.number,
            came: Nanos(of.came),
            at: Nanos(at),
            refused: of.refused.map(wide),
        });
        self.free.push(agent);
        if let Arrivals::ThinkTime { .. } = self.arrivals {
            let at = at.saturating_add(self.gaps.draw());
            self.push(at, What::Come);
        }
    }
}
