//! Sockets that the service manager opened for the daemon (`LISTEN_FDS`, see
//! sd_listen_fds(3)): it can then start at the first connection, and needs no
//! right to open a port.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;

use rustix::io::{FdFlags, fcntl_setfd, ioctl_fionbio};
use rustix::net::AddressFamily;
use rustix::net::sockopt::{socket_acceptconn, socket_domain};

use crate::error::StartError;

/// At most one of each kind. What is there takes the place of the socket that
/// the daemon would open itself.
#[derive(Default)]
pub(crate) struct HandedSockets {
    pub(crate) tcp: Option<TcpListener>,
    pub(crate) unix: Option<UnixListener>,
}

impl HandedSockets {
    /// Takes those of this process. Called before other files are opened, so
    /// that a number in the environment cannot mean one of ours.
    ///
    /// # Errors
    /// [`StartError::Sockets`].
    pub(crate) fn take() -> Result<Self, StartError> {
        let handed = sd_listen_fds::get().map_err(|error| StartError::Sockets(error.to_string()))?;
        let mut taken = Self::default();
        for (_, socket) in handed {
            taken.add(socket.into_std()).map_err(StartError::Sockets)?;
        }
        Ok(taken)
    }

    fn add(&mut self, socket: OwnedFd) -> Result<(), String> {
        let foreign = |error: rustix::io::Errno| format!("one is none: {error}");
        fcntl_setfd(&socket, FdFlags::CLOEXEC).map_err(foreign)?;
        ioctl_fionbio(&socket, true).map_err(foreign)?;
        if !socket_acceptconn(&socket).map_err(foreign)? {
            return Err("one does not listen".to_owned());
        }
        let second = match socket_domain(&socket).map_err(foreign)? {
            AddressFamily::INET | AddressFamily::INET6 => self.tcp.replace(socket.into()).is_some(),
            AddressFamily::UNIX => self.unix.replace(socket.into()).is_some(),
            _ => return Err("one is neither TCP nor Unix".to_owned()),
        };
        if second {
            return Err("there are two of a kind".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;

    fn tcp() -> OwnedFd {
        TcpListener::bind("127.0.0.1:0").unwrap().into()
    }

    #[test]
    fn one_of_each_kind_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("socket");
        let mut taken = HandedSockets::default();
        taken.add(UnixListener::bind(&path).unwrap().into()).unwrap();
        taken.add(tcp()).unwrap();
        assert!(taken.tcp.unwrap().local_addr().unwrap().ip().is_loopback());
        let address = taken.unix.unwrap().local_addr().unwrap();
        assert_eq!(address.as_pathname(), Some(path.as_path()));
    }

    #[test]
    fn what_cannot_be_served_is_refused() {
        let mut taken = HandedSockets::default();
        taken.add(tcp()).unwrap();
        let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
        let file = tempfile::tempfile().unwrap();
        for (socket, words) in [
            (tcp(), "two of a kind"),
            (datagrams.into(), "does not listen"),
            (file.into(), "one is none"),
        ] {
            let problem = taken.add(socket).unwrap_err();
            assert!(problem.contains(words), "{problem}");
        }
    }
}
