//! The head of a request: parsed, and reduced to what kmd wants to know of it.

use httparse::{EMPTY_HEADER, Header};
use kmd_api::{Encoding, TOKEN_HEADER};

use super::Daemon;
use super::cors::Wishes;
use super::framing::Framing;
use super::route::{self, Route};
use crate::metrics::Door;
use crate::status::Status;

/// More header fields than this are refused.
const MOST_FIELDS: usize = 100;

/// What a request asks for, all but its body.
pub(crate) struct Asked {
    pub(crate) route: Route,
    pub(crate) method: &'static str,
    /// The token is the daemon's, or none is asked for where the request came.
    pub(crate) token: bool,
    /// The encoding of answers to requests without a body.
    pub(crate) accepts: Encoding,
    pub(crate) wishes: Wishes,
    pub(crate) framing: Framing,
    pub(crate) version: Version,
    /// The connection stays after the answer.
    pub(crate) keep_alive: bool,
    /// The peer sends the body when it is told to go on.
    pub(crate) expects_continue: bool,
}

/// The version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// Knows no chunks and closes the connection unless it is asked not to.
    V1_0,
    V1_1,
}

/// What the bytes that came are.
pub(crate) enum Parsed {
    /// A whole head, of so many bytes.
    Head(usize, Asked),
    /// The beginning of one.
    Partial,
    /// None that can be answered but with this status.
    Refused(Status),
}

/// Parses a head.
pub(crate) fn parse(bytes: &[u8], daemon: &Daemon, door: Door) -> Parsed {
    let limit = daemon.limits.header;
    let mut fields = [EMPTY_HEADER; MOST_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    // What came beyond the limit may be a body, which is no part of it.
    match request.parse(&bytes[..bytes.len().min(limit)]) {
        Ok(httparse::Status::Partial) if bytes.len() > limit => Parsed::Refused(Status::RequestHeaderFieldsTooLarge),
        Ok(httparse::Status::Partial) => Parsed::Partial,
        Ok(httparse::Status::Complete(length)) => match asked(&request, daemon, door) {
            Some(asked) => Parsed::Head(length, asked),
            None => Parsed::Refused(Status::BadRequest),
        },
        Err(httparse::Error::TooManyHeaders) => Parsed::Refused(Status::RequestHeaderFieldsTooLarge),
        Err(_) => Parsed::Refused(Status::BadRequest),
    }
}

fn asked(request: &httparse::Request<'_, '_>, daemon: &Daemon, door: Door) -> Option<Asked> {
    let fields = Fields(request.headers);
    let version = if request.version? == 0 {
        Version::V1_0
    } else {
        Version::V1_1
    };
    let method = request.method?;
    let framing = Framing::of(&fields.all("content-length"), &fields.all("transfer-encoding"))
        .ok()
        .filter(|framing| (*framing, version) != (Framing::Chunked, Version::V1_0))?;
    Some(Asked {
        route: match door {
            Door::Tcp | Door::Unix => route::find(method, path(request.path?)),
            Door::Metrics => route::find_observed(method, path(request.path?)),
        },
        method: shown(method),
        token: door == Door::Metrics
            || fields
                .first(TOKEN_HEADER)
                .is_some_and(|token| daemon.token.matches(token)),
        accepts: accepted_encoding(&fields),
        wishes: Wishes::of(&fields, &daemon.cors),
        framing,
        version,
        keep_alive: match version {
            Version::V1_1 => !fields.lists("connection", "close"),
            Version::V1_0 => fields.lists("connection", "keep-alive"),
        },
        expects_continue: version == Version::V1_1 && fields.lists("expect", "100-continue"),
    })
}

/// The path of a request target: it may be a whole URI, and a query may follow.
fn path(target: &str) -> &str {
    let path = match target.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => rest.find('/').map_or("/", |start| &rest[start..]),
        _ => target,
    };
    path.split_once(['?', '#']).map_or(path, |(path, _)| path)
}

/// A method as the log shows it: never what somebody made up.
fn shown(method: &str) -> &'static str {
    const KNOWN: [&str; 8] = ["POST", "GET", "DELETE", "OPTIONS", "HEAD", "PUT", "PATCH", "TRACE"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("other")
}

fn accepted_encoding(fields: &Fields<'_>) -> Encoding {
    let wanted = Encoding::Msgpack.media_type();
    let wants = |value: &[u8]| value.windows(wanted.len()).any(|part| part == wanted.as_bytes());
    if fields.first("accept").is_some_and(wants) {
        Encoding::Msgpack
    } else {
        Encoding::Json
    }
}

/// The header fields of a request.
pub(crate) struct Fields<'a>(&'a [Header<'a>]);

impl Fields<'_> {
    /// The first value of a field.
    pub(crate) fn first(&self, name: &str) -> Option<&[u8]> {
        self.values(name).next()
    }

    fn all(&self, name: &str) -> Vec<&[u8]> {
        self.values(name).collect()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let named = self.0.iter().filter(move |field| field.name.eq_ignore_ascii_case(name));
        named.map(|field| field.value.trim_ascii())
    }

    /// Whether a field's list of words has one.
    fn lists(&self, name: &str, word: &str) -> bool {
        self.values(name)
            .flat_map(|value| value.split(|byte| *byte == b','))
            .any(|listed| listed.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let cases = [
            ("/v1/key", "/v1/key"),
            ("/v1/key?x=/y", "/v1/key"),
            ("http://localhost:7833/v1/key?x", "/v1/key"),
            ("http://localhost", "/"),
            ("*", "*"),
            ("/a://b/c", "/a://b/c"),
        ];
        for (target, expected) in cases {
            assert_eq!(path(target), expected, "{target}");
        }
    }
}
