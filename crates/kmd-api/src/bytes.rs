//! Byte fields: base64 or an array of numbers in JSON, binary in msgpack.

use std::fmt;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use kmd_memory::{SecretBuffer, SecretSlice};
use serde::de::{self, SeqAccess};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::objection::NOT_STANDARD_BASE64;

/// Standard base64 with padding. Line breaks are allowed inside, and bits left
/// over in the last character are ignored, as the reference decodes it.
static BASE64: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    specification.padding = Some('=');
    specification.ignore.push_str("\r\n");
    specification.check_trailing_bits = false;
    specification.encoding().unwrap_or(data_encoding::BASE64)
});

/// Bytes of a request or an answer that are no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByteString(Vec<u8>);

impl ByteString {
    /// Takes the bytes out.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for ByteString {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// Decodes base64 text, `None` when it is none.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    // What is nearly always sent decodes several times faster.
    let strict = data_encoding::BASE64.decode(text.as_bytes());
    strict.or_else(|_| BASE64.decode(text.as_bytes())).ok()
}

/// The same, into memory for secrets.
pub(crate) fn secret_from_base64(text: &[u8]) -> Option<SecretBuffer> {
    let length = BASE64.decode_len(text.len()).ok()?;
    let mut bytes = SecretBuffer::with_capacity(length);
    let decoded = BASE64.decode_mut(text, &mut bytes.spare()[..length]).ok()?;
    bytes.added(decoded);
    Some(bytes)
}

/// Writes bytes as the format asks: base64 in JSON, binary in msgpack.
pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        serializer.serialize_str(&data_encoding::BASE64.encode(bytes))
    } else {
        serializer.serialize_bytes(bytes)
    }
}

/// Writes secret bytes as the format asks: base64 in JSON, binary in msgpack.
pub(crate) fn serialize_secret<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        let mut text = SecretSlice::zeroed(data_encoding::BASE64.encode_len(bytes.len()));
        data_encoding::BASE64.encode_mut(bytes, &mut text);
        serializer.serialize_str(std::str::from_utf8(&text).map_err(S::Error::custom)?)
    } else {
        serializer.serialize_bytes(bytes)
    }
}

impl Serialize for ByteString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for ByteString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BytesVisitor)
    }
}

struct BytesVisitor;

impl<'de> de::Visitor<'de> for BytesVisitor {
    type Value = ByteString;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64 text, or an array of bytes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<ByteString, E> {
        from_base64(text)
            .map(ByteString)
            .ok_or_else(|| E::custom(NOT_STANDARD_BASE64))
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<ByteString, E> {
        Ok(ByteString(bytes.to_vec()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<ByteString, A::Error> {
        let mut bytes = Vec::with_capacity(numbers.size_hint().unwrap_or(0).min(4096));
        while let Some(byte) = numbers.next_element::<u8>()? {
            bytes.push(byte);
        }
        Ok(ByteString(bytes))
    }
}
