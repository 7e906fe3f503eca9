//! The two encodings of a body and how to tell them apart.

use std::io;

use kmd_memory::SecretBuffer;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::{json, msgpack};

/// Most bodies are no longer, in bytes.
const USUAL_LENGTH: usize = 512;

/// How a body is encoded. Field names are the same; bytes are base64 in JSON
/// and binary in msgpack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `application/json`
    Json,
    /// `application/msgpack`
    Msgpack,
}

/// A body that is not what the request asks for. Says where, never quotes what
/// stands there, since that may be a secret.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct DecodeError(pub(crate) String);

/// An answer that cannot be encoded.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct EncodeError(pub(crate) String);

impl Encoding {
    /// The encoding of `body`: msgpack when it begins with a msgpack map, which
    /// no JSON text does.
    pub fn of_body(body: &[u8]) -> Self {
        match body.first() {
            Some(0x80..=0x8f | 0xde | 0xdf) => Self::Msgpack,
            _ => Self::Json,
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Msgpack => "application/msgpack",
        }
    }

    /// Decodes a request. What follows the first value is ignored, as the
    /// reference ignores it.
    ///
    /// # Errors
    /// Unknown or repeated fields, wrong types, wrong lengths, broken text.
    pub fn decode_request<T: DeserializeOwned + Default>(self, body: &[u8]) -> Result<T, DecodeError> {
        match self {
            Self::Json => json::decode_request(body),
            Self::Msgpack => msgpack::decode(body),
        }
    }

    /// Decodes an answer.
    ///
    /// # Errors
    /// As [`Self::decode_request`].
    pub fn decode_response<T: DeserializeOwned>(self, body: &[u8]) -> Result<T, DecodeError> {
        match self {
            Self::Json => json::decode_response(body),
            Self::Msgpack => msgpack::decode(body),
        }
    }

    /// Encodes a request or an answer.
    ///
    /// # Errors
    /// Never for the types of this crate.
    pub fn encode<T: Serialize>(self, value: &T) -> Result<Vec<u8>, EncodeError> {
        let mut body = Vec::with_capacity(USUAL_LENGTH);
        self.encode_to(&mut body, value)?;
        Ok(body)
    }

    /// Encodes a request or an answer that carries a secret.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn encode_secret<T: Serialize>(self, value: &T) -> Result<SecretBuffer, EncodeError> {
        let mut body = SecretBuffer::with_capacity(USUAL_LENGTH);
        self.encode_to(&mut body, value)?;
        Ok(body)
    }

    fn encode_to<T: Serialize>(self, body: &mut impl io::Write, value: &T) -> Result<(), EncodeError> {
        match self {
            Self::Json => json::encode(body, value),
            Self::Msgpack => msgpack::encode(body, value),
        }
    }
}
