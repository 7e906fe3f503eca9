//! One connection: HTTP/1.1 over a stream whose silence is bounded.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep};
use tracing::debug;

use crate::http::{self, Daemon};
use crate::limits::Limits;

/// Serves requests until the peer goes, a limit is passed, or the daemon stops.
pub(crate) async fn serve<S>(stream: S, daemon: Arc<Daemon>, mut stopping: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let phase = Phase::default();
    let stream = BoundedStream::new(stream, phase.clone(), &daemon.limits);
    let max_head = daemon.limits.header;
    let service = service_fn(move |request| http::handle(Arc::clone(&daemon), phase.clone(), request));
    let connection = http1::Builder::new()
        .max_buf_size(max_head)
        .header_read_timeout(None)
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stopped(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        debug!(%error, "connection ended");
    }
}

/// Returns when the daemon stops.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, and the daemon with it.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// What a connection is doing, which decides how long it may be silent.
#[derive(Clone, Default)]
pub(crate) struct Phase(Arc<AtomicU8>);

const IDLE: u8 = 0;
const HEAD: u8 = 1;
const BUSY: u8 = 2;

impl Phase {
    /// A head has been read; the request is being worked on.
    pub(crate) fn busy(&self) {
        self.0.store(BUSY, Ordering::Relaxed);
    }

    /// The answer is ready; the next request may come.
    pub(crate) fn idle(&self) {
        self.0.store(IDLE, Ordering::Relaxed);
    }
}

/// A stream that fails when it is silent for too long.
struct BoundedStream<S> {
    stream: S,
    phase: Phase,
    idle_timeout: Duration,
    head_timeout: Duration,
    stall_timeout: Duration,
    read: Timer,
    write: Timer,
}

/// A deadline that is set once for each reason to wait.
struct Timer {
    sleep: Pin<Box<Sleep>>,
    armed_for: Option<u8>,
}

impl Timer {
    fn new() -> Self {
        Self {
            sleep: Box::pin(sleep(Duration::ZERO)),
            armed_for: None,
        }
    }

    fn arm(&mut self, reason: u8, timeout: Duration) {
        if self.armed_for != Some(reason) {
            self.sleep.as_mut().reset(Instant::now() + timeout);
            self.armed_for = Some(reason);
        }
    }

    /// Fails when the deadline has passed.
    fn check<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        ready!(self.sleep.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S> BoundedStream<S> {
    fn new(stream: S, phase: Phase, limits: &Limits) -> Self {
        Self {
            stream,
            phase,
            idle_timeout: limits.idle_timeout,
            head_timeout: limits.header_timeout,
            stall_timeout: limits.body_timeout,
            read: Timer::new(),
            write: Timer::new(),
        }
    }

    /// The first byte of a head begins its own time, whatever follows it.
    fn received(&mut self) {
        let idle = self.phase.0.compare_exchange(IDLE, HEAD, Ordering::Relaxed, Ordering::Relaxed);
        if idle.is_ok() {
            self.read.arm(HEAD, self.head_timeout);
        }
    }

    fn silent<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        match self.phase.0.load(Ordering::Relaxed) {
            IDLE => self.read.arm(IDLE, self.idle_timeout),
            HEAD => self.read.arm(HEAD, self.head_timeout),
            // Whoever works on the request bounds it.
            _ => {
                self.read.armed_for = None;
                return Poll::Pending;
            }
        }
        self.read.check(context)
    }

    fn stalled<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        self.write.arm(BUSY, self.stall_timeout);
        self.write.check(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for BoundedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending => self.silent(context),
            ready => {
                self.received();
                ready
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for BoundedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Pending => self.stalled(context),
            ready => {
                self.write.armed_for = None;
                ready
            }
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write_vectored(context, slices) {
            Poll::Pending => self.stalled(context),
            ready => {
                self.write.armed_for = None;
                ready
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;
    use std::num::NonZeroUsize;

    fn limits() -> Limits {
        Limits {
            body: 1,
            header: 8192,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(120),
            connections: NonZeroUsize::MIN,
        }
    }

    /// Reads until the stream fails and tells after how many seconds.
    async fn fails_after(stream: &mut (impl AsyncRead + Unpin)) -> u64 {
        let started = Instant::now();
        let mut buffer = [0; 1];
        while stream.read(&mut buffer).await.is_ok() {}
        started.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_ends() {
        let (_peer, stream) = duplex(64);
        let mut stream = BoundedStream::new(stream, Phase::default(), &limits());
        assert_eq!(fails_after(&mut stream).await, 120);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_its_time_from_the_first_byte_on() {
        let (mut peer, stream) = duplex(64);
        let mut stream = BoundedStream::new(stream, Phase::default(), &limits());
        let drip = tokio::spawn(async move {
            while peer.write_all(b"x").await.is_ok() {
                sleep(Duration::from_secs(3)).await;
            }
        });
        assert_eq!(fails_after(&mut stream).await, 10);
        drip.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_does_not_read_ends() {
        let (_peer, stream) = duplex(4);
        let mut stream = BoundedStream::new(stream, Phase::default(), &limits());
        let started = Instant::now();
        assert!(stream.write_all(&[0; 64]).await.is_err());
        assert_eq!(started.elapsed().as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_not_silence() {
        let (_peer, stream) = duplex(64);
        let phase = Phase::default();
        phase.busy();
        let mut stream = BoundedStream::new(stream, phase, &limits());
        let read = tokio::time::timeout(Duration::from_secs(1000), fails_after(&mut stream));
        assert!(read.await.is_err());
    }
}
