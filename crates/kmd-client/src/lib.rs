//! A blocking client for kmd, the Key Management Daemon for Algorand.
//!
//! [`Client::open`] takes the data directory of a running daemon and finds the rest itself: the
//! token, and the Unix socket, or the TCP address where there is no socket. Then there is a method
//! for each endpoint, and [`Client::call`] for requests put together by hand.
//!
//! ```no_run
//! # fn main() -> Result<(), kmd_client::Error> {
//! # let transaction: Vec<u8> = Vec::new();
//! use kmd_client::Client;
//!
//! let password = "correct horse battery staple";
//! let kmd = Client::open("./kmd-data")?;
//!
//! let wallet = kmd.create_wallet("savings", password)?;
//! let handle = kmd.init_wallet(&wallet.id, password)?;
//! let address = kmd.generate_key(&handle)?;
//! println!("send something to {address}");
//!
//! // `transaction` is the msgpack of a transaction whose sender is `address`.
//! let signed = kmd.sign_transaction(&handle, password, &transaction, None)?;
//! std::fs::write("signed.txn", signed).ok();
//!
//! kmd.release_wallet(&handle)?;
//! # Ok(())
//! # }
//! ```
//!
//! Requests and answers are wiped from the client's own memory once they are used. What the
//! encoders and the caller copy is not; a program that cares sets `zeroizing-alloc` as its global
//! allocator, as the daemon does.
//!
//! ```text
//!  wrappers ── Client::call ── transport ── http, incoming ── stream
//!                  │               │
//!              kmd-api          data_dir
//! ```

mod client;
mod data_dir;
mod error;
mod transport;
mod wrappers;

pub use client::Client;
pub use error::{Error, Peer, Refused, TokenError, TransportError};
pub use kmd_algorand::{self, Address, Multisig, MultisigPreimage, PublicKey, Signature};
pub use kmd_api::{self, SecretBytes, SecretText};
pub use transport::Timeouts;
pub use wrappers::{Scrypt, ToSign};
