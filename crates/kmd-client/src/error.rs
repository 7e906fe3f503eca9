//! What can go wrong, told apart by what the caller can do about it.
//!
//! | it failed | next step |
//! |---|---|
//! | before there was a client: [`Error::DataDir`], [`Error::Token`] | start the daemon, or mend the file that is named |
//! | before the daemon saw the request: [`TransportError::Connect`], [`TransportError::NotSent`], [`Error::Encode`] | start the daemon, send again |
//! | after it may have seen it: [`TransportError::Lost`], [`Error::Decode`] | look what was done before sending again |
//! | because the daemon refused: [`Error::Daemon`], [`Error::Refused`] | show the message; act on the code, where there is one |

use std::path::PathBuf;
use std::{fmt, io};

use thiserror::Error;

/// Why a client could not be made or a request not be answered.
#[derive(Debug, Error)]
pub enum Error {
    /// The daemon refused the request.
    #[error("{message} (status {status})")]
    Daemon {
        /// The HTTP status.
        status: u16,
        /// The daemon's words.
        message: String,
    },
    /// The daemon refused a request of version 2.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The daemon could not be reached, or the connection to it broke.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The answer is not one that kmd gives, or is too large. The request may have been carried
    /// out.
    #[error("the answer cannot be understood: {0}")]
    Decode(String),
    /// The request cannot be encoded. Requests of `kmd_api` always can.
    #[error("the request cannot be encoded: {0}")]
    Encode(#[from] kmd_api::EncodeError),
    /// The data directory does not say where its daemon listens: most likely none runs.
    #[error(
        "cannot read {}: {source}. Is a daemon running? This starts one: {start_command}",
        file.display()
    )]
    DataDir {
        /// The file that was looked for.
        file: PathBuf,
        /// The command that starts the daemon of this directory.
        start_command: String,
        /// What is wrong with it.
        source: io::Error,
    },
    /// There is no usable API token.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// What the daemon says when it refuses a request of version 2.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message} ({code}); {hint}")]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// For programs: one of the words that `/v2/openapi.json` lists.
    pub code: String,
    /// What was wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// How the connection failed.
#[derive(Debug, Error)]
pub enum TransportError {
    /// No connection: nothing was sent.
    #[error("cannot connect to {peer}: {source}. Is the daemon running? This starts it: {start_command}")]
    Connect {
        /// Where the daemon was looked for.
        peer: Peer,
        /// The command that starts it.
        start_command: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// The connection broke, or the time was up, before all of the request was sent. It was not
    /// carried out.
    #[error("cannot send the request to {peer}: {source}")]
    NotSent {
        /// Where the daemon is.
        peer: Peer,
        /// What the operating system says.
        source: io::Error,
    },
    /// The connection broke, or the time was up, before the whole answer had arrived. The request
    /// may have been carried out.
    #[error("no whole answer from {peer}: {source}; the request may have been carried out all the same")]
    Lost {
        /// Where the daemon is.
        peer: Peer,
        /// What the operating system says.
        source: io::Error,
    },
}

/// Why there is no usable API token.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The file cannot be read. Only the user that the daemon runs as may read it.
    #[error("cannot read the API token from {}: {source}", file.display())]
    Unreadable {
        /// `kmd.token` in the data directory.
        file: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// No daemon takes such a token.
    #[error("an API token is one line of 64 to 256 characters")]
    Malformed,
}

/// The other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// `host:port`
    Tcp(String),
    /// Path of a Unix socket.
    Unix(PathBuf),
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => f.write_str(address),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}
