//! Bytes that come one after the other.

use core::fmt;
use core::ops::{Deref, DerefMut};
use std::io;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::SecretSlice;

/// What a buffer has room for once anything is in it.
const LEAST: usize = 256;

/// Secret bytes whose number is not known when the first of them comes: what is read from a peer,
/// or an answer that is being written.
///
/// When it needs more room it moves to a place twice as large, and the old one is wiped. It cannot
/// be cloned nor compared, and formatting it shows nothing.
#[derive(Default)]
pub struct SecretBuffer {
    /// Zero from `len` on.
    room: SecretSlice,
    len: usize,
}

impl SecretBuffer {
    /// An empty buffer, without memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty buffer with room for as many bytes.
    ///
    /// # Panics
    ///
    /// If no memory could ever be that large.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            room: SecretSlice::zeroed(capacity),
            len: 0,
        }
    }

    /// How many bytes it can hold without moving.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.room.len()
    }

    /// Adds bytes at the end.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.room[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// Makes room for as many bytes more, or for more than that: what comes in small pieces is not
    /// moved for each.
    pub fn reserve(&mut self, additional: usize) {
        let needed = self.len.saturating_add(additional);
        if needed > self.capacity() {
            self.move_to(needed.max(self.capacity().saturating_mul(2)).max(LEAST));
        }
    }

    /// Makes room for as many bytes more, and no more than that.
    pub fn reserve_exact(&mut self, additional: usize) {
        let needed = self.len.saturating_add(additional);
        if needed > self.capacity() {
            self.move_to(needed);
        }
    }

    fn move_to(&mut self, capacity: usize) {
        let mut room = SecretSlice::zeroed(capacity);
        room[..self.len].copy_from_slice(&self.room[..self.len]);
        self.room = room;
    }

    /// The room after the last byte, to be written to; [`added`](Self::added) makes what was written
    /// part of the buffer.
    pub fn spare(&mut self) -> &mut [u8] {
        &mut self.room[self.len..]
    }

    /// Takes as many bytes of [`spare`](Self::spare) in.
    ///
    /// # Panics
    ///
    /// If there is not that much room.
    pub fn added(&mut self, bytes: usize) {
        assert!(bytes <= self.capacity() - self.len, "more than there is room for");
        self.len += bytes;
    }

    /// Removes as many bytes from the front, and wipes where they, or those that moved, were.
    ///
    /// # Panics
    ///
    /// If it has not that many.
    pub fn consume(&mut self, bytes: usize) {
        self.room.copy_within(bytes..self.len, 0);
        let len = self.len - bytes;
        self.room[len..self.len].zeroize();
        self.len = len;
    }

    /// Removes all bytes and wipes them.
    pub fn clear(&mut self) {
        self.consume(self.len);
    }
}

impl Deref for SecretBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.room[..self.len]
    }
}

impl DerefMut for SecretBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.room[..self.len]
    }
}

impl io::Write for SecretBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl ZeroizeOnDrop for SecretBuffer {}

impl fmt::Debug for SecretBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretBuffer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn holds_what_was_added_in_whatever_way() {
        let mut buffer = SecretBuffer::new();
        buffer.extend(b"one ");
        buffer.write_all(b"two ").unwrap();
        buffer.reserve(1000);
        buffer.spare()[..5].copy_from_slice(b"three");
        buffer.added(5);
        assert_eq!(&*buffer, b"one two three");
        assert!(buffer.capacity() >= 1008);
    }

    #[test]
    fn makes_exactly_the_room_that_is_asked_for() {
        let mut buffer = SecretBuffer::with_capacity(1000);
        buffer.extend(&[7; 1000]);
        buffer.reserve_exact(1);
        assert_eq!((buffer.capacity(), &*buffer), (1001, &[7; 1000][..]));
        buffer.reserve(2);
        assert_eq!((buffer.capacity(), &*buffer), (2002, &[7; 1000][..]));
    }

    #[test]
    fn what_is_consumed_is_wiped() {
        let mut buffer = SecretBuffer::with_capacity(16);
        buffer.extend(b"a secret, public");
        buffer.consume(10);
        assert_eq!(&*buffer, b"public");
        assert_eq!(buffer.spare(), [0; 10]);
        buffer.clear();
        assert_eq!(buffer.spare(), [0; 16]);
    }

    #[test]
    #[should_panic(expected = "more than there is room for")]
    fn adds_no_more_than_there_is() {
        SecretBuffer::with_capacity(4).added(5);
    }
}
