//! An endpoint: a path, a method, where its work runs, and what its failures
//! are answered with.

use std::borrow::Cow;

use hyper::StatusCode;
use kmd_api::{DecodeError, EncodeError, Encoding, Method};
use kmd_core::{Call, Error, Kmd};
use kmd_crypto::KdfError;
use kmd_wallet::{Error as WalletError, WalletId};

use super::reply::Reply;
use crate::messages;

/// Where the work of an endpoint runs.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// At once: it computes for microseconds and waits for nothing.
    Inline,
    /// On a thread that may wait.
    Blocking,
}

/// An endpoint.
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) place: Place,
    /// Status when everything was well formed and the operation itself fails.
    pub(crate) operation_failed: StatusCode,
    pub(crate) handler: Handler,
}

/// Decodes the body, does what it asks for, encodes the answer.
pub(crate) type Handler = fn(&Call<'_>, Encoding, &[u8]) -> Result<Vec<u8>, Failure>;

/// What an endpoint did.
pub(crate) struct Performed {
    pub(crate) reply: Reply,
    pub(crate) wallet: Option<WalletId>,
    /// Why it failed, for the log.
    pub(crate) cause: Option<String>,
}

/// Why a request failed.
pub(crate) enum Failure {
    /// The body is not the request; says why, for the log.
    Body(Cow<'static, str>),
    /// The operation did not happen.
    Operation(Error),
    /// The answer could not be written.
    Answer(EncodeError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Operation(error)
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::Body(error.to_string().into())
    }
}

impl From<EncodeError> for Failure {
    fn from(error: EncodeError) -> Self {
        Self::Answer(error)
    }
}

impl Endpoint {
    /// Does what the body asks for.
    pub(crate) fn perform(&self, kmd: &Kmd, encoding: Encoding, body: &[u8]) -> Performed {
        let call = kmd.call();
        let (reply, cause) = match (self.handler)(&call, encoding, body) {
            Ok(answer) => (Reply::encoded(encoding, StatusCode::OK, answer), None),
            Err(failure) => {
                let reply = Reply::failure(encoding, self.status(&failure), failure.message());
                (reply, Some(failure.cause()))
            }
        };
        Performed {
            reply,
            wallet: call.wallet().cloned(),
            cause,
        }
    }

    fn status(&self, failure: &Failure) -> StatusCode {
        match failure {
            Failure::Body(_) => StatusCode::BAD_REQUEST,
            Failure::Answer(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Failure::Operation(error) => match error {
                Error::Unlock(WalletError::Kdf(KdfError::Busy)) | Error::Wallet(WalletError::Kdf(KdfError::Busy)) => {
                    StatusCode::SERVICE_UNAVAILABLE
                }
                Error::Session(_) | Error::Unlock(_) => StatusCode::UNAUTHORIZED,
                Error::UnknownDriver | Error::Address(_) | Error::Transaction(_) => StatusCode::BAD_REQUEST,
                Error::Refused(_) => StatusCode::FORBIDDEN,
                Error::Random(_) => StatusCode::INTERNAL_SERVER_ERROR,
                Error::Wallet(_) => self.operation_failed,
            },
        }
    }
}

impl Failure {
    fn message(&self) -> Cow<'static, str> {
        match self {
            Self::Body(_) => messages::BODY.into(),
            Self::Operation(error) => messages::of(error),
            Self::Answer(_) => messages::INTERNAL.into(),
        }
    }

    fn cause(&self) -> String {
        match self {
            Self::Body(why) => format!("request body: {why}"),
            Self::Operation(error) => error.to_string(),
            Self::Answer(error) => format!("answer: {error}"),
        }
    }
}
