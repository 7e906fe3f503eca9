//! One connection: HTTP/1.1 over a stream whose silence is bounded.
//!
//! ```text
//!          first byte           whole              whole
//!   idle ──────────────► head ─────────► body ──────────────► work ──► answer ─┐
//!    ▲  idle_timeout   header_timeout  body_timeout     no limit  idle_timeout │
//!    └─────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! What comes lies in memory for secrets and is wiped when it has been answered;
//! while it is idle, a connection holds no such memory at all.

mod budget;
mod input;
mod output;
#[cfg(test)]
mod tests;
mod wait;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::http::{self, Asked, Daemon, Framing, LargestBody, Parsed, Refusal, Reply};
use crate::metrics::Door;
use crate::status::Status;
use crate::workers::Seat;
pub(crate) use budget::Budget;
pub(crate) use input::Body;
use input::{BodyBounds, BodyError, Input};
use output::{Manner, Output};
use wait::{Interrupted, Peer};
pub(crate) use wait::{Stream, stopped};

/// How long a peer may go on reading once the daemon stops, or sending once it
/// was refused.
const TIME_TO_READ: Duration = Duration::from_secs(1);

/// How long a thread that has nothing else to do stays awake for the next request.
const MOMENT: Duration = Duration::from_micros(50);

/// Serves requests until the peer goes, a limit is passed, or the daemon stops.
pub(crate) async fn serve<S: Stream>(
    stream: S,
    door: Door,
    daemon: Arc<Daemon>,
    stopping: watch::Receiver<bool>,
    seat: Seat,
) {
    let mut connection = Connection {
        peer: Peer::new(stream, stopping, seat),
        input: Input::default(),
        output: Output::default(),
        door,
        daemon,
    };
    // Whoever is cut off was late, gone, or served by a daemon that stops.
    let _ = connection.run().await;
}

struct Connection<S> {
    peer: Peer<S>,
    input: Input,
    output: Output,
    door: Door,
    daemon: Arc<Daemon>,
}

/// What became of a connection.
#[derive(PartialEq, Eq)]
enum Next {
    /// It takes another request.
    Stays,
    /// It ends.
    Ends,
    /// It ends while the peer may still be sending.
    EndsUnread,
}

impl<S: Stream> Connection<S> {
    async fn run(&mut self) -> Result<(), Interrupted> {
        while self.input.begin(&mut self.peer, &self.daemon.limits).await? {
            let next = match self.head().await? {
                None => Next::Ends,
                Some(Ok((length, asked))) => self.request(length, asked).await?,
                Some(Err(status)) => {
                    http::count_refused_head(&self.daemon, status);
                    let (reply, manner) = output::refusal(status);
                    self.answer(&reply, manner).await?;
                    Next::EndsUnread
                }
            };
            match next {
                Next::Stays if self.peer.may_stay_awake() && self.input.bytes().is_empty() => {
                    self.peer.expect(MOMENT).await
                }
                Next::Stays => {}
                Next::Ends => break,
                Next::EndsUnread => {
                    self.input.linger(&mut self.peer).await;
                    break;
                }
            }
        }
        Ok(())
    }

    /// Reads a head; none when the peer ends before it does.
    async fn head(&mut self) -> Result<Option<Result<(usize, Asked), Status>>, Interrupted> {
        let mut timed = false;
        loop {
            match http::parse(self.input.bytes(), &self.daemon, self.door) {
                Parsed::Head(length, asked) => return Ok(Some(Ok((length, asked)))),
                Parsed::Refused(status) => return Ok(Some(Err(status))),
                Parsed::Partial => {}
            }
            // Its time begins with the first byte, whatever follows.
            if !std::mem::replace(&mut timed, true) {
                self.peer.allow(self.daemon.limits.header_timeout);
            }
            if !self.input.more(&mut self.peer).await? {
                return Ok(None);
            }
        }
    }

    /// Answers a request whose head has so many bytes.
    async fn request(&mut self, head: usize, asked: Asked) -> Result<Next, Interrupted> {
        let request = match http::before_body(&self.daemon, &asked).await {
            Ok(request) => request,
            Err(reply) => return self.without_body(head, &asked, reply).await,
        };
        let largest = request.largest_body(&self.daemon.limits);
        let reply = match self.body(head, &asked, largest.bytes).await {
            Ok(body) => http::answer(&self.daemon, &asked, request, body).await,
            Err(BodyError::Nobody) => return Ok(Next::Ends),
            Err(error) => http::refuse(&self.daemon, &asked, request, refusal(&error, largest)).closing(),
        };
        let manner = self.manner(&asked);
        Ok(match self.answer(&reply, manner).await? {
            true => Next::Stays,
            false if reply.closes => Next::EndsUnread,
            false => Next::Ends,
        })
    }

    async fn body(&mut self, head: usize, asked: &Asked, limit: usize) -> Result<Body, BodyError> {
        let time = self.daemon.limits.body_timeout;
        // A body that is too long to be taken is not asked for.
        if self.is_awaited(head, asked) && asked.framing.fits(limit) {
            Output::go_on(&mut self.peer, time).await?;
        }
        let bounds = BodyBounds {
            size: limit,
            time,
            budget: &self.daemon.body_budget,
        };
        self.input.body(&mut self.peer, head, asked.framing, bounds).await
    }

    /// Answers what needs no body, and reads over the one that there may be.
    async fn without_body(&mut self, head: usize, asked: &Asked, reply: Reply) -> Result<Next, Interrupted> {
        // Who waits to be told to go on is not told, and so sends none.
        let awaited = self.is_awaited(head, asked);
        let (peer, budget) = (&mut self.peer, &self.daemon.body_budget);
        let skipped = !awaited && self.input.skip(peer, head, asked.framing, budget).await;
        let reply = if skipped { reply } else { reply.closing() };
        let manner = self.manner(asked);
        Ok(match self.answer(&reply, manner).await? {
            true => Next::Stays,
            false if skipped => Next::Ends,
            false => Next::EndsUnread,
        })
    }

    /// Whether the peer waits to be told to go on: it says so, has a body, and
    /// nothing of it came.
    fn is_awaited(&self, head: usize, asked: &Asked) -> bool {
        asked.expects_continue && asked.framing != Framing::Length(0) && self.input.bytes().len() == head
    }

    fn manner(&self, asked: &Asked) -> Manner {
        Manner {
            version: asked.version,
            keep_alive: asked.keep_alive && !self.peer.is_stopping(),
            head_only: asked.method == "HEAD",
        }
    }

    async fn answer(&mut self, reply: &Reply, manner: Manner) -> Result<bool, Interrupted> {
        let time = self.daemon.limits.idle_timeout;
        self.output.answer(&mut self.peer, reply, manner, time).await
    }
}

fn refusal(error: &BodyError, largest: LargestBody) -> Refusal {
    match error {
        BodyError::TooLarge => Refusal::BodyTooLarge(largest),
        BodyError::NoRoom => Refusal::NoRoom,
        BodyError::Late => Refusal::BodyTimeout,
        BodyError::Broken | BodyError::Nobody => Refusal::BodyBroken,
    }
}
