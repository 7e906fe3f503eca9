//! An answer before it is sent.

use std::borrow::Cow;
use std::ops::Deref;

use kmd_api::Encoding;
use kmd_api::v1::ErrorResponse;
use kmd_memory::SecretBuffer;
use serde::Serialize;

use crate::status::Status;

/// Seconds after which work that was turned away may be tried again: about one
/// key derivation.
const RETRY_AFTER_SECONDS: &[u8] = b"1";

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: Status,
    pub(crate) media_type: Option<&'static str>,
    /// Header fields that few answers have.
    pub(crate) fields: Vec<(&'static str, Cow<'static, [u8]>)>,
    pub(crate) body: ReplyBody,
    /// The connection ends with this answer, and what is left of the request is
    /// not read.
    pub(crate) closes: bool,
}

/// The body of an answer.
pub(crate) enum ReplyBody {
    /// The same for everybody.
    Fixed(&'static [u8]),
    /// Without secrets.
    Plain(Vec<u8>),
    /// With secrets.
    Secret(SecretBuffer),
}

impl Deref for ReplyBody {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Fixed(bytes) => bytes,
            Self::Plain(bytes) => bytes,
            Self::Secret(bytes) => bytes,
        }
    }
}

impl From<Vec<u8>> for ReplyBody {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Plain(bytes)
    }
}

impl From<SecretBuffer> for ReplyBody {
    fn from(bytes: SecretBuffer) -> Self {
        Self::Secret(bytes)
    }
}

impl From<&'static str> for ReplyBody {
    fn from(text: &'static str) -> Self {
        Self::Fixed(text.as_bytes())
    }
}

impl Reply {
    /// An answer without a body.
    pub(crate) fn empty(status: Status) -> Self {
        Self {
            status,
            media_type: None,
            fields: Vec::new(),
            body: "".into(),
            closes: false,
        }
    }

    /// The reference's answer to a path that it does not know.
    pub(crate) fn not_found() -> Self {
        let mut reply = Self::empty(Status::NotFound);
        reply.media_type = Some("text/plain; charset=utf-8");
        reply.body = "404 page not found\n".into();
        reply.set("X-Content-Type-Options", b"nosniff".as_slice());
        reply
    }

    /// An answer in one of the encodings of the API.
    pub(crate) fn encoded(encoding: Encoding, status: Status, body: impl Into<ReplyBody>) -> Self {
        Self {
            media_type: Some(encoding.media_type()),
            body: body.into(),
            ..Self::empty(status)
        }
    }

    /// A failure of version 1, in the encoding of the request.
    pub(crate) fn failure(encoding: Encoding, status: Status, message: Cow<'static, str>) -> Self {
        let body = ErrorResponse {
            error: true,
            message: message.into_owned(),
        };
        Self::status_body(encoding, status, &body)
    }

    /// A failure with this body.
    pub(crate) fn status_body(encoding: Encoding, status: Status, body: &impl Serialize) -> Self {
        let mut reply = Self::encoded(encoding, status, encoding.encode(body).unwrap_or_default());
        if status == Status::ServiceUnavailable {
            reply.set("Retry-After", RETRY_AFTER_SECONDS);
        }
        reply
    }

    /// The same answer, after which the connection ends.
    pub(crate) fn closing(mut self) -> Self {
        self.closes = true;
        self
    }

    /// Sets a header field, named as it is to be written.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Cow<'static, [u8]>>) {
        self.fields.push((name, value.into()));
    }
}
