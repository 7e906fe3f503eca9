//! What goes to a peer.

use std::cell::RefCell;
use std::io::{IoSlice, Write};
use std::time::{Duration, SystemTime};

use super::wait::{Interrupted, Peer, Stream};
use crate::http::{Reply, Version};
use crate::status::Status;

/// Longer answers than this the reference sends in chunks.
const UNCHUNKED: usize = 2048;

/// Told to a peer that waits with its body.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// How an answer is framed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// By its length.
    Length,
    /// As one chunk.
    Chunk,
    /// By the end of the connection.
    Close,
}

/// What of a request matters for how it is answered.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) version: Version,
    pub(crate) keep_alive: bool,
    /// Of a body only its length is wanted.
    pub(crate) head_only: bool,
}

/// Writes answers, into memory that it keeps for their heads.
#[derive(Default)]
pub(crate) struct Output {
    head: Vec<u8>,
}

impl Output {
    /// Tells a peer to go on with its body.
    pub(crate) async fn go_on<S: Stream>(peer: &mut Peer<S>, time: Duration) -> Result<(), Interrupted> {
        peer.write(&mut [IoSlice::new(CONTINUE)], time).await
    }

    /// Writes an answer; false when the connection ends with it.
    pub(crate) async fn answer<S: Stream>(
        &mut self,
        peer: &mut Peer<S>,
        reply: &Reply,
        manner: Manner,
        time: Duration,
    ) -> Result<bool, Interrupted> {
        let end = match manner.version {
            _ if reply.body.len() <= UNCHUNKED => End::Length,
            Version::V1_1 => End::Chunk,
            Version::V1_0 => End::Close,
        };
        let stays = manner.keep_alive && !reply.closes && end != End::Close;
        self.write_head(reply, manner, end, stays);
        let body: &[u8] = if manner.head_only { b"" } else { &reply.body };
        let tail: &[u8] = match end {
            End::Chunk if !manner.head_only => b"\r\n0\r\n\r\n",
            _ => b"",
        };
        let mut slices = [IoSlice::new(&self.head), IoSlice::new(body), IoSlice::new(tail)];
        peer.write(&mut slices, time).await?;
        Ok(stays)
    }

    fn write_head(&mut self, reply: &Reply, manner: Manner, end: End, stays: bool) {
        let head = &mut self.head;
        head.clear();
        head.extend_from_slice(match manner.version {
            Version::V1_0 => b"HTTP/1.0 ",
            Version::V1_1 => b"HTTP/1.1 ",
        });
        head.extend_from_slice(reply.status.digits().as_bytes());
        head.push(b' ');
        head.extend_from_slice(reply.status.reason().as_bytes());
        head.extend_from_slice(b"\r\n");
        if let Some(media_type) = reply.media_type {
            field(head, "Content-Type", media_type.as_bytes());
        }
        for (name, value) in &reply.fields {
            field(head, name, value);
        }
        match (stays, manner.version) {
            (false, _) => field(head, "Connection", b"close"),
            (true, Version::V1_0) => field(head, "Connection", b"keep-alive"),
            (true, Version::V1_1) => {}
        }
        match end {
            End::Length => number(head, format_args!("Content-Length: {}\r\n", reply.body.len())),
            // The reference says nothing of chunks that do not come.
            End::Chunk if manner.head_only => {}
            End::Chunk => field(head, "Transfer-Encoding", b"chunked"),
            End::Close => {}
        }
        DATE.with_borrow_mut(|date| field(head, "Date", date.now()));
        head.extend_from_slice(b"\r\n");
        if end == End::Chunk && !manner.head_only {
            number(head, format_args!("{:x}\r\n", reply.body.len()));
        }
    }
}

fn field(head: &mut Vec<u8>, name: &str, value: &[u8]) {
    head.extend_from_slice(name.as_bytes());
    head.extend_from_slice(b": ");
    head.extend_from_slice(value);
    head.extend_from_slice(b"\r\n");
}

fn number(head: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to a vector does not fail.
    let _ = head.write_fmt(text);
}

thread_local! {
    static DATE: RefCell<Date> = RefCell::default();
}

/// The date as HTTP writes it, written once a second.
#[derive(Default)]
struct Date {
    second: u64,
    text: Vec<u8>,
}

impl Date {
    fn now(&mut self) -> &[u8] {
        let now = SystemTime::now();
        let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        if self.second != since.as_secs() {
            self.second = since.as_secs();
            self.text = httpdate::fmt_http_date(now).into_bytes();
        }
        &self.text
    }
}

/// An answer to a head that is none.
pub(crate) fn refusal(status: Status) -> (Reply, Manner) {
    let manner = Manner {
        version: Version::V1_1,
        keep_alive: false,
        head_only: false,
    };
    (Reply::empty(status).closing(), manner)
}
