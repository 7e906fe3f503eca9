//! A public key in a request: 32 bytes, or the address that they spell.
//!
//! The reference takes the bytes only. py-algorand-sdk documents sending an
//! address here, so an address with a valid checksum is accepted as well; its
//! 58 characters can never be padded base64. algosdk for JavaScript sends the
//! base64 of those 58 characters when it is given an address.

use std::fmt;

use kmd_algorand::{Address, PublicKey};
use serde::de;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::bytes::{self, ByteString};
use crate::objection::NOT_BASE64;

const ADDRESS_CHARACTERS: usize = 58;

/// A public key of 32 bytes, or none. Clients that mean none leave the field
/// out or send `null`, an empty string, an empty list or 32 zero bytes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct PublicKeyField(Option<[u8; 32]>);

impl PublicKeyField {
    /// The key, unless none was meant.
    pub fn key(self) -> Option<PublicKey> {
        self.member().filter(|key| *key.as_bytes() != [0; 32])
    }

    /// The address of the same bytes, unless none was meant.
    pub fn address(self) -> Option<Address> {
        self.key().map(Address::from)
    }

    /// The key as a member of a multisig, where 32 zero bytes are a key too
    /// (one that nobody holds).
    pub fn member(self) -> Option<PublicKey> {
        self.0.map(PublicKey::from_bytes)
    }

    fn from_slice(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self(None));
        }
        if bytes.len() == ADDRESS_CHARACTERS {
            return std::str::from_utf8(bytes).ok()?.parse::<Address>().ok().map(Self::from);
        }
        Some(Self(Some(bytes.try_into().ok()?)))
    }
}

impl From<PublicKey> for PublicKeyField {
    fn from(key: PublicKey) -> Self {
        Self(Some(*key.as_bytes()))
    }
}

impl From<Address> for PublicKeyField {
    fn from(address: Address) -> Self {
        Self(Some(*address.as_bytes()))
    }
}

impl fmt::Debug for PublicKeyField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address() {
            Some(address) => write!(f, "{address}"),
            None => f.write_str("none"),
        }
    }
}

impl Serialize for PublicKeyField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        bytes::serialize(self.0.as_ref().map_or(&[], |key| key), serializer)
    }
}

impl<'de> Deserialize<'de> for PublicKeyField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = PublicKeyField;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a public key of 32 bytes, or an address")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<PublicKeyField, E> {
        if text.len() == ADDRESS_CHARACTERS {
            return text.parse::<Address>().map(PublicKeyField::from).map_err(E::custom);
        }
        self.visit_bytes(&bytes::from_base64(text).ok_or_else(|| E::custom(NOT_BASE64))?)
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<PublicKeyField, E> {
        PublicKeyField::from_slice(bytes).ok_or_else(|| E::invalid_length(bytes.len(), &self))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, numbers: A) -> Result<PublicKeyField, A::Error> {
        let bytes = ByteString::deserialize(de::value::SeqAccessDeserializer::new(numbers))?;
        self.visit_bytes(bytes.as_slice())
    }
}
