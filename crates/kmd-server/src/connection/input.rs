//! What comes from a peer, in memory for secrets.

use std::ops::{Deref, Range};
use std::time::Duration;

use kmd_memory::SecretBuffer;
use tokio::time::Instant;

use super::TIME_TO_READ;
use super::budget::{Budget, Exhausted, Share};
use super::wait::{Interrupted, Peer, Stream};
use crate::http::{Chunks, Framing, Progress};
use crate::limits::Limits;

/// Room for what comes: most requests fit.
const ROOM: usize = 4096;
/// The most that is read before others have their turn. Reading megabytes at once,
/// into pages that are made meanwhile, takes milliseconds, for each large body.
const PIECE: usize = 128 << 10;
/// How many times what came of a body is made room for.
const MOST_GROWTH: usize = 8;
/// The most that is read of a request that was refused, so that its connection
/// can be used again.
const MOST_SKIPPED: usize = 64 << 10;

/// Why no body came.
pub(crate) enum BodyError {
    /// It is longer than it may be.
    TooLarge,
    /// Too much of other bodies is in memory.
    NoRoom,
    /// It took too long.
    Late,
    /// It is not framed as HTTP frames bodies, or ends early.
    Broken,
    /// The peer is gone or the daemon stops: nobody waits for an answer.
    Nobody,
}

/// What holds for a body.
pub(crate) struct BodyBounds<'a> {
    /// Its largest size in bytes.
    pub(crate) size: usize,
    pub(crate) time: Duration,
    pub(crate) budget: &'a Budget,
}

/// What came and was not used yet.
#[derive(Default)]
pub(crate) struct Input {
    buffer: SecretBuffer,
}

/// A body, in the memory that it was read into.
#[derive(Default)]
pub(crate) struct Body {
    buffer: SecretBuffer,
    range: Range<usize>,
    /// For as long as it is there.
    _share: Option<Share>,
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.buffer[self.range.clone()]
    }
}

impl Input {
    /// What came and was not used yet.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// Waits for the first byte of a request; false when there will be none.
    pub(crate) async fn begin<S: Stream>(&mut self, peer: &mut Peer<S>, limits: &Limits) -> Result<bool, Interrupted> {
        if !self.buffer.is_empty() {
            if !watches_over_us(&self.buffer) {
                peer.turn().await;
            }
            return Ok(true);
        }
        // Memory that holds nothing is given back while nothing comes.
        self.buffer = SecretBuffer::new();
        peer.allow(limits.idle_timeout);
        match self.more(peer).await {
            Err(Interrupted::Stopping) if peer.last_look().await => self.more(peer).await,
            result => result,
        }
    }

    /// Waits for more; false when there will be none.
    pub(crate) async fn more<S: Stream>(&mut self, peer: &mut Peer<S>) -> Result<bool, Interrupted> {
        loop {
            peer.readable().await?;
            // It is read when it has its turn: until then it takes no memory here.
            if peer.is_crowded() && !(self.buffer.is_empty() && watches_over_us(&peer.peek())) {
                peer.turn().await;
            }
            self.make_room();
            let spare = self.buffer.spare();
            let room = spare.len().min(PIECE);
            match peer.read(&mut spare[..room]).await? {
                Some(0) => return Ok(false),
                Some(count) => {
                    self.buffer.added(count);
                    if count == PIECE {
                        tokio::task::yield_now().await;
                    }
                    return Ok(true);
                }
                None if self.buffer.is_empty() => self.buffer = SecretBuffer::new(),
                None => {}
            }
        }
    }

    fn make_room(&mut self) {
        if self.buffer.capacity() == 0 {
            self.buffer = SecretBuffer::with_capacity(ROOM);
        } else if self.buffer.spare().is_empty() {
            self.buffer.reserve(self.buffer.len());
        }
    }

    /// Takes the body out that follows a head of `head` bytes.
    pub(crate) async fn body<S: Stream>(
        &mut self,
        peer: &mut Peer<S>,
        head: usize,
        framing: Framing,
        bounds: BodyBounds<'_>,
    ) -> Result<Body, BodyError> {
        peer.allow(bounds.time);
        let share = bounds.budget.share();
        match framing {
            _ if !framing.fits(bounds.size) => Err(BodyError::TooLarge),
            Framing::Length(length) => self.counted(peer, head, length as usize, share).await,
            Framing::Chunked => {
                self.buffer.consume(head);
                self.chunked(peer, bounds.size, share).await
            }
        }
    }

    async fn counted<S: Stream>(
        &mut self,
        peer: &mut Peer<S>,
        head: usize,
        length: usize,
        mut share: Share,
    ) -> Result<Body, BodyError> {
        let end = head + length;
        while self.buffer.len() < end {
            if self.buffer.spare().is_empty() {
                // What is only announced takes little memory yet.
                let target = end.min(self.buffer.len() * MOST_GROWTH);
                share.grow_to(target - head)?;
                self.buffer.reserve_exact(target - self.buffer.len());
            }
            if !self.more(peer).await? {
                return Err(BodyError::Broken);
            }
        }
        Ok(self.take(head..end, share))
    }

    /// Takes a part out with all that stands before it; what follows stays.
    fn take(&mut self, range: Range<usize>, share: Share) -> Body {
        let mut rest = SecretBuffer::new();
        if self.buffer.len() > range.end {
            rest = SecretBuffer::with_capacity(ROOM);
            rest.extend(&self.buffer[range.end..]);
        }
        Body {
            buffer: std::mem::replace(&mut self.buffer, rest),
            range,
            _share: Some(share),
        }
    }

    async fn chunked<S: Stream>(
        &mut self,
        peer: &mut Peer<S>,
        limit: usize,
        mut share: Share,
    ) -> Result<Body, BodyError> {
        let mut chunks = Chunks::default();
        let mut body = SecretBuffer::new();
        loop {
            let (used, progress) = chunks.next(&self.buffer).map_err(|_| BodyError::Broken)?;
            match progress {
                Progress::Data(range) => {
                    if body.len() + range.len() > limit {
                        return Err(BodyError::TooLarge);
                    }
                    if body.len() + range.len() > body.capacity() {
                        let room = (body.len() + range.len()).next_power_of_two();
                        share.grow_to(room.min(limit))?;
                        body.reserve_exact(room.min(limit) - body.len());
                    }
                    body.extend(&self.buffer[range]);
                    self.buffer.consume(used);
                }
                Progress::Done => {
                    self.buffer.consume(used);
                    let range = 0..body.len();
                    return Ok(Body {
                        buffer: body,
                        range,
                        _share: Some(share),
                    });
                }
                Progress::More => {
                    self.buffer.consume(used);
                    if !self.more(peer).await? {
                        return Err(BodyError::Broken);
                    }
                }
            }
        }
    }

    /// Reads over a body that nobody wants; false when that is too much to ask.
    pub(crate) async fn skip<S: Stream>(
        &mut self,
        peer: &mut Peer<S>,
        head: usize,
        framing: Framing,
        budget: &Budget,
    ) -> bool {
        let bounds = BodyBounds {
            size: MOST_SKIPPED,
            time: TIME_TO_READ,
            budget,
        };
        self.body(peer, head, framing, bounds).await.is_ok()
    }

    /// Reads over whatever comes, for a moment: a connection that is closed with
    /// something unread takes the answer with it.
    pub(crate) async fn linger<S: Stream>(&mut self, peer: &mut Peer<S>) {
        peer.end_writing();
        let until = Instant::now() + TIME_TO_READ;
        peer.allow(TIME_TO_READ);
        self.buffer.clear();
        while Instant::now() < until && matches!(self.more(peer).await, Ok(true)) {
            self.buffer.clear();
        }
    }
}

/// Whether a request asks how the daemon is, as who watches over it does.
fn watches_over_us(request: &[u8]) -> bool {
    const METHODS: [&[u8]; 2] = [b"GET /", b"HEAD /"];
    const PATHS: [&[u8]; 3] = [b"health ", b"ready ", b"metrics "];
    let path = METHODS.iter().find_map(|method| request.strip_prefix(*method));
    path.is_some_and(|path| PATHS.iter().any(|one| path.starts_with(one)))
}

impl From<Exhausted> for BodyError {
    fn from(_: Exhausted) -> Self {
        Self::NoRoom
    }
}

impl From<Interrupted> for BodyError {
    fn from(interrupted: Interrupted) -> Self {
        match interrupted {
            Interrupted::Late => Self::Late,
            Interrupted::Stopping | Interrupted::Broken => Self::Nobody,
        }
    }
}
