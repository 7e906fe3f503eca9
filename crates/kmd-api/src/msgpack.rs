//! msgpack bodies: structs are maps with the field names of the JSON.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::encoding::{DecodeError, EncodeError};
use crate::objection::objection;

pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(body);
    deserializer.set_max_depth(16);
    T::deserialize(&mut deserializer).map_err(|error| {
        let said = objection(&error.to_string());
        DecodeError(said.unwrap_or_else(|| "not the msgpack map of this request".to_owned()))
    })
}

pub(crate) fn encode<T: Serialize>(body: &mut impl io::Write, value: &T) -> Result<(), EncodeError> {
    rmp_serde::encode::write_named(body, value).map_err(|error| EncodeError(error.to_string()))
}
