//! Waiting for a peer: until it does something, it is late, or the daemon stops.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rustix::net::RecvFlags;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::time::{Duration, Instant, Sleep};

use crate::workers::Seat;

/// How long after the stop something is looked for that came before it.
const LAST_LOOK: Duration = Duration::from_millis(5);

/// What a connection is made over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync + 'static {
    /// Ready when there is something to read, so that memory for it is taken only then.
    fn poll_readable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>>;
    /// Says to the peer that nothing more comes.
    fn end_writing(&self);
    /// Looks at what comes next without taking it.
    fn peek(&self, room: &mut [u8]);
}

macro_rules! stream {
    ($($stream:ty),*) => {$(
        impl Stream for $stream {
            fn poll_readable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.poll_read_ready(context)
            }

            fn end_writing(&self) {
                // The peer may be gone, which is as good.
                let _ = rustix::net::shutdown(self, rustix::net::Shutdown::Write);
            }

            fn peek(&self, room: &mut [u8]) {
                // Where nothing can be seen, that is how it looks.
                let _ = rustix::net::recv(self, room, RecvFlags::PEEK | RecvFlags::DONTWAIT);
            }
        }
    )*};
}

stream!(TcpStream, UnixStream);

/// Why waiting for a peer ended.
#[derive(Debug)]
pub(crate) enum Interrupted {
    /// It took too long.
    Late,
    /// The daemon stops.
    Stopping,
    /// It is gone.
    Broken,
}

impl From<io::Error> for Interrupted {
    fn from(_: io::Error) -> Self {
        Self::Broken
    }
}

/// A peer, and what may end the wait for it.
pub(crate) struct Peer<S> {
    stream: S,
    seat: Seat,
    deadline: Deadline,
    stopping: Stopping,
}

impl<S: Stream> Peer<S> {
    pub(crate) fn new(stream: S, stopping: watch::Receiver<bool>, seat: Seat) -> Self {
        Self {
            stream,
            seat,
            deadline: Deadline::new(),
            stopping: Stopping::new(stopping),
        }
    }

    /// What waits from now on ends after this time.
    pub(crate) fn allow(&mut self, time: Duration) {
        self.deadline.set(time);
    }

    /// How its next request begins, without the secrets that come later in one.
    pub(crate) fn peek(&self) -> [u8; 14] {
        let mut room = [0; 14];
        self.stream.peek(&mut room);
        room
    }

    /// Whether the thread may wait awake for what it sends next.
    pub(crate) fn may_stay_awake(&self) -> bool {
        self.seat.may_stay_awake()
    }

    /// Whether so many are on the thread that they take turns.
    pub(crate) fn is_crowded(&self) -> bool {
        self.seat.is_crowded()
    }

    /// Waits for its turn, in a crowd.
    pub(crate) async fn turn(&mut self) {
        self.seat.turn().await;
    }

    /// Whether the daemon stops.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.is_told()
    }

    /// Waits awake for a moment: most peers that send another request send it at
    /// once, and to fall asleep and be woken costs more than a signature.
    pub(crate) async fn expect(&mut self, moment: Duration) {
        // Of the system's clock: on a paused one a moment never ends.
        let begun = std::time::Instant::now();
        while begun.elapsed() < moment {
            let ready = std::future::poll_fn(|context| Poll::Ready(self.stream.poll_readable(context).is_ready()));
            if ready.await {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Waits until there is something to read.
    pub(crate) async fn readable(&mut self) -> Result<(), Interrupted> {
        std::future::poll_fn(|context| {
            if let Poll::Ready(result) = self.stream.poll_readable(context) {
                return Poll::Ready(result.map_err(Interrupted::from));
            }
            self.poll_interrupted(context).map(Err)
        })
        .await
    }

    /// Whether there is something to read that came before the daemon stopped:
    /// the system tells of it a moment later.
    pub(crate) async fn last_look(&mut self) -> bool {
        self.allow(LAST_LOOK);
        std::future::poll_fn(|context| {
            if let Poll::Ready(result) = self.stream.poll_readable(context) {
                return Poll::Ready(result.is_ok());
            }
            self.deadline.poll(context).map(|()| false)
        })
        .await
    }

    /// Reads what is there into `room`; 0 when the peer sends nothing more, and
    /// `None` when there was nothing after all.
    pub(crate) async fn read(&mut self, room: &mut [u8]) -> Result<Option<usize>, Interrupted> {
        let mut room = ReadBuf::new(room);
        std::future::poll_fn(|context| {
            let read = Pin::new(&mut self.stream).poll_read(context, &mut room);
            Poll::Ready(match read {
                Poll::Ready(result) => result.map(|()| Some(room.filled().len())).map_err(Interrupted::from),
                Poll::Pending => Ok(None),
            })
        })
        .await
    }

    /// Writes all of the slices. Each piece of progress begins the time anew.
    pub(crate) async fn write(
        &mut self,
        mut slices: &mut [io::IoSlice<'_>],
        time: Duration,
    ) -> Result<(), Interrupted> {
        io::IoSlice::advance_slices(&mut slices, 0);
        while !slices.is_empty() {
            self.allow(time);
            let written = std::future::poll_fn(|context| self.poll_write(context, slices)).await?;
            io::IoSlice::advance_slices(&mut slices, written);
        }
        Ok(())
    }

    fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<Result<usize, Interrupted>> {
        if let Poll::Ready(result) = Pin::new(&mut self.stream).poll_write_vectored(context, slices) {
            return Poll::Ready(match result {
                Ok(0) => Err(Interrupted::Broken),
                result => result.map_err(Interrupted::from),
            });
        }
        // An answer that is ready is not cut off at once.
        if self.stopping.is_told() {
            self.deadline.at = self.deadline.at.min(Instant::now() + super::TIME_TO_READ);
            return self.deadline.poll(context).map(|()| Err(Interrupted::Late));
        }
        self.poll_interrupted(context).map(|interrupted| match interrupted {
            // Comes here again, with less time.
            Interrupted::Stopping => Ok(0),
            other => Err(other),
        })
    }

    fn poll_interrupted(&mut self, context: &mut Context<'_>) -> Poll<Interrupted> {
        if self.stopping.poll(context).is_ready() {
            return Poll::Ready(Interrupted::Stopping);
        }
        ready!(self.deadline.poll(context));
        Poll::Ready(Interrupted::Late)
    }

    pub(crate) fn end_writing(&self) {
        self.stream.end_writing();
    }
}

/// A point in time that mostly moves on before it comes: the timer is set again
/// only when it goes off, or has to go off earlier.
struct Deadline {
    at: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Deadline {
    fn new() -> Self {
        let at = Instant::now();
        Self {
            at,
            timer: Box::pin(tokio::time::sleep_until(at)),
        }
    }

    fn set(&mut self, time: Duration) {
        self.at = after(time);
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.at < self.timer.deadline() {
            self.timer.as_mut().reset(self.at);
        }
        loop {
            ready!(self.timer.as_mut().poll(context));
            if self.timer.deadline() >= self.at {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(self.at);
        }
    }
}

/// The time after so long. A limit may be any number of seconds.
pub(crate) fn after(time: Duration) -> Instant {
    /// Longer than any connection lives, and no sum overflows.
    const LONGEST: Duration = Duration::from_secs(u32::MAX as u64);
    Instant::now() + time.min(LONGEST)
}

/// Whether the daemon was told to stop.
struct Stopping {
    told: watch::Receiver<bool>,
    wait: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// `wait` is over, and must not be polled again.
    seen: bool,
}

impl Stopping {
    fn new(told: watch::Receiver<bool>) -> Self {
        let mut receiver = told.clone();
        Self {
            told,
            wait: Box::pin(async move { stopped(&mut receiver).await }),
            seen: false,
        }
    }

    fn is_told(&self) -> bool {
        *self.told.borrow() || self.told.has_changed().is_err()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.seen {
            ready!(self.wait.as_mut().poll(context));
            self.seen = true;
        }
        Poll::Ready(())
    }
}

/// Returns when the daemon stops.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, and the daemon with it.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
