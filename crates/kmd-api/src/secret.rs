//! Secrets on the wire: bytes and text in memory for secrets, which never show
//! in `Debug`.
//!
//! They are decoded into that memory without passing through any other.
//! `Serialize` is their one exit: a request or an answer that carries the secret
//! to the peer it is meant for.

use std::fmt;

use kmd_memory::SecretBuffer;
use serde::de::{self, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::objection::{NOT_BYTES, NOT_STANDARD_BASE64, NOT_TEXT, NOT_UTF8};
use crate::{bytes, text};

/// Secret bytes (keys); base64 in JSON, binary in msgpack.
#[derive(Default)]
pub struct SecretBytes(SecretBuffer);

impl SecretBytes {
    /// Copies `bytes` into memory for secrets.
    pub fn new(bytes: &[u8]) -> Self {
        let mut copy = SecretBuffer::with_capacity(bytes.len());
        copy.extend(bytes);
        Self(copy)
    }

    /// The secret itself.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(…)")
    }
}

impl Serialize for SecretBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        bytes::serialize_secret(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for SecretBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return deserializer.deserialize_any(BytesVisitor);
        }
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        // The error of the parser is not passed on: it may quote the secret.
        match raw.as_bytes().first() {
            Some(b'[') => serde_json::Deserializer::from_str(raw)
                .deserialize_seq(BytesVisitor)
                .ok(),
            _ => text::unquote(raw)
                .and_then(|text| bytes::secret_from_base64(&text))
                .map(Self),
        }
        .ok_or_else(|| de::Error::custom(NOT_BYTES))
    }
}

struct BytesVisitor;

impl<'de> de::Visitor<'de> for BytesVisitor {
    type Value = SecretBytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64 text, or an array of bytes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<SecretBytes, E> {
        bytes::secret_from_base64(text.as_bytes())
            .map(SecretBytes)
            .ok_or_else(|| E::custom(NOT_STANDARD_BASE64))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<SecretBytes, E> {
        Ok(SecretBytes::new(bytes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<SecretBytes, A::Error> {
        let mut bytes = SecretBuffer::new();
        while let Some(byte) = numbers.next_element::<u8>()? {
            bytes.extend(&[byte]);
        }
        Ok(SecretBytes(bytes))
    }
}

/// Secret text (wallet handle tokens).
#[derive(Default)]
pub struct SecretText(SecretBuffer);

impl SecretText {
    /// Copies `text` into memory for secrets.
    pub fn new(text: &str) -> Self {
        Self(SecretBytes::new(text.as_bytes()).0)
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        // Only text was ever written to it.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The text that a JSON string stands for.
    pub(crate) fn from_json(raw: &str) -> Option<Self> {
        text::unquote(raw).map(Self)
    }

    fn from_slice(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok().map(Self::new)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let raw = <&RawValue>::deserialize(deserializer)?;
            return Self::from_json(raw.get()).ok_or_else(|| de::Error::custom(NOT_TEXT));
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl de::Visitor<'_> for TextVisitor {
    type Value = SecretText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E>(self, text: &str) -> Result<SecretText, E> {
        Ok(SecretText::new(text))
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<SecretText, E> {
        SecretText::from_slice(bytes).ok_or_else(|| E::custom(NOT_UTF8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_in_json() {
        let cases: [(&str, Option<&[u8]>); 9] = [
            (r#""AQID""#, Some(&[1, 2, 3])),
            (r#""""#, Some(&[])),
            (r#""AQ\u0049D""#, Some(&[1, 2, 3])),
            (r#""AQ\r\nID""#, Some(&[1, 2, 3])),
            ("[1, 2, 255]", Some(&[1, 2, 255])),
            ("[]", Some(&[])),
            ("[256]", None),
            ("{}", None),
            (r#""AQI""#, None),
        ];
        for (raw, bytes) in cases {
            let decoded = serde_json::from_str::<SecretBytes>(raw).ok();
            assert_eq!(decoded.as_ref().map(SecretBytes::expose), bytes, "{raw}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let shown = format!("{:?} {:?}", SecretBytes::new(&[7; 9]), SecretText::new("abc"));
        assert_eq!(shown, "SecretBytes(…) SecretText(…)");
    }
}
