//! Cross-origin and private-network headers, as the reference sets them: on
//! routes that exist, for origins that are listed.

use super::head::Fields;
use super::reply::Reply;

const METHODS: &str = "GET, POST, DELETE, OPTIONS";
const HEADERS: &str = "X-KMD-API-Token, Content-Type";
const REQUEST_PRIVATE: &str = "access-control-request-private-network";

/// Who may call from a web page.
pub(crate) struct Cors {
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) allow_private_network: bool,
}

/// What a request wishes for that is allowed.
pub(crate) struct Wishes {
    origin: Option<Vec<u8>>,
    private_network: bool,
}

impl Wishes {
    /// Those of the wishes in a request that are allowed.
    pub(crate) fn of(request: &Fields<'_>, cors: &Cors) -> Self {
        Self {
            origin: request
                .first("origin")
                .filter(|origin| cors.allows(origin))
                .map(<[u8]>::to_vec),
            private_network: cors.allow_private_network && request.first(REQUEST_PRIVATE) == Some(b"true"),
        }
    }

    /// Adds what the origin of the request is allowed.
    pub(crate) fn decorate(&self, mut reply: Reply) -> Reply {
        if let Some(origin) = &self.origin {
            reply.set("Access-Control-Allow-Origin", origin.clone());
            reply.set("Access-Control-Allow-Methods", METHODS.as_bytes());
            reply.set("Access-Control-Allow-Headers", HEADERS.as_bytes());
        }
        reply
    }

    /// As [`Self::decorate`], for the question before the request.
    pub(crate) fn decorate_options(&self, reply: Reply) -> Reply {
        let mut reply = self.decorate(reply);
        if self.private_network {
            reply.set("Access-Control-Allow-Private-Network", b"true".as_slice());
        }
        reply
    }
}

impl Cors {
    fn allows(&self, origin: &[u8]) -> bool {
        self.allowed_origins
            .iter()
            .any(|allowed| allowed == "*" || allowed.as_bytes() == origin)
    }
}
