//! HTTP/1.1 as bytes: requests built once and sent many times, answers looked at no more than needed to see their end.

use std::borrow::Cow;
use std::io::{self, Read};

use anyhow::{Context, Result, ensure};
use kmd_api::{Encoding, Method, Request, TOKEN_HEADER};

/// The API token of every daemon that is measured.
pub const TOKEN: &str = "kmd-bench-kmd-bench-kmd-bench-kmd-bench-kmd-bench-kmd-bench-kmd-";

const FIRST_BUFFER: usize = 4096;
/// No answer is larger; more is a daemon gone wrong.
const LARGEST_ANSWER: usize = 256 << 20;

/// A request ready to be sent.
///
/// # Errors
/// Never for the requests of the API.
pub fn request<R: Request>(request: &R, encoding: Encoding) -> Result<Vec<u8>> {
    let body = match R::METHOD {
        Method::Get => Vec::new(),
        _ => encoding.encode(request)?,
    };
    let mut bytes = format!(
        "{} {} HTTP/1.1\r\nHost: localhost\r\n{TOKEN_HEADER}: {TOKEN}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
        R::METHOD.as_str(),
        R::PATH,
        encoding.media_type(),
        body.len(),
    )
    .into_bytes();
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

/// An answer on its way in. The buffer is kept from one answer to the next.
#[derive(Default)]
pub struct Incoming {
    buffer: Vec<u8>,
    filled: usize,
    head: Option<Head>,
}

struct Head {
    status: u16,
    body: usize,
    end: End,
}

/// How an answer shows where it ends.
enum End {
    At(usize),
    /// In chunks; the next one begins here.
    Chunks(usize),
}

impl Incoming {
    /// Forgets the last answer.
    pub fn clear(&mut self) {
        self.filled = 0;
        self.head = None;
    }

    /// Reads once and tells whether the answer is whole.
    ///
    /// # Errors
    /// Of the stream; an end in the middle; an answer that is not HTTP.
    pub fn read(&mut self, stream: &mut impl Read) -> io::Result<bool> {
        if self.filled == self.buffer.len() {
            let size = (2 * self.filled).max(FIRST_BUFFER);
            self.buffer.resize(size, 0);
        }
        match stream.read(&mut self.buffer[self.filled..])? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.filled += count;
                self.is_whole().map_err(io::Error::other)
            }
        }
    }

    /// The status of a whole answer.
    pub fn status(&self) -> u16 {
        self.head.as_ref().map_or(0, |head| head.status)
    }

    /// The body of a whole answer.
    pub fn body(&self) -> Cow<'_, [u8]> {
        match &self.head {
            None => Cow::Borrowed(&[]),
            Some(Head {
                body,
                end: End::At(end),
                ..
            }) => Cow::Borrowed(&self.buffer[*body..*end]),
            Some(Head { body, .. }) => Cow::Owned(join_chunks(&self.buffer[*body..self.filled])),
        }
    }

    /// A body that does not say what it was meant to, as part of an error.
    pub fn complaint(&self) -> String {
        let body = self.body();
        let shown = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
        format!("answer {}: {shown}", self.status())
    }

    fn is_whole(&mut self) -> Result<bool> {
        ensure!(self.filled <= LARGEST_ANSWER, "an answer without end");
        let received = &self.buffer[..self.filled];
        if self.head.is_none() {
            self.head = Head::parse(received)?;
        }
        match self.head.as_mut().map(|head| &mut head.end) {
            None => Ok(false),
            Some(End::At(end)) => Ok(received.len() >= *end),
            Some(End::Chunks(next)) => skip_chunks(received, next),
        }
    }
}

impl Head {
    /// The head, once all of it is there.
    fn parse(received: &[u8]) -> Result<Option<Self>> {
        let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let text = std::str::from_utf8(&received[..end]).context("a head that is no text")?;
        let mut lines = text.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.get(9..12))
            .and_then(|code| code.parse().ok());
        let body = end + 4;
        Ok(Some(Self {
            status: status.context("an answer without a status")?,
            body,
            end: find_end(lines, body)?,
        }))
    }
}

fn find_end<'a>(headers: impl Iterator<Item = &'a str>, body: usize) -> Result<End> {
    for (name, value) in headers.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            let length: usize = value.trim().parse().context("a content length that is no number")?;
            return Ok(End::At(body + length));
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Ok(End::Chunks(body));
        }
    }
    anyhow::bail!("an answer that does not say how long it is")
}

/// Moves `next` past the chunks that are whole; true when the last one is.
fn skip_chunks(received: &[u8], next: &mut usize) -> Result<bool> {
    while let Some((data, size)) = chunk(received, *next)? {
        let end = data + size + 2;
        if received.len() < end {
            return Ok(false);
        }
        *next = end;
        if size == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where the data of the chunk at `start` begins, and how much it is.
fn chunk(received: &[u8], start: usize) -> Result<Option<(usize, usize)>> {
    let Some(rest) = received.get(start..) else {
        return Ok(None);
    };
    let Some(line) = rest.windows(2).position(|pair| pair == b"\r\n") else {
        return Ok(None);
    };
    let size = std::str::from_utf8(&rest[..line])
        .ok()
        .and_then(|text| usize::from_str_radix(text, 16).ok());
    Ok(Some((start + line + 2, size.context("a chunk without a size")?)))
}

fn join_chunks(chunks: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(chunks.len());
    let mut next = 0;
    while let Ok(Some((data, size))) = chunk(chunks, next) {
        joined.extend_from_slice(chunks.get(data..data + size).unwrap_or_default());
        next = data + size + 2;
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads an answer that arrives in pieces of `piece` bytes.
    fn receive(answer: &str, piece: usize) -> Result<(u16, Vec<u8>)> {
        let mut incoming = Incoming::default();
        let mut pieces = answer.as_bytes().chunks(piece).enumerate();
        loop {
            let (_, mut bytes) = pieces.next().context("it wants more")?;
            if incoming.read(&mut bytes)? {
                ensure!(pieces.next().is_none(), "it stops too early");
                return Ok((incoming.status(), incoming.body().into_owned()));
            }
        }
    }

    #[test]
    fn answers_in_pieces() {
        let cases = [
            ("HTTP/1.1 200 OK\r\ncontent-LENGTH: 5\r\n\r\nhello", 200, "hello"),
            ("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, ""),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\nC\r\nlo, my world\r\n0\r\n\r\n",
                200,
                "hello, my world",
            ),
        ];
        for (answer, status, body) in cases {
            for piece in 1..=answer.len() {
                assert_eq!(
                    receive(answer, piece).unwrap(),
                    (status, body.as_bytes().to_vec()),
                    "{answer}"
                );
            }
        }
    }

    #[test]
    fn answers_that_are_none() {
        for answer in [
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        ] {
            assert!(receive(answer, answer.len()).is_err(), "{answer}");
        }
    }
}
