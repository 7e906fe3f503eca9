//! Where the body of a request ends (RFC 9112, section 6).

use std::ops::Range;

/// Longest line with the size of a chunk, and longest trailer section, in bytes.
const LONGEST_LINE: usize = 1024;

/// How the end of a body is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// By its length in bytes; 0 when there is no body.
    Length(u64),
    /// By a chunk of no bytes.
    Chunked,
}

/// A body whose end cannot be told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unframed;

impl Framing {
    /// Reads the framing from the values of `Content-Length` and
    /// `Transfer-Encoding`. Where both are given, or several lengths that
    /// differ, somebody is being fooled.
    pub(crate) fn of(lengths: &[&[u8]], encodings: &[&[u8]]) -> Result<Self, Unframed> {
        match (lengths, encodings) {
            ([], []) => Ok(Self::Length(0)),
            ([], [encoding]) if encoding.eq_ignore_ascii_case(b"chunked") => Ok(Self::Chunked),
            ([first, others @ ..], []) if others.iter().all(|other| other == first) => {
                length(first).map(Self::Length).ok_or(Unframed)
            }
            _ => Err(Unframed),
        }
    }

    /// Whether so many bytes may be enough for the body. Of chunks that is seen
    /// when they come.
    pub(crate) fn fits(self, bytes: usize) -> bool {
        match self {
            Self::Length(length) => length <= bytes as u64,
            Self::Chunked => true,
        }
    }
}

/// Digits, and nothing else: `u64::from_str` would take a sign.
fn length(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

/// Where in a body of chunks the reader is.
#[derive(Default)]
pub(crate) struct Chunks {
    at: At,
}

#[derive(Default)]
enum At {
    /// Before the line with a chunk's size.
    #[default]
    Size,
    /// Within its data, of which so many bytes are left.
    Data(u64),
    /// Before the line break after its data.
    DataEnd,
    /// After the last chunk.
    Trailers,
}

/// What the bytes at hand are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// These are data.
    Data(Range<usize>),
    /// More must come.
    More,
    /// The body ended.
    Done,
}

impl Chunks {
    /// Looks at the bytes that came and were not used, and says how many are used now.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Result<(usize, Progress), Unframed> {
        match self.at {
            At::Size => self.size(bytes),
            At::Data(left) => Ok(self.data(bytes, 0, left)),
            At::DataEnd => match bytes {
                [b'\r', b'\n', ..] => {
                    self.at = At::Size;
                    let (used, progress) = self.size(&bytes[2..])?;
                    Ok((2 + used, shifted(progress, 2)))
                }
                [] | [b'\r'] => Ok((0, Progress::More)),
                _ => Err(Unframed),
            },
            At::Trailers => trailers(bytes),
        }
    }

    fn size(&mut self, bytes: &[u8]) -> Result<(usize, Progress), Unframed> {
        match httparse::parse_chunk_size(bytes) {
            Ok(httparse::Status::Complete((used, 0))) => {
                self.at = At::Trailers;
                let (more, progress) = trailers(&bytes[used..])?;
                Ok((used + more, progress))
            }
            Ok(httparse::Status::Complete((used, size))) => Ok(self.data(bytes, used, size)),
            Ok(httparse::Status::Partial) if bytes.len() <= LONGEST_LINE => Ok((0, Progress::More)),
            _ => Err(Unframed),
        }
    }

    /// What of a chunk's data stands from `start` on.
    fn data(&mut self, bytes: &[u8], start: usize, left: u64) -> (usize, Progress) {
        let there = u64::try_from(bytes.len() - start).unwrap_or(u64::MAX).min(left);
        let end = start + there as usize;
        self.at = if there == left {
            At::DataEnd
        } else {
            At::Data(left - there)
        };
        let progress = if there == 0 {
            Progress::More
        } else {
            Progress::Data(start..end)
        };
        (end, progress)
    }
}

fn shifted(progress: Progress, by: usize) -> Progress {
    match progress {
        Progress::Data(range) => Progress::Data(range.start + by..range.end + by),
        other => other,
    }
}

/// Lines that nobody reads, up to an empty one.
fn trailers(bytes: &[u8]) -> Result<(usize, Progress), Unframed> {
    if bytes.starts_with(b"\r\n") {
        return Ok((2, Progress::Done));
    }
    match bytes.windows(4).position(|four| four == b"\r\n\r\n") {
        Some(position) => Ok((position + 4, Progress::Done)),
        None if bytes.len() <= LONGEST_LINE => Ok((0, Progress::More)),
        None => Err(Unframed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Values = &'static [&'static [u8]];

    #[test]
    fn framings() {
        let cases: [(Values, Values, Result<Framing, Unframed>); 12] = [
            (&[], &[], Ok(Framing::Length(0))),
            (&[b"0"], &[], Ok(Framing::Length(0))),
            (&[b"17"], &[], Ok(Framing::Length(17))),
            (&[b"17", b"17"], &[], Ok(Framing::Length(17))),
            (&[b"17", b"18"], &[], Err(Unframed)),
            (&[b"+17"], &[], Err(Unframed)),
            (&[b""], &[], Err(Unframed)),
            (&[b"99999999999999999999"], &[], Err(Unframed)),
            (&[], &[b"Chunked"], Ok(Framing::Chunked)),
            (&[], &[b"gzip, chunked"], Err(Unframed)),
            (&[], &[b"chunked", b"chunked"], Err(Unframed)),
            (&[b"3"], &[b"chunked"], Err(Unframed)),
        ];
        for (lengths, encodings, framing) in cases {
            assert_eq!(Framing::of(lengths, encodings), framing, "{lengths:?} {encodings:?}");
        }
    }

    /// What a body decodes to when it comes in pieces of `step` bytes, and what is left.
    fn decoded(body: &[u8], step: usize) -> Result<(Vec<u8>, Vec<u8>), &'static str> {
        let (mut chunks, mut data, mut buffer) = (Chunks::default(), Vec::new(), Vec::new());
        let mut coming = body.chunks(step);
        loop {
            let (used, progress) = chunks.next(&buffer).map_err(|Unframed| "unframed")?;
            if let Progress::Data(range) = &progress {
                data.extend_from_slice(&buffer[range.clone()]);
            }
            buffer.drain(..used);
            match progress {
                Progress::Data(_) => {}
                Progress::Done => {
                    coming.for_each(|more| buffer.extend_from_slice(more));
                    return Ok((data, buffer));
                }
                Progress::More => buffer.extend_from_slice(coming.next().ok_or("incomplete")?),
            }
        }
    }

    #[test]
    fn chunks_in_pieces_of_any_size() {
        type Decoded = Result<(&'static str, &'static str), &'static str>;
        let long = format!("0\r\n{}\r\n", "x".repeat(2000));
        let cases: [(&str, Decoded); 12] = [
            ("0\r\n\r\n", Ok(("", ""))),
            ("5\r\nhello\r\n0\r\n\r\nGET", Ok(("hello", "GET"))),
            ("5;name=value\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", Ok(("hello!", ""))),
            (
                "A\r\n0123456789\r\n0\r\nName: value\r\nOther: x\r\n\r\n",
                Ok(("0123456789", "")),
            ),
            ("5\r\nhelloX\r\n", Err("unframed")),
            ("5\r\nhello\rX", Err("unframed")),
            ("x\r\n", Err("unframed")),
            ("-1\r\n", Err("unframed")),
            ("11111111111111111\r\n", Err("unframed")),
            ("5\r\nhel", Err("incomplete")),
            ("0\r\n", Err("incomplete")),
            (&long, Err("unframed")),
        ];
        for (body, expected) in cases {
            for step in [1, 2, 3, 7, 1000] {
                let got = decoded(body.as_bytes(), step);
                let got = got.map(|(data, rest)| (String::from_utf8(data).unwrap(), String::from_utf8(rest).unwrap()));
                let expected = expected.map(|(data, rest)| (data.to_owned(), rest.to_owned()));
                assert_eq!(got, expected, "{body:?} in steps of {step}");
            }
        }
    }
}
