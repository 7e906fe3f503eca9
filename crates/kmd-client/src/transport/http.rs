//! HTTP/1.1 as far as one client of one API needs it: no redirects, no proxies, no compression, and
//! an end to everything the other side may send.

use std::io::{self, Read};

use httparse::{EMPTY_HEADER, Header, Response, Status};
use kmd_api::{Method, TOKEN_HEADER, files};
use zeroize::Zeroizing;

use super::incoming::Incoming;
use crate::error::TokenError;

/// Longest body of an answer: 64 MiB, some million addresses.
pub(crate) const MAX_BODY_LENGTH: usize = 64 * 1024 * 1024;

const MAX_HEADERS: usize = 64;

/// Everything of a request but its body.
pub(crate) struct RequestHead<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) host: &'a str,
    pub(crate) token: &'a str,
    pub(crate) media_type: &'a str,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// Whether the connection may carry the next request.
    pub(crate) keeps_connection: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The connection failed.
    Stream(io::Error),
    /// What came is no answer, or is longer than anybody needs.
    Broken(String),
}

/// A token that may stand in a header and that a daemon may have.
pub(crate) fn token(text: &str) -> Result<Zeroizing<String>, TokenError> {
    if !files::TOKEN_LENGTHS.contains(&text.len()) || text.chars().any(char::is_control) {
        return Err(TokenError::Malformed);
    }
    Ok(Zeroizing::new(text.to_owned()))
}

impl RequestHead<'_> {
    /// The whole request.
    pub(crate) fn followed_by(&self, body: &[u8]) -> Zeroizing<Vec<u8>> {
        let length = body.len().to_string();
        let about_the_body = ["\r\nContent-Type: ", self.media_type, "\r\nContent-Length: ", &length];
        let head = [
            self.method.as_str(),
            " ",
            self.path,
            " HTTP/1.1\r\nHost: ",
            self.host,
            "\r\n",
            TOKEN_HEADER,
            ": ",
            self.token,
            "\r\nAccept: ",
            self.media_type,
        ];
        let about_the_body: &[&str] = if body.is_empty() { &[] } else { &about_the_body };
        joined(&[&head, about_the_body, &["\r\n\r\n"]].concat(), body)
    }
}

/// Sized before anything is put in, so that nothing secret is moved.
fn joined(head: &[&str], body: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = head.iter().map(|part| part.len()).sum::<usize>() + body.len();
    let mut request = Zeroizing::new(Vec::with_capacity(length));
    for part in head {
        request.extend_from_slice(part.as_bytes());
    }
    request.extend_from_slice(body);
    request
}

/// Reads one answer with a body of at most `limit` bytes.
pub(crate) fn read_answer(stream: &mut impl Read, limit: usize) -> Result<Answer, ReadError> {
    let mut incoming = Incoming::new(stream);
    let head = read_head(&mut incoming)?;
    let mut body = Zeroizing::default();
    match head.framing {
        Framing::Length(length) if length > limit => return Err(ReadError::too_long()),
        Framing::Length(length) => incoming.copy(length, &mut body)?,
        Framing::Chunked => read_chunks(&mut incoming, limit, &mut body)?,
        Framing::UntilClosed => incoming.copy_to_end(limit, &mut body)?,
    }
    Ok(Answer {
        status: head.status,
        body,
        keeps_connection: head.keeps_connection && incoming.unread().is_empty(),
    })
}

struct AnswerHead {
    status: u16,
    framing: Framing,
    keeps_connection: bool,
}

/// Where a body ends.
enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
}

fn read_head<S: Read>(incoming: &mut Incoming<'_, S>) -> Result<AnswerHead, ReadError> {
    loop {
        let head = incoming.parse(parse_head)?;
        // 1xx announce an answer to come.
        if head.status >= 200 {
            return Ok(head);
        }
    }
}

fn parse_head(bytes: &[u8]) -> Result<Option<(usize, AnswerHead)>, ReadError> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    let mut response = Response::new(&mut headers);
    match response.parse(bytes).map_err(|error| broken("not HTTP", error))? {
        Status::Partial => Ok(None),
        Status::Complete(length) => Ok(Some((length, AnswerHead::of(&response)?))),
    }
}

impl AnswerHead {
    fn of(response: &Response<'_, '_>) -> Result<Self, ReadError> {
        let status = response.code.unwrap_or_default();
        let framing = match status {
            ..200 | 204 | 304 => Framing::Length(0),
            _ => Framing::of(response.headers)?,
        };
        let is_kept = response.version == Some(1) && !says_close(response.headers);
        Ok(Self {
            status,
            keeps_connection: is_kept && !matches!(framing, Framing::UntilClosed),
            framing,
        })
    }
}

impl Framing {
    fn of(headers: &[Header<'_>]) -> Result<Self, ReadError> {
        let codings: Vec<&[u8]> = values(headers, "transfer-encoding").collect();
        let lengths: Vec<&[u8]> = values(headers, "content-length").collect();
        match (codings.as_slice(), lengths.as_slice()) {
            ([], []) => Ok(Self::UntilClosed),
            ([], [length]) => parse_length(length).map(Self::Length),
            ([coding], []) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Self::Chunked),
            _ => Err(broken("framing", "not clear")),
        }
    }
}

fn says_close(headers: &[Header<'_>]) -> bool {
    values(headers, "connection")
        .flat_map(|value| value.split(|byte| *byte == b','))
        .any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"))
}

fn values<'a>(headers: &'a [Header<'a>], name: &str) -> impl Iterator<Item = &'a [u8]> {
    headers
        .iter()
        .filter(move |header| header.name.eq_ignore_ascii_case(name))
        .map(|header| header.value)
}

fn parse_length(value: &[u8]) -> Result<usize, ReadError> {
    if !value.iter().all(u8::is_ascii_digit) {
        return Err(broken("length", "not a number"));
    }
    let digits = String::from_utf8_lossy(value);
    digits.parse().map_err(|error| broken("length", error))
}

fn read_chunks<S: Read>(
    incoming: &mut Incoming<'_, S>,
    limit: usize,
    body: &mut Zeroizing<Vec<u8>>,
) -> Result<(), ReadError> {
    loop {
        let length = incoming.parse(parse_chunk_length)?;
        if length == 0 {
            return incoming.parse(parse_trailers);
        }
        if length > limit - body.len() {
            return Err(ReadError::too_long());
        }
        incoming.copy(length, body)?;
        incoming.parse(parse_line_end)?;
    }
}

fn parse_chunk_length(bytes: &[u8]) -> Result<Option<(usize, usize)>, ReadError> {
    match httparse::parse_chunk_size(bytes) {
        Ok(Status::Partial) => Ok(None),
        Ok(Status::Complete((used, length))) => Ok(Some((used, usize::try_from(length).unwrap_or(usize::MAX)))),
        Err(error) => Err(broken("chunk", error)),
    }
}

fn parse_line_end(bytes: &[u8]) -> Result<Option<(usize, ())>, ReadError> {
    match bytes {
        [b'\r', b'\n', ..] => Ok(Some((2, ()))),
        [] | [b'\r'] => Ok(None),
        _ => Err(broken("chunk", "longer than its length")),
    }
}

fn parse_trailers(bytes: &[u8]) -> Result<Option<(usize, ())>, ReadError> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    match httparse::parse_headers(bytes, &mut headers) {
        Ok(Status::Partial) => Ok(None),
        Ok(Status::Complete((used, _))) => Ok(Some((used, ()))),
        Err(error) => Err(broken("trailer", error)),
    }
}

impl ReadError {
    pub(crate) fn too_long() -> Self {
        broken("body", "too long")
    }
}

fn broken(what: &str, why: impl std::fmt::Display) -> ReadError {
    ReadError::Broken(format!("{what}: {why}"))
}

#[cfg(test)]
mod tests;
