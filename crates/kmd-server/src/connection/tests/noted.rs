//! A stream that notes what is asked of it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;

use crate::connection::Stream;

/// What was asked, in order.
pub(super) type Notes = Arc<Mutex<Vec<Note>>>;

/// A stream that notes what is asked of it.
pub(super) struct Noted {
    stream: UnixStream,
    notes: Notes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Note {
    LookedFor,
    /// So many bytes may be read at once.
    Offered(usize),
    Written,
}

impl Noted {
    /// One end of a connection, the notes of it, and the other end.
    pub(super) fn pair() -> (Self, Notes, UnixStream) {
        let (client, stream) = UnixStream::pair().unwrap();
        let notes = Notes::default();
        let noted = Self {
            stream,
            notes: Arc::clone(&notes),
        };
        (noted, notes, client)
    }

    fn note(&self, note: Note) {
        self.notes.lock().unwrap().push(note);
    }
}

impl Stream for Noted {
    fn poll_readable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.note(Note::LookedFor);
        self.stream.poll_readable(context)
    }

    fn end_writing(&self) {
        self.stream.end_writing();
    }

    fn peek(&self, room: &mut [u8]) {
        self.stream.peek(room);
    }
}

impl AsyncRead for Noted {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.note(Note::Offered(room.remaining()));
        Pin::new(&mut self.stream).poll_read(context, room)
    }
}

impl AsyncWrite for Noted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.note(Note::Written);
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
