//! One blocking connection: for setting up, and for the time of single calls.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kmd_api::v1::{CreateWallet, GenerateKey, InitWallet, ReleaseWallet};
use kmd_api::{Encoding, Password, Request, SecretText};

use crate::http::{self, Incoming};

/// The password of every wallet that is made here.
pub const PASSWORD: &str = "correct horse battery staple";
/// How long any one answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where a daemon can be reached.
#[derive(Clone, Debug)]
pub enum Endpoint {
    /// The TCP listener.
    Tcp(SocketAddr),
    /// The Unix socket.
    Unix(PathBuf),
}

/// A connection.
pub struct Client {
    stream: Box<dyn Stream>,
    incoming: Incoming,
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens there.
    pub fn connect(endpoint: &Endpoint) -> Result<Self> {
        let stream: Box<dyn Stream> = match endpoint {
            Endpoint::Tcp(address) => {
                let stream = TcpStream::connect(address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                Box::new(stream)
            }
            Endpoint::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                Box::new(stream)
            }
        };
        Ok(Self {
            stream,
            incoming: Incoming::default(),
        })
    }

    /// Sends a request and reads its answer; gives the status and how long it took.
    ///
    /// # Errors
    /// Of the connection.
    pub fn send(&mut self, request: &[u8]) -> Result<(u16, Duration)> {
        self.incoming.clear();
        let started = Instant::now();
        self.stream.write_all(request)?;
        while !self.incoming.read(&mut self.stream)? {}
        Ok((self.incoming.status(), started.elapsed()))
    }

    /// Sends a request that must be answered with this status; gives how long it took.
    ///
    /// # Errors
    /// Of the connection; another status.
    pub fn expect(&mut self, request: &[u8], status: u16) -> Result<Duration> {
        let (answered, time) = self.send(request)?;
        ensure!(answered == status, "{} in place of {status}", self.incoming.complaint());
        Ok(time)
    }

    /// The answer of a request that must succeed, and how long it took.
    ///
    /// # Errors
    /// Of the connection; a failure; an answer that is not of this request.
    pub fn timed<R: Request>(&mut self, request: &R) -> Result<(R::Response, Duration)> {
        let time = self
            .expect(&http::request(request, Encoding::Json)?, 200)
            .context(R::PATH)?;
        Ok((Encoding::Json.decode_response(&self.incoming.body())?, time))
    }

    /// The answer of a request that must succeed.
    ///
    /// # Errors
    /// As [`Self::timed`].
    pub fn call<R: Request>(&mut self, request: &R) -> Result<R::Response> {
        Ok(self.timed(request)?.0)
    }

    /// Makes a wallet and gives its id.
    ///
    /// # Errors
    /// As [`Self::timed`].
    pub fn create(&mut self, name: &str) -> Result<String> {
        let created = self.call(&CreateWallet {
            wallet_driver_name: "sqlite".to_owned(),
            wallet_name: name.to_owned(),
            wallet_password: Password::new(PASSWORD),
            ..CreateWallet::default()
        })?;
        Ok(created.wallet.id)
    }

    /// Unlocks a wallet; gives the handle and how long it took.
    ///
    /// # Errors
    /// As [`Self::timed`].
    pub fn open(&mut self, id: &str) -> Result<(String, Duration)> {
        let (opened, time) = self.timed(&open(id, PASSWORD))?;
        Ok((opened.wallet_handle_token.expose().to_owned(), time))
    }

    /// Gives a handle up.
    ///
    /// # Errors
    /// As [`Self::timed`].
    pub fn release(&mut self, handle: &str) -> Result<()> {
        self.call(&ReleaseWallet {
            wallet_handle_token: SecretText::new(handle),
        })?;
        Ok(())
    }

    /// Unlocks a wallet and gives the handle up again; gives how long the first took.
    ///
    /// # Errors
    /// As [`Self::timed`].
    pub fn open_and_release(&mut self, id: &str) -> Result<Duration> {
        let (handle, time) = self.open(id)?;
        self.release(&handle)?;
        Ok(time)
    }

    /// Makes the next key and gives its address.
    ///
    /// # Errors
    /// As [`Self::timed`].
    pub fn generate(&mut self, handle: &str) -> Result<String> {
        Ok(self.call(&generate(handle))?.address)
    }
}

/// The request for the next key.
pub fn generate(handle: &str) -> GenerateKey {
    GenerateKey {
        wallet_handle_token: SecretText::new(handle),
        ..GenerateKey::default()
    }
}

/// The request to unlock a wallet.
pub fn open(id: &str, password: &str) -> InitWallet {
    InitWallet {
        wallet_id: id.to_owned(),
        wallet_password: Password::new(password),
    }
}
