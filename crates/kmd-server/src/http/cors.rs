//! Cross-origin and private-network headers, as the reference sets them: on
//! routes that exist, for origins that are listed.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::reply::Reply;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE, OPTIONS");
const HEADERS: HeaderValue = HeaderValue::from_static("X-KMD-API-Token, Content-Type");
const TRUE: HeaderValue = HeaderValue::from_static("true");
const REQUEST_PRIVATE: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Who may call from a web page.
pub(crate) struct Cors {
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) allow_private_network: bool,
}

impl Cors {
    /// Adds what the origin of the request is allowed.
    pub(crate) fn decorate(&self, request: &HeaderMap, mut reply: Reply) -> Reply {
        if let Some(origin) = request.get(header::ORIGIN).filter(|origin| self.allows(origin)) {
            reply.set(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            reply.set(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            reply.set(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
        }
        reply
    }

    /// As [`Self::decorate`], for the question before the request.
    pub(crate) fn decorate_options(&self, request: &HeaderMap, reply: Reply) -> Reply {
        let mut reply = self.decorate(request, reply);
        let asked = request.get(REQUEST_PRIVATE).is_some_and(|value| value == TRUE);
        if asked && self.allow_private_network {
            reply.set(ALLOW_PRIVATE, TRUE);
        }
        reply
    }

    fn allows(&self, origin: &HeaderValue) -> bool {
        self.allowed_origins
            .iter()
            .any(|allowed| allowed == "*" || allowed.as_bytes() == origin.as_bytes())
    }
}
