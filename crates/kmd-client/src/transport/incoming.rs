//! The bytes of one answer on their way in: a window for the parsers, and bounded copies of the
//! rest. All of it is wiped, for any answer may hold a key.

use std::io::{ErrorKind, Read};

use zeroize::Zeroizing;

use super::http::ReadError;

/// Longest head, and longest line between chunks.
const WINDOW_LENGTH: usize = 16 * 1024;

pub(crate) struct Incoming<'a, S> {
    stream: &'a mut S,
    window: Zeroizing<Vec<u8>>,
    start: usize,
    end: usize,
}

impl<'a, S: Read> Incoming<'a, S> {
    pub(crate) fn new(stream: &'a mut S) -> Self {
        Self {
            stream,
            window: Zeroizing::new(vec![0; WINDOW_LENGTH]),
            start: 0,
            end: 0,
        }
    }

    /// Reads until `parser` has enough, and drops the bytes that it says it used.
    pub(crate) fn parse<T>(
        &mut self,
        parser: impl Fn(&[u8]) -> Result<Option<(usize, T)>, ReadError>,
    ) -> Result<T, ReadError> {
        loop {
            if let Some((used, value)) = parser(self.unread())? {
                self.start += used;
                return Ok(value);
            }
            self.fill()?;
        }
    }

    /// Appends the next `length` bytes to `body`.
    pub(crate) fn copy(&mut self, length: usize, body: &mut Zeroizing<Vec<u8>>) -> Result<(), ReadError> {
        reserve(body, length);
        let mut missing = length;
        while missing > 0 {
            if self.unread().is_empty() {
                self.fill()?;
            }
            missing -= self.take(missing, body);
        }
        Ok(())
    }

    /// Appends all that comes until the peer closes.
    pub(crate) fn copy_to_end(&mut self, limit: usize, body: &mut Zeroizing<Vec<u8>>) -> Result<(), ReadError> {
        loop {
            let length = self.unread().len();
            if length > limit - body.len() {
                return Err(ReadError::too_long());
            }
            reserve(body, length);
            self.take(length, body);
            if !self.more()? {
                return Ok(());
            }
        }
    }

    /// What has arrived and was not used.
    pub(crate) fn unread(&self) -> &[u8] {
        self.window.get(self.start..self.end).unwrap_or_default()
    }

    /// Appends what there is of the next `length` bytes.
    fn take(&mut self, length: usize, body: &mut Vec<u8>) -> usize {
        let unread = self.unread();
        let piece = unread.get(..length).unwrap_or(unread);
        let length = piece.len();
        body.extend_from_slice(piece);
        self.start += length;
        length
    }

    fn fill(&mut self) -> Result<(), ReadError> {
        match self.more()? {
            true => Ok(()),
            false => Err(ReadError::Stream(ErrorKind::UnexpectedEof.into())),
        }
    }

    /// Reads once; false when the peer has closed.
    fn more(&mut self) -> Result<bool, ReadError> {
        self.window.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let free = self.window.get_mut(self.end..).unwrap_or_default();
        if free.is_empty() {
            return Err(ReadError::Broken("head: too long".to_owned()));
        }
        let length = read_uninterrupted(self.stream, free)?;
        self.end += length;
        Ok(length > 0)
    }
}

fn read_uninterrupted(stream: &mut impl Read, buffer: &mut [u8]) -> Result<usize, ReadError> {
    loop {
        match stream.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read.map_err(ReadError::Stream),
        }
    }
}

/// Makes room as `Vec::reserve` does, but wipes what it moves away from.
fn reserve(buffer: &mut Zeroizing<Vec<u8>>, additional: usize) {
    let needed = buffer.len() + additional;
    if needed > buffer.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * buffer.capacity())));
        larger.extend_from_slice(buffer);
        *buffer = larger;
    }
}
