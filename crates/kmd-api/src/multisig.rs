//! A partly signed multisig in a request.
//!
//! The reference takes an object in codec names (`subsig`, `thr`, `v`). algosdk
//! for JavaScript types the argument as a string: the base64 msgpack that the
//! first signer got back as `multisig`. Both are accepted, and binary in msgpack.

use std::fmt;

use kmd_algorand::{Multisig, PublicKey, Signature, Subsig};
use serde::de;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::bytes::{self, ByteString};
use crate::objection::NOT_BASE64;
use crate::public_key::PublicKeyField;
use crate::request::{Map, null_is_zero};

/// A multisig with the signatures collected so far, or none. Clients that mean
/// none leave the field out or send `null`, `{}` or an empty string.
#[derive(Debug, Default)]
pub struct PartialMultisig(Option<Multisig>);

impl PartialMultisig {
    /// The multisig, unless none was given.
    pub fn into_multisig(self) -> Option<Multisig> {
        self.0
    }
}

impl From<Multisig> for PartialMultisig {
    fn from(multisig: Multisig) -> Self {
        Self(Some(multisig))
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    #[serde(deserialize_with = "null_is_zero")]
    subsig: Vec<Map<SubsigFields>>,
    #[serde(deserialize_with = "null_is_zero")]
    thr: u8,
    #[serde(deserialize_with = "null_is_zero")]
    v: u8,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SubsigFields {
    #[serde(deserialize_with = "null_is_zero")]
    pk: PublicKeyField,
    #[serde(deserialize_with = "null_is_zero")]
    s: ByteString,
}

impl Fields {
    fn into_partial<E: de::Error>(self) -> Result<PartialMultisig, E> {
        if self.subsig.is_empty() && self.thr == 0 && self.v == 0 {
            return Ok(PartialMultisig(None));
        }
        let subsigs: Result<_, E> = self
            .subsig
            .into_iter()
            .map(|Map(subsig)| subsig.into_subsig())
            .collect();
        Ok(PartialMultisig(Some(Multisig::new(self.v, self.thr, subsigs?))))
    }
}

impl SubsigFields {
    fn into_subsig<E: de::Error>(self) -> Result<Subsig, E> {
        let key = self.pk.member().unwrap_or(PublicKey::from_bytes([0; 32]));
        Ok(Subsig::new(key, signature(self.s.as_slice())?))
    }
}

fn signature<E: de::Error>(bytes: &[u8]) -> Result<Option<Signature>, E> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let bytes: [u8; 64] = bytes
        .try_into()
        .map_err(|_| E::invalid_length(bytes.len(), &"a signature of 64 bytes"))?;
    Ok((bytes != [0; 64]).then(|| Signature::from_bytes(bytes)))
}

impl<'de> Deserialize<'de> for PartialMultisig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = PartialMultisig;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a multisig object, or its msgpack in base64")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<PartialMultisig, A::Error> {
        Fields::deserialize(de::value::MapAccessDeserializer::new(map))?.into_partial()
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<PartialMultisig, E> {
        self.visit_bytes(&bytes::from_base64(text).ok_or_else(|| E::custom(NOT_BASE64))?)
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<PartialMultisig, E> {
        if bytes.is_empty() {
            return Ok(PartialMultisig(None));
        }
        Multisig::decode(bytes).map(PartialMultisig::from).map_err(E::custom)
    }
}

impl Serialize for PartialMultisig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(multisig) = &self.0 else {
            return serializer.serialize_none();
        };
        let mut object = serializer.serialize_struct("PartialMultisig", 3)?;
        let subsigs: Vec<_> = multisig.subsigs().iter().map(SubsigObject).collect();
        object.serialize_field("subsig", &subsigs)?;
        object.serialize_field("thr", &multisig.threshold())?;
        object.serialize_field("v", &multisig.version())?;
        object.end()
    }
}

struct SubsigObject<'a>(&'a Subsig);

impl Serialize for SubsigObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 1 + usize::from(self.0.signature().is_some());
        let mut object = serializer.serialize_struct("Subsig", fields)?;
        object.serialize_field("pk", &PublicKeyField::from(self.0.key()))?;
        if let Some(signature) = self.0.signature() {
            object.serialize_field("s", &ByteString::from(signature.as_bytes().to_vec()))?;
        }
        object.end()
    }
}
