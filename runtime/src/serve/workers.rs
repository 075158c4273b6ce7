//! Threads that each look after few connections, most of the time one, and run guests in place.
//!
//! No hop from a reactor to a worker and back: that costs more than a small call does. A guest that computes for long holds
//! up its own connection, which over HTTP/1 waits for its answer anyway.

use super::request::App;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::TcpStream;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;

/// A client may take so long to send a request's head.
const PATIENCE: Duration = Duration::from_secs(30);

struct Worker {
    connections: mpsc::UnboundedSender<TcpStream>,
    busy: Arc<AtomicUsize>,
    thread: std::thread::JoinHandle<()>,
}

/// The threads.
pub struct Workers {
    app: Arc<App>,
    most: usize,
    draining: watch::Receiver<bool>,
    workers: Vec<Worker>,
}

impl Workers {
    /// At most so many threads; each is started when it is first needed.
    pub fn new(app: Arc<App>, most: usize, draining: watch::Receiver<bool>) -> Workers {
        Workers {
            app,
            most,
            draining,
            workers: Vec::new(),
        }
    }

    /// Hands a connection to the thread that has fewest.
    pub fn hand(&mut self, connection: TcpStream) -> std::io::Result<()> {
        let least = self
            .workers
            .iter()
            .min_by_key(|worker| worker.busy.load(Ordering::Relaxed));
        let worker = match least {
            Some(worker)
                if worker.busy.load(Ordering::Relaxed) == 0 || self.workers.len() >= self.most =>
            {
                worker
            }
            _ => {
                let worker = self.start()?;
                self.workers.push(worker);
                &self.workers[self.workers.len() - 1]
            }
        };
        worker.busy.fetch_add(1, Ordering::Relaxed);
        // A thread that is gone closes the connection by dropping it.
        let _ = worker.connections.send(connection);
        Ok(())
    }

    /// Waits until every connection is over.
    pub fn join(self) {
        for worker in self.workers {
            drop(worker.connections);
            let _ = worker.thread.join();
        }
    }

    fn start(&self) -> std::io::Result<Worker> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let busy = Arc::new(AtomicUsize::new(0));
        let (app, draining, own) = (self.app.clone(), self.draining.clone(), busy.clone());
        let thread = std::thread::Builder::new()
            .name("connection".to_owned())
            .stack_size(512 << 10)
            .spawn(move || {
                let Ok(reactor) = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                else {
                    return;
                };
                let tasks = LocalSet::new();
                reactor.block_on(tasks.run_until(attend(app, draining, own, receiver)));
                reactor.block_on(tasks);
            })?;
        Ok(Worker {
            connections: sender,
            busy,
            thread,
        })
    }
}

async fn attend(
    app: Arc<App>,
    draining: watch::Receiver<bool>,
    busy: Arc<AtomicUsize>,
    mut connections: mpsc::UnboundedReceiver<TcpStream>,
) {
    while let Some(connection) = connections.recv().await {
        let (app, draining, busy) = (app.clone(), draining.clone(), busy.clone());
        tokio::task::spawn_local(async move {
            if let Ok(stream) = tokio::net::TcpStream::from_std(connection) {
                serve(app, draining, stream).await;
            }
            busy.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

async fn serve(app: Arc<App>, mut draining: watch::Receiver<bool>, stream: tokio::net::TcpStream) {
    let service = service_fn(|request| {
        let app = app.clone();
        async move { Ok::<_, Infallible>(app.answer(request).await) }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .max_buf_size(64 << 10)
            .serve_connection(TokioIo::new(stream), service)
    );
    let drained = async { draining.wait_for(|draining| *draining).await.is_ok() };
    tokio::select! {
        // What a client does to its connection is its own business.
        _ = connection.as_mut() => return,
        _ = drained => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
