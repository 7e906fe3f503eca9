//! An endpoint: a path, a method, where its work runs, and what its failures
//! are answered with.

use std::borrow::Cow;

use kmd_api::v1::{InitWallet, RenewWallet};
use kmd_api::{DecodeError, EncodeError, Encoding, Method, Request};
use kmd_core::{Call, Error, Kmd};
use kmd_wallet::WalletId;

use super::reply::{Reply, ReplyBody};
use super::{v1, v2};
use crate::limits::Limits;
use crate::metrics::RouteName;
use crate::status::Status;

/// Where the work of an endpoint runs.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// At once where nothing has to be waited for, which is nearly always;
    /// else on a thread that may wait.
    Inline,
    /// On a thread that may wait.
    Blocking,
}

/// How the failures of an endpoint are answered.
#[derive(Clone, Copy)]
pub(crate) enum Failures {
    /// In the words of the reference; holds the status when everything was well
    /// formed and the operation itself fails.
    V1(Status),
    /// With code, message and hint.
    V2,
}

/// How large a body an endpoint takes.
#[derive(Clone, Copy)]
pub(crate) enum BodyLimit {
    /// One operation.
    Single,
    /// Many operations at once.
    Batch,
}

impl BodyLimit {
    /// What that comes to.
    pub(crate) fn within(self, limits: &Limits) -> LargestBody {
        let (bytes, setting) = match self {
            Self::Single => (limits.body, "kmd.max_body_bytes"),
            Self::Batch => (limits.batch_body, "kmd.max_batch_body_bytes"),
        };
        LargestBody { bytes, setting }
    }
}

/// The largest body that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LargestBody {
    pub(crate) bytes: usize,
    /// What says so.
    pub(crate) setting: &'static str,
}

/// An endpoint.
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) place: Place,
    pub(crate) body: BodyLimit,
    pub(crate) failures: Failures,
    pub(crate) handler: Handler,
}

/// Decodes the body, does what it asks for, encodes the answer.
/// Takes the wallet that the path names, if it names one.
pub(crate) type Handler = fn(&Call<'_>, Option<&str>, Encoding, &[u8]) -> Result<ReplyBody, Failure>;

/// What was done for a request.
pub(crate) struct Performed {
    pub(crate) reply: Reply,
    pub(crate) wallet: Option<WalletId>,
    /// The signatures in the answer.
    pub(crate) signatures: usize,
    /// Why it failed.
    pub(crate) failed: Option<Failed>,
}

impl Performed {
    /// Nothing but to answer.
    pub(crate) fn answered(reply: Reply) -> Self {
        Self {
            reply,
            wallet: None,
            signatures: 0,
            failed: None,
        }
    }

    /// Nothing: it was refused.
    pub(crate) fn refused(reply: Reply, refusal: Refusal) -> Self {
        Self {
            failed: Some(Failure::Request(refusal).failed(None)),
            ..Self::answered(reply)
        }
    }
}

/// Why a request failed, for those who log and count.
pub(crate) struct Failed {
    /// One of [`v2::CODES`].
    pub(crate) kind: &'static str,
    /// In words.
    pub(crate) cause: String,
    /// The file of the wallet that it was about.
    pub(crate) file: Option<String>,
}

/// Why a request failed.
pub(crate) enum Failure {
    /// The request is refused before its body is looked at.
    Request(Refusal),
    /// The body is not the request; says why, for the log.
    Body(Cow<'static, str>),
    /// The operation did not happen.
    Operation(Error),
    /// The answer could not be written.
    Answer(EncodeError),
}

/// Why a request is refused before its body is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("invalid API token")]
    Token,
    #[error("request body too large")]
    BodyTooLarge(LargestBody),
    #[error("too many large requests at once")]
    NoRoom,
    #[error("request body did not arrive in time")]
    BodyTimeout,
    #[error("request body broke off")]
    BodyBroken,
    #[error("internal error")]
    Internal,
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
    /// What it is called where requests are counted.
    pub(crate) fn name(&self) -> RouteName {
        (self.method.as_str(), self.path)
    }

    /// Whether the next session may end at another time after it. Whoever lets
    /// go of sessions is woken for these only.
    pub(crate) fn moves_deadlines(&self) -> bool {
        matches!(self.path, InitWallet::PATH | RenewWallet::PATH)
    }

    /// Refuses a request.
    pub(crate) fn refuse(&self, encoding: Encoding, refusal: Refusal) -> Performed {
        Performed::refused(self.failure(encoding, &Failure::Request(refusal)), refusal)
    }

    /// Does what the body asks for, on a thread that may wait.
    pub(crate) fn perform(&self, kmd: &Kmd, wallet: Option<&str>, encoding: Encoding, body: &[u8]) -> Performed {
        let call = kmd.call();
        let result = (self.handler)(&call, wallet, encoding, body);
        self.performed(&call, encoding, result)
    }

    /// Does what the body asks for, unless something has to be waited for.
    /// The path names no wallet then.
    pub(crate) fn perform_at_once(
        &self,
        kmd: &Kmd,
        wallet: Option<&str>,
        encoding: Encoding,
        body: &[u8],
    ) -> Option<Performed> {
        let call = kmd.call_at_once();
        match (self.handler)(&call, wallet, encoding, body) {
            Err(Failure::Operation(error)) if error.would_wait() => None,
            result => Some(self.performed(&call, encoding, result)),
        }
    }

    fn performed(&self, call: &Call<'_>, encoding: Encoding, result: Result<ReplyBody, Failure>) -> Performed {
        let (reply, signatures, failed) = match result {
            Ok(answer) => (Reply::encoded(encoding, Status::Ok, answer), call.signatures(), None),
            Err(failure) => {
                let failed = failure.failed(call.file());
                (self.failure(encoding, &failure), 0, Some(failed))
            }
        };
        Performed {
            reply,
            wallet: call.wallet().cloned(),
            signatures,
            failed,
        }
    }

    /// Answers a failure in the manner of the endpoint's version.
    fn failure(&self, encoding: Encoding, failure: &Failure) -> Reply {
        let mut reply = match self.failures {
            Failures::V1(operation_failed) => {
                let status = v1::status(failure, operation_failed);
                Reply::failure(encoding, status, v1::message(failure))
            }
            Failures::V2 => v2::failure(encoding, failure),
        };
        if let Failure::Operation(Error::TooManyAttempts(waiting)) = failure {
            reply.set("Retry-After", waiting.seconds().to_string().into_bytes());
        }
        reply
    }
}

impl Failure {
    /// What there is to log and count of it, where it was about the wallet in a file.
    fn failed(&self, file: Option<String>) -> Failed {
        Failed {
            kind: v2::code(self),
            cause: self.cause(),
            file,
        }
    }

    fn cause(&self) -> String {
        match self {
            Self::Request(refusal) => refusal.to_string(),
            Self::Body(why) => format!("request body: {why}"),
            Self::Operation(error) => error.to_string(),
            Self::Answer(error) => format!("answer: {error}"),
        }
    }
}
