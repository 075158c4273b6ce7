//! Worlds and chains from a seed: small numbers, so that ties and zeros happen.

use std::collections::BTreeMap;

use record::{Bytes, Count, Nanos, Packaging};
use scheduler::call::Call;
use scheduler::profile::{
    DataRoot, Growth, Handoff, Hosted, Known, Link, LinkSet, Locality, Profile, ReferenceTerms,
    ServerProfile, Spread, TierProfile, Timing, ToolProfile, Trust,
};
use scheduler::quantity::{BitsPerSecond, MicrodollarsPerHour, Milliwatts};
use scheduler::tier::Tier;
use serde_json::json;

use super::World;

/// Sebastiano Vigna's splitmix64.
pub struct Seed(pub u64);

impl Seed {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn flips(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    pub fn of<T: Clone>(&mut self, all: &[T]) -> T {
        let place =
            usize::try_from(self.below(u64::try_from(all.len()).expect("few"))).expect("few");
        all[place].clone()
    }

    /// From 0 to 1.
    pub fn unit(&mut self) -> f64 {
        scheduler::quantity::real(self.next() >> 11) / 9_007_199_254_740_992.0
    }

    /// Milliseconds, often round and sometimes none.
    fn millis(&mut self, most: u64) -> Nanos {
        Nanos(self.below(most) * 1_000_000)
    }
}

const PACKAGINGS: [Packaging; 3] = [
    Packaging::Reference,
    Packaging::Component,
    Packaging::ContainerReference,
];

/// A world of so many tiers; three are the paper's.
pub fn world(seed: &mut Seed, tiers: usize) -> World {
    let names = ["device", "edge", "cloud", "fog", "base"];
    let trusts = [Trust::Owner, Trust::Site, Trust::ThirdParty];
    let profiles: Vec<TierProfile> = (0..tiers)
        .map(|place| TierProfile {
            name: names[place].parse().expect("a tier's name"),
            host: "made up".to_owned(),
            trust: if place == 0 {
                Trust::Owner
            } else {
                seed.of(&trusts)
            },
            gpu: place == 0 || seed.flips(2),
            speed: 1.0,
            capacity: Known::Is(Count(1 + seed.below(3))),
            memory: Known::Is(Bytes(1_000 + seed.below(1_000))),
            retention: Known::Is(seed.millis(200)),
            external: Known::Is(BitsPerSecond(1_000_000 * (1 + seed.below(4)))),
            power: Known::Is(Milliwatts(seed.below(9_000))),
            price: Known::Is(MicrodollarsPerHour(seed.below(900_000))),
        })
        .collect();
    let tier = |place: u64| Tier::at(usize::try_from(place).expect("small")).expect("a tier");
    let count = u64::try_from(tiers).expect("few");
    let servers = 1 + seed.below(3);
    let mut known = BTreeMap::new();
    for server in 0..servers {
        let mut hosted = BTreeMap::new();
        for place in 0..count {
            let at = Hosted {
                packaging: seed.of(&PACKAGINGS),
                memory: Known::Is(Bytes(seed.below(1_200))),
                start: BTreeMap::new(),
            };
            let start = Known::Is(seed.millis(60));
            let mut at = at;
            at.start.insert(at.cold_class(), start);
            hosted.insert(tier(place), at);
        }
        let tools = (0..1 + seed.below(3))
            .map(|tool| (format!("t{tool}"), Known::Is(self::tool(seed, count))));
        let tools = tools.collect();
        known.insert(
            format!("s{server}"),
            ServerProfile {
                static_tier: seed.flips(2).then(|| tier(seed.below(count))),
                hosted,
                tools,
            },
        );
    }
    let pairs = (0..tiers).map(|low| (low + 1..tiers).map(|_| link(seed)).collect());
    let links = LinkSet {
        name: "made-up".to_owned(),
        source: "a seed".to_owned(),
        tiers,
        pairs: pairs.collect(),
    };
    let mut reference = ReferenceTerms::default();
    if seed.flips(2) && tiers >= 3 {
        reference
            .p_comm
            .push((Tier::DEVICE, Tier::EDGE, seed.unit()));
        reference
            .p_comm
            .push((Tier::DEVICE, Tier::CLOUD, seed.unit()));
    }
    World::of(Profile {
        name: "random".to_owned(),
        source: "a seed".to_owned(),
        tiers: profiles,
        home: Tier::DEVICE,
        handoff: seed.of(&[Handoff::Home, Handoff::Direct]),
        links: vec![links],
        data: (1..count.min(3))
            .map(|place| DataRoot {
                prefix: format!("/d{place}"),
                tier: tier(place),
            })
            .collect(),
        reference,
        servers: known,
    })
}

fn link(seed: &mut Seed) -> Link {
    // So many nanoseconds a byte, whole ones, so that sums are exact.
    let per_byte = seed.of(&[1, 2, 4, 5, 8, 10, 16, 20, 100]);
    Link {
        one_way: Known::Is(seed.millis(20)),
        bandwidth: Known::Is(BitsPerSecond(8_000_000_000 / per_byte)),
    }
}

pub fn tool(seed: &mut Seed, tiers: u64) -> ToolProfile {
    let mut execution = BTreeMap::new();
    for place in 0..tiers {
        let tier = Tier::at(usize::try_from(place).expect("small")).expect("a tier");
        let mut timings = BTreeMap::new();
        for packaging in PACKAGINGS {
            let typical = seed.millis(50);
            let growth = seed.flips(3).then(|| Growth {
                at: Bytes(seed.below(1_000)),
                per_megabyte: Nanos(1_000_000 * seed.below(100)),
            });
            let spread = if seed.flips(2) {
                Known::Is(Spread {
                    low: Nanos(typical.0 / 2),
                    high: Nanos(typical.0 * 2),
                    samples: Count(seed.below(30)),
                })
            } else {
                Known::Not("only once".to_owned())
            };
            timings.insert(
                packaging,
                Known::Is(Timing {
                    typical,
                    spread,
                    growth,
                }),
            );
        }
        execution.insert(tier, timings);
    }
    ToolProfile {
        locality: seed.of(&[
            Locality::Args,
            Locality::Args,
            Locality::External,
            Locality::Local,
        ]),
        private: seed.flips(3),
        gpu: seed.flips(5),
        wasi: !seed.flips(4),
        input: Known::Is(Bytes(seed.below(1_000_000))),
        output: Known::Is(Bytes(seed.below(1_000_000))),
        execution,
    }
}

/// A chain of so many calls, each of which may need earlier ones.
pub fn chain(seed: &mut Seed, world: &World, calls: usize) -> Vec<Call> {
    let tools: Vec<(&String, &String)> = world
        .profile
        .servers
        .iter()
        .flat_map(|(server, known)| known.tools.keys().map(move |tool| (server, tool)))
        .collect();
    (0..calls)
        .map(|index| {
            let (server, tool) = seed.of(&tools);
            let arguments = match seed.below(6) {
                0 => json!({"path": "/home/me/x"}),
                1 => json!({"paths": ["/d1/x", "/d1/../d1/y"]}),
                2 => json!({"source": "/d1/x", "note": "/d2/y"}),
                3 => json!({"rows": [{"path": "/index.html"}, {"path": "/d1/z"}]}),
                _ => json!({"text": "hello"}),
            };
            let mut depends_on = Vec::new();
            for before in 0..index {
                if seed.flips(2) {
                    depends_on.push(before);
                }
            }
            Call {
                server: server.clone(),
                tool: tool.clone(),
                arguments,
                input: Bytes(seed.below(100_000)),
                output: Bytes(seed.below(100_000)),
                depends_on,
            }
        })
        .collect()
}
