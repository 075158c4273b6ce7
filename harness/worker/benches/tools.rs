//! Every tool at small and large input, component against native: a warm round trip over pipes, as the client sees it.

mod built;

use std::time::Duration;

use built::Bench;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use harness::clock::Monotonic;
use harness::peer::Peer;

fn tools(criterion: &mut Criterion) {
    let bench = Bench::of(|server| server.table);
    let built = &bench.built;
    let clock = Monotonic::new();
    for server in &bench.servers {
        for call in server.timed() {
            let mut group = criterion.benchmark_group(format!("{}/{}", server.name, call.id));
            for made in built
                .subjects
                .iter()
                .filter(|made| made.server == server.name)
            {
                let subject = bench.subject(made);
                let (places, _scratch) = bench.places();
                let arguments = places
                    .resolve(&call.arguments)
                    .expect("the data set has every file");
                let mut peer = Peer::start(&subject, places, &clock).expect("the subject starts");
                group.bench_function(BenchmarkId::from_parameter(made.packaging), |bencher| {
                    bencher.iter_custom(|times| {
                        let mut took = 0;
                        for _ in 0..times {
                            peer.prepare(call, &clock)
                                .expect("the call can be prepared");
                            let request = peer.render(&call.tool, &arguments);
                            let reply = peer.ask(&request, &clock).expect("an answer");
                            took += reply.took.0;
                            // Judged outside of the clock: a wrong answer has no speed.
                            let result = reply.result().expect("a result");
                            subject
                                .judge(call, &peer.places, &result)
                                .expect("the right answer");
                        }
                        Duration::from_nanos(took)
                    });
                });
                peer.end(&clock);
            }
            group.finish();
        }
    }
}

criterion_group! {
    name = benches;
    // There are over a hundred cells; `harness table3` takes longer ones, with intervals and a record.
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(800));
    targets = tools
}
criterion_main!(benches);
