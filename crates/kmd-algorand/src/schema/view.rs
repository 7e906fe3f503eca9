//! What stands in a structure, read from its canonical encoding by the same tables.
//!
//! Whoever shows a transaction or decides on it asks here. It reads the bytes that are signed, so
//! nothing can be shown that is not signed, and nothing signed that cannot be shown.

use std::fmt;

use super::error::{DecodeError, Expected, Problem};
use super::table::{Kind, Schema};
use crate::address::Address;
use crate::msgpack::Reader;

/// The fields of a structure that are not zero, in the byte order of their names.
///
/// Asking for one that is not there answers its zero value, which is what leaving it out means.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields<'a>(Vec<(&'static str, Value<'a>)>);

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A number.
    Uint(u64),
    /// True or false.
    Bool(bool),
    /// An account; in a list, also the zero address.
    Address(Address),
    /// Bytes of a length that the field always has: a key, a hash or a signature.
    Fixed(&'a [u8]),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Text; not always UTF-8.
    Text(&'a [u8]),
    /// Values in order; zero ones are there too.
    List(Vec<Value<'a>>),
    /// A structure.
    Struct(Fields<'a>),
    /// Values by number, in ascending order.
    Map(Vec<(u64, Value<'a>)>),
}

impl<'a> Fields<'a> {
    /// Reads canonical bytes, so that the errors cannot happen.
    pub(crate) fn read(schema: &Schema, canonical: &'a [u8]) -> Result<Self, DecodeError> {
        Ok(structure(schema, &mut Reader::new(canonical))?)
    }

    /// The value of a field, unless it is zero.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value<'a>> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// All fields that are not zero.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value<'a>)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// Whether all fields are zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A number.
    #[must_use]
    pub fn uint(&self, name: &str) -> u64 {
        match self.value(name) {
            Some(Value::Uint(value)) => *value,
            _ => 0,
        }
    }

    /// Whether a field is true.
    #[must_use]
    pub fn is_true(&self, name: &str) -> bool {
        self.value(name) == Some(&Value::Bool(true))
    }

    /// Bytes or text.
    #[must_use]
    pub fn bytes(&self, name: &str) -> &'a [u8] {
        self.value(name).map(Value::as_bytes).unwrap_or_default()
    }

    /// Bytes of a fixed length, unless they are all zero.
    #[must_use]
    pub fn fixed<const N: usize>(&self, name: &str) -> Option<[u8; N]> {
        self.bytes(name).try_into().ok()
    }

    /// An address, unless it is the zero address.
    #[must_use]
    pub fn address(&self, name: &str) -> Option<Address> {
        match self.value(name) {
            Some(Value::Address(address)) => Some(*address),
            _ => None,
        }
    }

    /// The values of a list.
    #[must_use]
    pub fn list(&self, name: &str) -> &[Value<'a>] {
        match self.value(name) {
            Some(Value::List(values)) => values,
            _ => &[],
        }
    }

    /// A structure, unless all of it is zero.
    #[must_use]
    pub fn structure(&self, name: &str) -> Option<&Fields<'a>> {
        self.value(name).and_then(Value::as_struct)
    }
}

impl<'a> Value<'a> {
    /// What bytes or text hold; nothing for anything else.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        match self {
            Self::Fixed(bytes) | Self::Bytes(bytes) | Self::Text(bytes) => bytes,
            _ => &[],
        }
    }

    /// The fields of a structure.
    #[must_use]
    pub fn as_struct(&self) -> Option<&Fields<'a>> {
        match self {
            Self::Struct(fields) => Some(fields),
            _ => None,
        }
    }
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

fn structure<'a>(schema: &Schema, reader: &mut Reader<'a>) -> Result<Fields<'a>, Problem> {
    let length = reader.map_length()?;
    let mut fields = Vec::with_capacity(length.min(schema.fields().len()));
    for position in 0..length {
        let (_, key) = reader.blob(Expected::Text)?;
        let index = schema.position(key, position).ok_or(Problem::UnknownField)?;
        let field = &schema.fields()[index];
        fields.push((field.name, value(&field.kind, reader)?));
    }
    Ok(Fields(fields))
}

fn value<'a>(kind: &Kind, reader: &mut Reader<'a>) -> Result<Value<'a>, Problem> {
    Ok(match kind {
        Kind::Uint { .. } => Value::Uint(reader.uint()?),
        Kind::Bool => Value::Bool(reader.bool()?),
        Kind::Address => {
            let (_, bytes) = reader.blob(Expected::Bytes)?;
            let expected = Address::LENGTH;
            let bytes = bytes.try_into().map_err(|_| Problem::WrongLength { expected })?;
            Value::Address(Address::from_bytes(bytes))
        }
        Kind::FixedBytes(_) => Value::Fixed(reader.blob(Expected::Bytes)?.1),
        Kind::Bytes { .. } => Value::Bytes(reader.blob(Expected::Bytes)?.1),
        Kind::Text { .. } => Value::Text(reader.blob(Expected::Text)?.1),
        Kind::List { item, .. } => {
            let length = reader.list_length()?;
            Value::List((0..length).map(|_| value(item, reader)).collect::<Result<_, _>>()?)
        }
        Kind::Struct(schema) | Kind::Pointer(schema) => Value::Struct(structure(schema, reader)?),
        Kind::UintMap { value: item, .. } => {
            let length = reader.map_length()?;
            let entries = (0..length).map(|_| Ok((reader.uint()?, value(item, reader)?)));
            Value::Map(entries.collect::<Result<_, Problem>>()?)
        }
    })
}
