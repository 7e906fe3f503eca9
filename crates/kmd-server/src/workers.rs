//! The threads that serve connections, one a core.
//!
//! A connection stays on the thread that it was given to. So a request is read,
//! signed and answered without waking another thread, which costs more than the
//! signature does.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, oneshot};

/// With more connections than this on a thread they take turns: what so many may
/// want at once takes longer than a millisecond.
const CROWD: usize = 64;
/// So many have their turn before others are looked at again.
const TURNS: usize = 64;

/// Begins to serve a connection, on the thread that it was given to.
type Begin = Box<dyn FnOnce() + Send>;

/// The threads. They end when this is dropped.
pub(crate) struct Workers(Vec<Worker>);

struct Worker {
    connections: UnboundedSender<Begin>,
    load: Arc<Load>,
}

/// What a thread has to do.
pub(crate) struct Load {
    connections: AtomicUsize,
    /// It is the only thread, since there is one core.
    is_only: bool,
    /// Held by connections whose turn it is.
    turns: Semaphore,
}

impl Load {
    fn new(is_only: bool) -> Self {
        Self {
            connections: AtomicUsize::new(0),
            is_only,
            turns: Semaphore::new(TURNS),
        }
    }
}

impl Default for Load {
    fn default() -> Self {
        Self::new(false)
    }
}

/// Many connections on one thread, none of which has its turn before [`Crowd::begin`].
#[cfg(test)]
pub(crate) struct Crowd {
    load: Arc<Load>,
    _seats: Vec<Seat>,
}

#[cfg(test)]
impl Crowd {
    pub(crate) fn waiting() -> Self {
        let load = Arc::new(Load::default());
        let crowd = Self {
            _seats: (0..CROWD).map(|_| Seat::of(&load)).collect(),
            load,
        };
        crowd.wait();
        crowd
    }

    /// From now on nobody has a turn.
    pub(crate) fn wait(&self) {
        assert_eq!(self.load.turns.forget_permits(TURNS), TURNS);
    }

    /// The seat of one more.
    pub(crate) fn seat(&self) -> Seat {
        Seat::of(&self.load)
    }

    /// From now on all have their turns.
    pub(crate) fn begin(&self) {
        self.load.turns.add_permits(TURNS);
    }
}

/// A connection's seat on its thread, for as long as it is there.
pub(crate) struct Seat(Arc<Load>);

impl Seat {
    pub(crate) fn of(load: &Arc<Load>) -> Self {
        load.connections.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(load))
    }

    /// Whether the thread may wait awake for the next request: no other connection
    /// waits for it, and no peer for its core.
    pub(crate) fn may_stay_awake(&self) -> bool {
        !self.0.is_only && self.0.connections.load(Ordering::Relaxed) == 1
    }

    /// Whether so many connections are on the thread that they take turns.
    pub(crate) fn is_crowded(&self) -> bool {
        self.0.connections.load(Ordering::Relaxed) > CROWD
    }

    /// Waits, in a crowd, for the turn to do what takes as long as to answer a
    /// request. A thread looks at its connections in the order in which something
    /// happened to them: this lets it look at all of them first, so that who does not
    /// wait here is answered before thousands who do.
    pub(crate) async fn turn(&self) {
        if self.is_crowded() {
            // It is never closed.
            let _turn = self.0.turns.acquire().await;
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Workers {
    /// Starts so many threads.
    ///
    /// # Errors
    /// When the system gives no more threads or descriptors.
    pub(crate) fn start(count: usize) -> io::Result<Self> {
        let start = |number| Worker::start(number, count == 1);
        (0..count).map(start).collect::<io::Result<_>>().map(Self)
    }

    /// Gives a connection to the thread that has the fewest. `begin` runs there,
    /// and keeps the seat for as long as it serves.
    pub(crate) fn give(&self, begin: impl FnOnce(Seat) + Send + 'static) {
        let least = self
            .0
            .iter()
            .min_by_key(|worker| worker.load.connections.load(Ordering::Relaxed));
        if let Some(worker) = least {
            let seat = Seat::of(&worker.load);
            // A thread that is gone took its connections with it.
            let _ = worker.connections.send(Box::new(move || begin(seat)));
        }
    }

    /// Returns yes when each thread has had its turn, and no when one is gone.
    pub(crate) async fn all_answer(&self) -> bool {
        let ask = |worker: &Worker| {
            let (answer, answered) = oneshot::channel();
            // Who asked may have gone; a thread that is gone drops the question.
            let _ = worker.connections.send(Box::new(move || {
                let _ = answer.send(());
            }));
            answered
        };
        let asked: Vec<_> = self.0.iter().map(ask).collect();
        for answered in asked {
            if answered.await.is_err() {
                return false;
            }
        }
        true
    }
}

impl Worker {
    fn start(number: usize, is_only: bool) -> io::Result<Self> {
        let (connections, coming) = unbounded_channel();
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new()
            .name(format!("kmd-worker-{number}"))
            .spawn(move || runtime.block_on(serve(coming)))?;
        Ok(Self {
            connections,
            load: Arc::new(Load::new(is_only)),
        })
    }
}

async fn serve(mut coming: UnboundedReceiver<Begin>) {
    while let Some(begin) = coming.recv().await {
        begin();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn connections_are_spread_evenly() {
        let workers = Workers::start(3).unwrap();
        let (sender, receiver) = mpsc::channel();
        for _ in 0..9 {
            let sender = sender.clone();
            workers.give(move |seat| {
                let name = thread::current().name().map(ToOwned::to_owned);
                sender.send((name, seat)).unwrap();
            });
        }
        drop(sender);
        let given: Vec<_> = receiver.iter().collect();
        let mut counts = HashMap::new();
        for (name, _) in &given {
            *counts.entry(name.clone()).or_insert(0) += 1;
        }
        assert_eq!(counts.into_values().collect::<Vec<_>>(), [3, 3, 3]);
    }

    #[tokio::test]
    async fn a_thread_that_hangs_does_not_answer() {
        let workers = Workers::start(2).unwrap();
        assert!(workers.all_answer().await);
        let (free, hanging) = mpsc::channel::<()>();
        workers.give(move |_| {
            let _ = hanging.recv();
        });
        let asked = tokio::time::timeout(Duration::from_millis(50), workers.all_answer());
        assert!(asked.await.is_err());
        drop(free);
        assert!(workers.all_answer().await);
    }

    #[tokio::test]
    async fn a_thread_that_is_gone_is_noticed() {
        let workers = Workers::start(2).unwrap();
        workers.give(|_| panic!("a test"));
        assert!(!workers.all_answer().await);
    }

    #[test]
    fn only_a_thread_with_time_and_a_core_to_spare_stays_awake() {
        for (threads, alone, together) in [(1, false, false), (2, true, false)] {
            let workers = Workers::start(threads).unwrap();
            let seat = || Seat::of(&workers.0[0].load);
            let first = seat();
            assert_eq!(first.may_stay_awake(), alone, "{threads}");
            let _second = seat();
            assert_eq!(first.may_stay_awake(), together, "{threads}");
        }
    }

    /// How many had their turn each time that somebody else was looked at.
    async fn turns(count: usize) -> Vec<usize> {
        let load = Arc::new(Load::default());
        let done = Arc::new(AtomicUsize::new(0));
        let seats: Vec<_> = (0..count).map(|_| Seat::of(&load)).collect();
        for seat in seats {
            let done = Arc::clone(&done);
            tokio::spawn(async move {
                seat.turn().await;
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
        let other = tokio::spawn(async move {
            let mut seen = vec![done.load(Ordering::Relaxed)];
            while seen.last() < Some(&count) {
                tokio::task::yield_now().await;
                seen.push(done.load(Ordering::Relaxed));
            }
            seen
        });
        other.await.unwrap()
    }

    #[tokio::test]
    async fn in_a_crowd_some_have_their_turn_and_then_others() {
        assert_eq!(turns(CROWD).await, [CROWD]);
        let seen = turns(10 * CROWD).await;
        assert_eq!(seen[0], 0);
        let most = seen.windows(2).map(|two| two[1] - two[0]).max().unwrap();
        assert!((TURNS / 2..=TURNS).contains(&most), "{seen:?}");
    }

    #[test]
    fn a_place_that_is_left_is_filled_first() {
        let workers = Workers::start(2).unwrap();
        let (sender, receiver) = mpsc::channel();
        let give = || {
            let sender = sender.clone();
            workers.give(move |seat| sender.send((thread::current().id(), seat)).unwrap());
            receiver.recv().unwrap()
        };
        let (first, seat) = give();
        let (second, _kept) = give();
        assert_ne!(first, second);
        drop(seat);
        assert_eq!(give().0, first);
    }
}
