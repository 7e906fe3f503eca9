//! The client: a token, a transport, and one generic call that the wrappers are built on.

use std::fmt;
use std::path::Path;

use kmd_api::v1::ErrorResponse;
use kmd_api::{Encoding, Method, Readiness, Ready, Request, v2};
use zeroize::Zeroizing;

use crate::data_dir::DataDir;
use crate::error::{Error, Peer, Refused};
use crate::transport::http::{self, Answer, RequestHead};
use crate::transport::{Timeouts, Transport};

const METRICS: &str = "/metrics";
/// What stands before the version in a page of metrics.
const BUILD: &str = "kmd_build_info{version=\"";
/// How much of an answer that is no kmd answer goes into an error.
const QUOTED_CHARACTERS: usize = 200;

/// A connection to a daemon. Threads may share it; their requests take turns.
pub struct Client {
    token: Zeroizing<String>,
    transport: Transport,
}

impl Client {
    /// Connects to the daemon that runs on a data directory: over its Unix socket when there is
    /// one that takes the connection, over TCP else.
    ///
    /// # Errors
    /// [`Error::DataDir`] and [`Error::Token`] name the file that is missing or unusable,
    /// [`Error::Transport`] the address where nobody listens.
    pub fn open(data_dir: impl AsRef<Path>) -> Result<Self, Error> {
        let mut client = Self::open_without_token(data_dir.as_ref())?;
        client.token = DataDir::new(data_dir.as_ref()).token()?;
        Ok(client)
    }

    /// The same for what needs no token: [`versions`](Self::versions) and [`ready`](Self::ready).
    /// All else is refused.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for those about the token.
    pub fn open_without_token(data_dir: impl AsRef<Path>) -> Result<Self, Error> {
        let data_dir = DataDir::new(data_dir.as_ref());
        let transport = match data_dir.over_socket() {
            Some(transport) => transport,
            None => data_dir.over_tcp()?,
        };
        Ok(Self {
            token: Zeroizing::default(),
            transport,
        })
    }

    /// A client for the daemon at `address` (`host:port`, `http://` before it is allowed).
    /// Connects at the first request. The token travels in the clear: stay on the loopback
    /// interface, or in a tunnel.
    ///
    /// # Errors
    /// [`Error::Token`] when no daemon takes such a token.
    pub fn tcp(address: &str, token: &str) -> Result<Self, Error> {
        let address = address.strip_prefix("http://").unwrap_or(address);
        let peer = Peer::Tcp(address.trim_end_matches('/').to_owned());
        Ok(Self {
            token: http::token(token)?,
            transport: Transport::new(peer, "kmd".to_owned()),
        })
    }

    /// The same client with other timeouts.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.transport.timeouts = timeouts;
        self
    }

    /// The daemon's end of the connection.
    pub fn peer(&self) -> &Peer {
        self.transport.peer()
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// [`Error::Daemon`] or [`Error::Refused`] when the daemon refuses; see [`Error`] for what else there is.
    pub fn call<R: Request>(&self, request: &R) -> Result<R::Response, Error> {
        let answer = self.answer(request)?;
        if answer.status != 200 {
            return Err(refusal(&answer));
        }
        decode(&answer.body).map_err(|error| Error::Decode(error.to_string()))
    }

    /// Whether the daemon can do its work, and if not, why. Needs no token.
    ///
    /// # Errors
    /// [`Error`]; a daemon that is not ready is none. One that does not know the question refuses
    /// it: [`Error::Daemon`].
    pub fn ready(&self) -> Result<Readiness, Error> {
        let answer = self.answer(&Ready::default())?;
        match (answer.status, decode(&answer.body)) {
            (200 | 503, Ok(readiness)) => Ok(readiness),
            (200, Err(error)) => Err(Error::Decode(error.to_string())),
            _ => Err(refusal(&answer)),
        }
    }

    /// The version of the program that the daemon runs, as its metrics tell it; nothing where they
    /// do not.
    ///
    /// # Errors
    /// [`Error`]. A daemon without metrics refuses, as the Go kmd: [`Error::Daemon`].
    pub fn daemon_version(&self) -> Result<Option<String>, Error> {
        let answer = self.transport.exchange(&self.message(Method::Get, METRICS, &[]))?;
        if answer.status != 200 {
            return Err(refusal(&answer));
        }
        let page = String::from_utf8_lossy(&answer.body);
        let version = page.lines().find_map(|line| line.strip_prefix(BUILD)?.split_once('"'));
        Ok(version.map(|(version, _)| version.to_owned()))
    }

    fn answer<R: Request>(&self, request: &R) -> Result<Answer, Error> {
        let body = match R::METHOD {
            Method::Get => None,
            Method::Post | Method::Delete => Some(self.encoding().encode_secret(request)?),
        };
        let body = body.as_deref().unwrap_or_default();
        self.transport.exchange(&self.message(R::METHOD, &request.path(), body))
    }

    fn message(&self, method: Method, path: &str, body: &[u8]) -> Zeroizing<Vec<u8>> {
        let head = RequestHead {
            method,
            path,
            host: self.transport.host(),
            token: &self.token,
            media_type: self.encoding().media_type(),
        };
        head.followed_by(body)
    }

    fn encoding(&self) -> Encoding {
        match self.peer() {
            Peer::Unix(_) => Encoding::Msgpack,
            Peer::Tcp(_) => Encoding::Json,
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.peer())
    }
}

/// Answers are told apart by how they begin and not by what was asked for: what goes wrong before
/// the daemon has looked at a request may be answered in JSON.
fn decode<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, kmd_api::DecodeError> {
    Encoding::of_body(body).decode_response(body)
}

fn refusal(answer: &Answer) -> Error {
    // The versions are told apart by the answer too: its `error` is a map, or true.
    if let Ok(v2::ErrorResponse { error }) = decode(&answer.body)
        && !error.code.is_empty()
    {
        return Error::Refused(Refused {
            status: answer.status,
            code: error.code,
            message: error.message,
            hint: error.hint,
        });
    }
    let message = match decode::<ErrorResponse>(&answer.body) {
        Ok(refused) if !refused.message.is_empty() => refused.message,
        _ => beginning(&answer.body),
    };
    Error::Daemon {
        status: answer.status,
        message,
    }
}

fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let printable = text.trim().chars().filter(|character| !character.is_control());
    printable.take(QUOTED_CHARACTERS).collect()
}
