//! What a data directory says about its daemon: where it listens, and the token it wants.

use std::path::{Path, PathBuf};
use std::{fs, io};

use kmd_api::files;
use zeroize::Zeroizing;

use crate::error::{Error, Peer, TokenError};
use crate::transport::{Transport, http};

pub(crate) struct DataDir<'a>(&'a Path);

impl<'a> DataDir<'a> {
    pub(crate) fn new(path: &'a Path) -> Self {
        Self(path)
    }

    /// The first line of `kmd.token`.
    pub(crate) fn token(&self) -> Result<Zeroizing<String>, TokenError> {
        let file = self.0.join(files::TOKEN);
        let text = fs::read_to_string(&file)
            .map(Zeroizing::new)
            .map_err(|source| TokenError::Unreadable { file, source })?;
        http::token(text.lines().next().unwrap_or_default())
    }

    /// `None` when there is no socket, or only the one of a daemon that is gone.
    pub(crate) fn over_socket(&self) -> Option<Transport> {
        let transport = self.transport(Peer::Unix(self.0.join(files::SOCKET)));
        transport.connected().ok()
    }

    pub(crate) fn over_tcp(&self) -> Result<Transport, Error> {
        let transport = self.transport(Peer::Tcp(self.address()?));
        Ok(transport.connected()?)
    }

    /// What `kmd.net` says.
    fn address(&self) -> Result<String, Error> {
        let file = self.0.join(files::NET);
        let text = fs::read_to_string(&file).map_err(|source| self.error(file.clone(), source))?;
        match text.trim() {
            "" => Err(self.error(file, io::Error::new(io::ErrorKind::InvalidData, "it is empty"))),
            address => Ok(address.to_owned()),
        }
    }

    fn error(&self, file: PathBuf, source: io::Error) -> Error {
        Error::DataDir {
            file,
            start_command: self.start_command(),
            source,
        }
    }

    fn transport(&self, peer: Peer) -> Transport {
        Transport::new(peer, self.start_command())
    }

    fn start_command(&self) -> String {
        format!("kmd -d {}", self.0.display())
    }
}
