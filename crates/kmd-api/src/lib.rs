//! The kmd HTTP API: requests, responses, paths, wire encodings and
//! the names of the files in a data directory.
//!
//! Both the daemon and the client library are built on this crate, so that the
//! two cannot disagree. Every request is a struct that knows its method, its
//! path and the type of its answer ([`Request`]). Bodies travel as JSON or as
//! msgpack with the same field names ([`Encoding`]).

mod bytes;
mod encoding;
pub mod files;
mod json;
mod msgpack;
mod multisig;
mod objection;
mod password;
mod public_key;
mod ready;
mod request;
mod secret;
mod text;
pub mod v1;
pub mod v2;

pub use bytes::ByteString;
pub use encoding::{DecodeError, EncodeError, Encoding};
pub use multisig::PartialMultisig;
pub use password::Password;
pub use public_key::PublicKeyField;
pub use ready::{Readiness, Ready};
pub use request::{Method, Request};
pub use secret::{SecretBytes, SecretText};

/// The header that carries the API token of the daemon.
pub const TOKEN_HEADER: &str = "x-kmd-api-token";
