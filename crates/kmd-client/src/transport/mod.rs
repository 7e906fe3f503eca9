//! One request, one answer, over a connection that is kept for the next.
//!
//! ```text
//!  kept ── quiet ──► write ── all taken ──► read ── answer ──► kept
//!    │                 │                     ▲ │
//!    │ closed          │ not all taken       │ └─ broken ──► Lost
//!    ▼                 ▼                     │
//!  connect ───────────────────► write ───────┘
//!                                 └─ not all taken ──► NotSent
//! ```
//!
//! Requests are not idempotent: one that is sent twice makes two keys. So a request is sent again
//! only when the daemon cannot have carried it out. The daemon closes idle connections, and there
//! are three moments to notice it:
//!
//! - Before writing: the kept connection is at its end. Nothing was sent; connect anew.
//! - While writing: the system did not take all of the request. The daemon then lacks the last
//!   bytes of it and does not act on a part; connect anew.
//! - While reading: the daemon may have closed before it read the request, or after it acted on
//!   it. Nobody can tell, so this is an error ([`TransportError::Lost`]) and not a second try.

pub(crate) mod http;
mod incoming;
mod stream;

use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use self::http::{Answer, MAX_BODY_LENGTH, ReadError};
use self::stream::Stream;
use crate::error::{Error, Peer, TransportError};

/// How long to wait for the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, more than zero; by default 5 seconds.
    pub connect: Duration,
    /// For sending a request and receiving the whole answer; by default 60 seconds. Unlocking
    /// takes the daemon about a second, and longer while many ask for it.
    pub answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(60),
        }
    }
}

pub(crate) struct Transport {
    pub(crate) timeouts: Timeouts,
    peer: Peer,
    start_command: String,
    kept: Mutex<Option<Stream>>,
}

impl Transport {
    /// Not connected yet. `start_command` is the hint for when nobody listens.
    pub(crate) fn new(peer: Peer, start_command: String) -> Self {
        Self {
            timeouts: Timeouts::default(),
            peer,
            start_command,
            kept: Mutex::default(),
        }
    }

    /// Connects now, so as to know whether somebody listens.
    pub(crate) fn connected(mut self) -> Result<Self, TransportError> {
        self.kept = Mutex::new(Some(self.connect()?));
        Ok(self)
    }

    pub(crate) fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The value of the `Host` header.
    pub(crate) fn host(&self) -> &str {
        match &self.peer {
            Peer::Tcp(address) => address,
            Peer::Unix(_) => "localhost",
        }
    }

    /// Sends a whole request, head and body, and reads its answer.
    pub(crate) fn exchange(&self, request: &[u8]) -> Result<Answer, Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken out: whatever fails from here on leaves no connection behind.
        let (stream, answer) = match self.send_over_kept(kept.take(), request)? {
            Some(mut stream) => {
                let answer = self.read_answer(&mut stream)?;
                (stream, answer)
            }
            None => self.exchange_anew(request)?,
        };
        *kept = answer.keeps_connection.then_some(stream);
        Ok(answer)
    }

    /// The connection with the request sent, or nothing when it had to be given up.
    fn send_over_kept(&self, kept: Option<Stream>, request: &[u8]) -> Result<Option<Stream>, TransportError> {
        let Some(mut stream) = kept.filter(Stream::is_quiet) else {
            return Ok(None);
        };
        stream.set_deadline(self.timeouts.answer);
        match stream.write_all(request) {
            Ok(()) => Ok(Some(stream)),
            // A daemon that does not read will not read on another connection either.
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => Err(self.not_sent(error)),
            Err(_) => Ok(None),
        }
    }

    fn exchange_anew(&self, request: &[u8]) -> Result<(Stream, Answer), Error> {
        let mut stream = self.connect()?;
        stream.set_deadline(self.timeouts.answer);
        let Err(unwritten) = stream.write_all(request) else {
            let answer = self.read_answer(&mut stream)?;
            return Ok((stream, answer));
        };
        // A daemon that refuses a large request answers and closes while it is being sent.
        match http::read_answer(&mut stream, MAX_BODY_LENGTH) {
            Ok(mut answer) => {
                answer.keeps_connection = false;
                Ok((stream, answer))
            }
            Err(_) => Err(self.not_sent(unwritten).into()),
        }
    }

    fn connect(&self) -> Result<Stream, TransportError> {
        Stream::connect(&self.peer, self.timeouts.connect).map_err(|source| TransportError::Connect {
            peer: self.peer.clone(),
            start_command: self.start_command.clone(),
            source,
        })
    }

    fn read_answer(&self, stream: &mut Stream) -> Result<Answer, Error> {
        http::read_answer(stream, MAX_BODY_LENGTH).map_err(|error| match error {
            ReadError::Broken(reason) => Error::Decode(reason),
            ReadError::Stream(source) => Error::Transport(TransportError::Lost {
                peer: self.peer.clone(),
                source,
            }),
        })
    }

    fn not_sent(&self, source: std::io::Error) -> TransportError {
        TransportError::NotSent {
            peer: self.peer.clone(),
            source,
        }
    }
}
