//! An answer before it is sent.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use kmd_api::Encoding;
use kmd_api::v1::ErrorResponse;
use serde::Serialize;

use super::body::ReplyBody;

/// Seconds after which work that was turned away may be tried again: about one
/// key derivation.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// An answer.
pub(crate) struct Reply(Response<ReplyBody>);

impl Reply {
    /// An answer without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::new(status, Bytes::new())
    }

    /// The reference's answer to a path that it does not know.
    pub(crate) fn not_found() -> Self {
        let mut reply = Self::new(StatusCode::NOT_FOUND, Bytes::from_static(b"404 page not found\n"));
        reply.set(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        reply.set(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        reply
    }

    /// An answer in one of the encodings of the API.
    pub(crate) fn encoded(encoding: Encoding, status: StatusCode, body: impl Into<Bytes>) -> Self {
        let mut reply = Self::new(status, body.into());
        reply.set(CONTENT_TYPE, HeaderValue::from_static(encoding.media_type()));
        reply
    }

    /// A failure of version 1, in the encoding of the request.
    pub(crate) fn failure(encoding: Encoding, status: StatusCode, message: Cow<'static, str>) -> Self {
        let body = ErrorResponse {
            error: true,
            message: message.into_owned(),
        };
        Self::status_body(encoding, status, &body)
    }

    /// A failure with this body.
    pub(crate) fn status_body(encoding: Encoding, status: StatusCode, body: &impl Serialize) -> Self {
        let mut reply = Self::encoded(encoding, status, encoding.encode(body).unwrap_or_default());
        if status == StatusCode::SERVICE_UNAVAILABLE {
            reply.set(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        reply
    }

    /// The same answer, after which the connection ends: what is left of the
    /// request is not read.
    pub(crate) fn closing(mut self) -> Self {
        self.set(CONNECTION, HeaderValue::from_static("close"));
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.0.status()
    }

    pub(crate) fn set(&mut self, name: HeaderName, value: HeaderValue) {
        self.0.headers_mut().insert(name, value);
    }

    pub(crate) fn into_response(self) -> Response<ReplyBody> {
        self.0
    }

    fn new(status: StatusCode, body: Bytes) -> Self {
        let mut response = Response::new(ReplyBody::new(body));
        *response.status_mut() = status;
        Self(response)
    }
}
