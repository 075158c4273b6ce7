//! Queues, instances and arrivals: against formulas, and against themselves.

use proptest::prelude::*;
use record::{Count, Nanos};
use replay::{
    Answered, Arrivals, Chain, Ended, Fixed, Load, MOST_AT_ONCE, Nothing, Placer, Room, Sink, Step,
    World, load, run,
};

const MS: u64 = 1_000_000;

/// One call after another on one tier, each of this execution time.
fn world(calls: usize, execution: u64, room: Room) -> World {
    let step = Step {
        up: Nanos(2 * MS),
        cold_start: Nanos(50 * MS),
        execution: Nanos(execution),
        down: Nanos(3 * MS),
    };
    World {
        chain: Chain::sequential(calls).expect("a chain"),
        servers: vec![0; calls],
        steps: vec![step; calls],
        handing: None,
        thinking: vec![Nanos(0); calls],
        decision: Nanos(0),
        rooms: vec![room],
        most_at_once: MOST_AT_ONCE,
    }
}

fn room(capacity: Option<u32>, retention: Option<u64>) -> Room {
    Room {
        capacity,
        retention: retention.map(Nanos),
        own: false,
    }
}

fn of(world: &World, agents: u64, arrivals: Arrivals, seed: u64) -> Load {
    let mut fixed = Fixed(vec![0; world.servers.len()]);
    load(world, agents, arrivals, seed, &mut fixed, &mut Nothing)
}

#[test]
fn agents_that_come_faster_than_they_are_answered_end_the_replay_and_not_the_memory() {
    let mut crowded = World {
        most_at_once: 600,
        ..world(3, 7 * MS, room(Some(1), None))
    };
    let a_second = Arrivals::Poisson { gap: Nanos(MS) };
    let over = of(&crowded, 1_000_000, a_second, 1);
    assert!(over.overrun);
    assert_eq!(over.most_agents, Count(200));
    assert!(over.end < Nanos(1000 * MS), "it ends when it is over");
    // As many as can be answered are held as long as they are under way, and no longer.
    crowded.rooms = vec![room(Some(100), None)];
    let borne = of(&crowded, 10_000, a_second, 1);
    assert!(!borne.overrun);
    assert_eq!(borne.agents.count(), 10_000);
}

#[test]
fn an_agent_alone_takes_the_sum_of_its_parts() {
    let alone = of(
        &world(3, 7 * MS, room(None, None)),
        1,
        Arrivals::Together,
        0,
    );
    // One cold start, three times link and execution.
    assert_eq!(alone.end, Nanos((50 + 3 * (2 + 7 + 3)) * MS));
    assert_eq!(alone.tiers[0].cold, 1);
    let scaled_to_zero = of(
        &world(3, 7 * MS, room(None, Some(0))),
        1,
        Arrivals::Together,
        0,
    );
    assert_eq!(scaled_to_zero.tiers[0].cold, 3);
    // An instance that is kept as long as the way home and back takes is just still there.
    let kept = of(
        &world(3, 7 * MS, room(None, Some(5 * MS))),
        1,
        Arrivals::Together,
        0,
    );
    assert_eq!(kept.tiers[0].cold, 1);
    let gone = of(
        &world(3, 7 * MS, room(None, Some(5 * MS - 1))),
        1,
        Arrivals::Together,
        0,
    );
    assert_eq!(gone.tiers[0].cold, 3);
}

#[test]
fn what_is_warm_on_one_agents_device_is_cold_on_anothers() {
    let mut world = world(3, 7 * MS, room(None, None));
    assert_eq!(
        of(
            &world,
            10,
            Arrivals::Poisson {
                gap: Nanos(1_000 * MS)
            },
            1
        )
        .tiers[0]
            .cold,
        1
    );
    world.rooms[0].own = true;
    let own = of(
        &world,
        10,
        Arrivals::Poisson {
            gap: Nanos(1_000 * MS),
        },
        1,
    );
    assert_eq!((own.tiers[0].cold, own.tiers[0].calls), (10, 30));
}

#[test]
fn independent_calls_run_side_by_side_as_far_as_there_is_room() {
    let side_by_side = |capacity| {
        let mut world = world(4, 10 * MS, room(capacity, None));
        world.chain = Chain::waiting(&[vec![], vec![0], vec![0], vec![1, 2]]).expect("a chain");
        of(&world, 1, Arrivals::Together, 0).end.0 / MS
    };
    // First and last one alone; the two between them together, one of them cold, or one after the other.
    assert_eq!(
        side_by_side(None),
        (2 + 50 + 10 + 3) + (2 + 50 + 10 + 3) + (2 + 10 + 3)
    );
    assert_eq!(
        side_by_side(Some(1)),
        (2 + 50 + 10 + 3) + (2 + 10 + 10 + 3) + (2 + 10 + 3)
    );
}

#[test]
fn a_single_server_waits_as_pollaczek_and_khinchine_say() {
    // M/D/1 at 80 % of its capacity: the mean wait is ρ·D / (2·(1 − ρ)), here twice the execution.
    let mut world = world(1, 8 * MS, room(Some(1), None));
    world.steps[0].cold_start = Nanos(0);
    let gap = Nanos(10 * MS);
    let queue = of(&world, 400_000, Arrivals::Poisson { gap }, 7);
    let mean = queue.waiting.mean().expect("calls").0;
    assert!((15 * MS..17 * MS).contains(&mean), "{mean}");
    let used = queue.tiers[0].used_permille.expect("a limit");
    assert!((790..810).contains(&used), "{used}");
    assert_eq!(queue.calls.count(), 400_000);
}

#[test]
fn so_many_users_are_never_more() {
    let world = world(2, 8 * MS, room(Some(2), None));
    let think = Nanos(MS);
    let users = of(&world, 10_000, Arrivals::ThinkTime { users: 5, think }, 3);
    assert_eq!(users.agents.count(), 10_000);
    assert!(users.most_agents.0 <= 5);
    assert!(users.tiers[0].longest <= 3);
}

#[test]
fn memory_is_held_for_agents_under_way_alone() {
    let world = world(4, MS, room(Some(8), Some(1_000 * MS)));
    let gap = Nanos(MS);
    let most = |agents| {
        of(&world, agents, Arrivals::Poisson { gap }, 1)
            .most_agents
            .0
    };
    let (few, many) = (most(2_000), most(200_000));
    assert!(many <= few + few / 2, "{few} of 2,000, {many} of 200,000");
}

/// Refuses one call.
struct Refusing(usize);

impl Placer for Refusing {
    const ASKED: bool = true;

    fn place(&mut self, call: usize, _: Nanos, _: &replay::Seen<'_>) -> Option<usize> {
        (call != self.0).then_some(0)
    }
}

#[test]
fn an_agent_whose_call_may_run_nowhere_ends_once_and_is_counted() {
    let mut world = world(4, MS, room(None, None));
    world.chain = Chain::waiting(&[vec![], vec![], vec![0, 1], vec![2]]).expect("a chain");
    for refused in 0..4 {
        let asked = load(
            &world,
            50,
            Arrivals::Together,
            0,
            &mut Refusing(refused),
            &mut Nothing,
        );
        assert_eq!((asked.refused, asked.agents.count()), (50, 0), "{refused}");
        let mut short = Fixed(vec![0; refused]);
        let fixed = load(&world, 50, Arrivals::Together, 0, &mut short, &mut Nothing);
        assert_eq!((fixed.refused, fixed.agents.count()), (50, 0), "{refused}");
    }
}

/// Everything that happened.
#[derive(Default, PartialEq, Debug)]
struct Tape(Vec<Answered>, Vec<Ended>);

impl Sink for Tape {
    fn answered(&mut self, answered: &Answered) {
        self.0.push(*answered);
    }

    fn ended(&mut self, ended: &Ended) {
        self.1.push(*ended);
    }
}

proptest! {
    #[test]
    fn every_call_is_answered_once_in_its_order_and_the_same_every_time(
        calls in 1_usize..6,
        agents in 1_u64..40,
        capacity in proptest::option::of(1_u32..4),
        retention in proptest::option::of(0_u64..100),
        gap in 1_u64..50,
        seed: u64,
        waits in proptest::collection::vec(proptest::collection::vec(0_usize..6, 0..3), 6),
    ) {
        let mut world = world(calls, 4 * MS, room(capacity, retention.map(|time| time * MS)));
        let depends_on: Vec<Vec<usize>> = (0..calls)
            .map(|call| waits[call].iter().copied().filter(|on| *on < call).collect())
            .collect();
        world.chain = Chain::waiting(&depends_on).expect("a chain");
        let arrivals = Arrivals::Poisson { gap: Nanos(gap * MS) };
        let tape = || {
            let mut tape = Tape::default();
            run(&world, agents, arrivals, seed, &mut Fixed(vec![0; calls]), &mut tape);
            tape
        };
        let Tape(answered, ended) = tape();
        prop_assert_eq!(&Tape(answered.clone(), ended.clone()), &tape());
        prop_assert_eq!(ended.len() as u64, agents);
        for agent in 0..agents {
            let mut own: Vec<&Answered> = answered.iter().filter(|one| one.agent == agent).collect();
            own.sort_by_key(|one| one.call);
            prop_assert_eq!(own.len(), calls);
            for (call, one) in own.iter().enumerate() {
                prop_assert_eq!(one.call, call);
                let due = depends_on[call].iter().map(|on| own[*on].at).max();
                let came = ended.iter().find(|end| end.agent == agent).map(|end| end.came);
                prop_assert_eq!(Some(one.due), due.or(came));
                let cold = if one.cold { 50 } else { 0 };
                prop_assert_eq!(one.at.0, one.due.0 + one.waited.0 + (2 + cold + 4 + 3) * MS);
            }
        }
    }
}
