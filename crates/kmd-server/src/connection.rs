//! One connection: HTTP/1.1 over a stream whose silence is bounded.
//!
//! A connection is idle, sending a head, or being worked for. The first two have
//! a time limit each; whoever works on a request bounds its body. A watcher
//! beside the connection looks at the clock now and then, which costs the
//! requests themselves nothing but noting the time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tracing::debug;

use crate::http::{self, Daemon};
use crate::limits::Limits;

/// Serves requests until the peer goes, a limit is passed, or the daemon stops.
pub(crate) async fn serve<S>(stream: S, daemon: Arc<Daemon>, mut stopping: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::new();
    let watcher = activity.clone();
    let limits = daemon.limits.clone();
    let stream = NotedStream {
        stream,
        activity: activity.clone(),
    };
    let service = service_fn(move |request| http::handle(Arc::clone(&daemon), activity.clone(), request));
    let connection = http1::Builder::new()
        .max_buf_size(limits.header)
        .header_read_timeout(None)
        .title_case_headers(true)
        // Who closes its sending side after the request still wants the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = watcher.silent_for_too_long(&limits) => return,
        () = stopped(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                result = connection.as_mut() => result,
                () = watcher.nothing_to_finish() => return,
            }
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

/// What a connection is doing, and since when.
#[derive(Clone)]
pub(crate) struct Activity(Arc<Noted>);

struct Noted {
    phase: AtomicU8,
    /// Milliseconds after `started`.
    since: AtomicU64,
    started: Instant,
}

const IDLE: u8 = 0;
const HEAD: u8 = 1;
const BODY: u8 = 2;
const BUSY: u8 = 3;

impl Activity {
    fn new() -> Self {
        Self(Arc::new(Noted {
            phase: AtomicU8::new(IDLE),
            since: AtomicU64::new(0),
            started: Instant::now(),
        }))
    }

    /// A head has been read, and the body is being read.
    pub(crate) fn body(&self) {
        self.0.phase.store(BODY, Ordering::Relaxed);
    }

    /// The whole request has been read and is being worked on.
    pub(crate) fn busy(&self) {
        self.0.phase.store(BUSY, Ordering::Relaxed);
    }

    /// The answer is ready; the next request may come.
    pub(crate) fn idle(&self) {
        self.touch();
        self.0.phase.store(IDLE, Ordering::Release);
    }

    /// Bytes came. The first byte of a head begins its time, whatever follows.
    fn received(&self) {
        if self.0.phase.load(Ordering::Relaxed) == IDLE {
            self.touch();
            self.0.phase.store(HEAD, Ordering::Release);
        }
    }

    /// Bytes went: the peer reads.
    fn sent(&self) {
        self.touch();
    }

    fn touch(&self) {
        let milliseconds = self.0.started.elapsed().as_millis();
        self.0
            .since
            .store(milliseconds.try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Returns when no request is being worked on, and an answer that may be
    /// under way has had the time to be read.
    async fn nothing_to_finish(&self) {
        const TIME_TO_READ: Duration = Duration::from_secs(1);
        const LOOK_EVERY: Duration = Duration::from_millis(20);
        let since = |at: u64| self.0.started.elapsed().saturating_sub(Duration::from_millis(at));
        loop {
            match self.0.phase.load(Ordering::Acquire) {
                BUSY => {}
                IDLE if since(self.0.since.load(Ordering::Relaxed)) < TIME_TO_READ => {}
                _ => return,
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Returns when the connection has been silent for longer than it may be.
    /// Looks often enough to be late by a quarter of the shorter limit at most.
    async fn silent_for_too_long(&self, limits: &Limits) {
        let look_every = limits.header_timeout.min(limits.idle_timeout) / 4;
        loop {
            sleep(look_every).await;
            let allowed = match self.0.phase.load(Ordering::Acquire) {
                IDLE => limits.idle_timeout,
                HEAD => limits.header_timeout,
                _ => continue,
            };
            let since = Duration::from_millis(self.0.since.load(Ordering::Relaxed));
            if self.0.started.elapsed().saturating_sub(since) >= allowed {
                return;
            }
        }
    }
}

/// A stream that notes when bytes come and go.
struct NotedStream<S> {
    stream: S,
    activity: Activity,
}

impl<S: AsyncRead + Unpin> AsyncRead for NotedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            self.activity.received();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for NotedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if written.is_ready() {
            self.activity.sent();
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        if written.is_ready() {
            self.activity.sent();
        }
        written
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
    use std::num::NonZeroUsize;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::timeout;

    use super::*;

    const LIMITS: Limits = Limits {
        body: 1,
        batch_body: 1,
        header: 8192,
        header_timeout: Duration::from_secs(8),
        body_timeout: Duration::from_secs(30),
        idle_timeout: Duration::from_secs(120),
        connections: NonZeroUsize::MIN,
    };

    fn noted() -> (DuplexStream, NotedStream<DuplexStream>, Activity) {
        let (peer, stream) = duplex(64);
        let activity = Activity::new();
        let stream = NotedStream {
            stream,
            activity: activity.clone(),
        };
        (peer, stream, activity)
    }

    /// Seconds until the watcher has had enough.
    async fn patience(activity: &Activity) -> u64 {
        let started = Instant::now();
        activity.silent_for_too_long(&LIMITS).await;
        started.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_ends() {
        let (_peer, _stream, activity) = noted();
        assert_eq!(patience(&activity).await, 120);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_its_time_from_the_first_byte_on() {
        let (mut peer, mut stream, activity) = noted();
        let drip = tokio::spawn(async move {
            let mut buffer = [0; 1];
            loop {
                peer.write_all(b"x").await.unwrap();
                stream.read_exact(&mut buffer).await.unwrap();
                sleep(Duration::from_secs(1)).await;
            }
        });
        assert_eq!(patience(&activity).await, 8);
        drip.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_stops_reading_ends() {
        let (_peer, mut stream, activity) = noted();
        activity.idle();
        assert_eq!(stream.write(&[0; 100]).await.unwrap(), 64);
        assert!(timeout(Duration::from_secs(10), stream.write(&[0; 100])).await.is_err());
        assert_eq!(patience(&activity).await, 110);
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_not_silence() {
        let (_peer, _stream, activity) = noted();
        activity.busy();
        assert!(timeout(Duration::from_secs(1000), patience(&activity)).await.is_err());
        activity.idle();
        assert_eq!(patience(&activity).await, 120);
    }
}
