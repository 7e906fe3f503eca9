//! Bodies: read within bounds, and written as the reference frames them.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http::header::ACCEPT;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use kmd_api::Encoding;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::endpoint::{BodyLimit, Refusal};
use crate::limits::Limits;

/// Longer answers than this the reference sends in chunks.
const UNCHUNKED: usize = 2048;

/// Reads a whole body, which is wiped after use: it may hold a password.
pub(crate) async fn read(body: Incoming, limits: &Limits, which: BodyLimit) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let limit = match which {
        BodyLimit::Single => limits.body,
        BodyLimit::Batch => limits.batch_body,
    };
    if body.is_end_stream() {
        return Ok(Zeroizing::default());
    }
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(Refusal::BodyTooLarge);
    }
    timeout(limits.body_timeout, collect(body, announced as usize, limit))
        .await
        .map_err(|_| Refusal::BodyTimeout)?
}

async fn collect(mut body: Incoming, announced: usize, limit: usize) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let mut collected = Zeroizing::new(Vec::with_capacity(announced));
    while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| Refusal::BodyBroken)?.into_data() else {
            continue;
        };
        if collected.len() + data.len() > limit {
            return Err(Refusal::BodyTooLarge);
        }
        grow(&mut collected, data.len());
        collected.extend_from_slice(data.chunk());
    }
    Ok(collected)
}

/// Makes room without leaving a copy behind unwiped.
fn grow(collected: &mut Zeroizing<Vec<u8>>, additional: usize) {
    if collected.capacity() - collected.len() < additional {
        let mut larger = Vec::with_capacity((2 * collected.capacity()).max(collected.len() + additional));
        larger.extend_from_slice(collected);
        *collected = Zeroizing::new(larger);
    }
}

/// How to answer: as the request was written, or as it asks where it has no body.
pub(crate) fn encoding(headers: &HeaderMap, body: &[u8]) -> Encoding {
    if body.is_empty() {
        accepted_encoding(headers)
    } else {
        Encoding::of_body(body)
    }
}

/// What the request asks for by its headers.
pub(crate) fn accepted_encoding(headers: &HeaderMap) -> Encoding {
    let wants = |value: &http::HeaderValue| {
        value
            .to_str()
            .is_ok_and(|value| value.contains(Encoding::Msgpack.media_type()))
    };
    if headers.get(ACCEPT).is_some_and(wants) {
        Encoding::Msgpack
    } else {
        Encoding::Json
    }
}

/// The body of an answer, whole. Short ones announce their length.
pub(crate) struct ReplyBody {
    bytes: Bytes,
    chunked: bool,
}

impl ReplyBody {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self {
            chunked: bytes.len() > UNCHUNKED,
            bytes,
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = std::mem::take(&mut self.bytes);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        if self.chunked {
            SizeHint::default()
        } else {
            SizeHint::with_exact(self.bytes.len() as u64)
        }
    }
}
