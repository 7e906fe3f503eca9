//! A TCP or Unix connection whose reads and writes share one deadline.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType};

use crate::error::Peer;

pub(crate) struct Stream {
    socket: OwnedFd,
    /// None: no end.
    deadline: Option<Instant>,
}

impl Stream {
    pub(crate) fn connect(peer: &Peer, timeout: Duration) -> io::Result<Self> {
        let socket = match peer {
            Peer::Tcp(address) => connect_tcp(address, timeout)?,
            Peer::Unix(path) => connect_unix(path, timeout).map_err(timed_out)?,
        };
        Ok(Self { socket, deadline: None })
    }

    /// The time from now that all reads and writes to come may take together.
    pub(crate) fn set_deadline(&mut self, timeout: Duration) {
        self.deadline = Instant::now().checked_add(timeout);
    }

    /// Whether the peer has neither closed the connection nor sent anything: between an answer and
    /// the next request it has nothing to say.
    pub(crate) fn is_quiet(&self) -> bool {
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        rustix::net::recv(&self.socket, &mut [0], flags) == Err(Errno::WOULDBLOCK)
    }

    fn limit(&self, direction: Timeout) -> io::Result<()> {
        let left = self
            .deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(set_socket_timeout(&self.socket, direction, left)?)
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.limit(Timeout::Recv)?;
        let received = rustix::net::recv(&self.socket, buffer, RecvFlags::empty());
        received.map(|(length, _)| length).map_err(timed_out)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.limit(Timeout::Send)?;
        rustix::net::send(&self.socket, bytes, SendFlags::NOSIGNAL).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn connect_tcp(address: &str, timeout: Duration) -> io::Result<OwnedFd> {
    let mut failure = io::Error::new(ErrorKind::NotFound, "the name has no address");
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(socket) => {
                socket.set_nodelay(true)?;
                return Ok(socket.into());
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// The standard library connects to a Unix socket without a timeout, and a daemon that hangs with
/// a full backlog would hang its clients.
fn connect_unix(path: &Path, timeout: Duration) -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    set_socket_timeout(&socket, Timeout::Send, Some(timeout))?;
    let address = SocketAddrUnix::new(path)?;
    rustix::io::retry_on_intr(|| rustix::net::connect(&socket, &address))?;
    Ok(socket)
}

/// A blocking socket whose time is up says that it would block.
fn timed_out(error: Errno) -> io::Error {
    match error {
        Errno::WOULDBLOCK => ErrorKind::TimedOut.into(),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn connecting_to_a_full_backlog_has_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full");
        let listener = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).unwrap();
        rustix::net::bind(&listener, &SocketAddrUnix::new(&path).unwrap()).unwrap();
        rustix::net::listen(&listener, 0).unwrap();
        let _waits_for_accept = UnixStream::connect(&path).unwrap();

        let refused = Stream::connect(&Peer::Unix(path), Duration::from_millis(10));

        assert_eq!(refused.err().map(|error| error.kind()), Some(ErrorKind::TimedOut));
    }
}
