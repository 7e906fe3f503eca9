//! One pass from anything a client may send to the canonical bytes.
//!
//! Each value is decoded and at once written canonically. A field that turns out to be zero is taken
//! back; the order of fields is put right when their map ends. Input that is canonical already moves
//! nothing.
//!
//! The functions call each other as deep as the schema nests, never as deep as the input does.

use super::error::{DecodeError, Expected, Problem, Step};
use super::output::{Canonical, OpenMap, Output};
use super::table::{Field, Kind, Schema};
use crate::address::Address;
use crate::msgpack::{Header, Reader, write_bool, write_bytes, write_list_header, write_text, write_uint};

/// The reference accepts a binary header for text of any length. The recorded vectors want 1 to 6
/// bytes accepted and 31 and 33 refused; between them, real names must pass: "mainnet-v1.0".
const TEXT_UNDER_BINARY_HEADER_MAX: usize = 30;

struct Transcoder<'a> {
    reader: Reader<'a>,
    output: Output,
}

/// Whether a value is the one that a structure leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    Zero,
    Kept,
}

/// What stopped a decoding, and after how many bytes of the input.
pub(crate) struct Stopped {
    pub(crate) error: DecodeError,
    pub(crate) read: usize,
}

/// What is reserved for the output at once; there may be much more input than one structure.
const RESERVED_MAX: usize = 8192;

/// Decodes `input` as a structure of `schema` and returns `prefix` followed by its canonical
/// encoding.
///
/// # Errors
/// Whatever is not exactly one such structure, or would lose or change something in decoding.
pub(crate) fn canonicalise(schema: &Schema, prefix: &[u8], input: &[u8]) -> Result<Canonical, DecodeError> {
    match canonicalise_first(schema, prefix, input) {
        Ok((canonical, length)) if length == input.len() => Ok(canonical),
        Ok(_) => Err(Problem::TrailingBytes.into()),
        Err(stopped) => Err(stopped.error),
    }
}

/// The same for the structure that `input` begins with; also returns the length of its encoding.
///
/// # Errors
/// As [`canonicalise`], except that bytes may follow.
pub(crate) fn canonicalise_first(schema: &Schema, prefix: &[u8], input: &[u8]) -> Result<(Canonical, usize), Stopped> {
    let mut transcoder = Transcoder {
        reader: Reader::new(input),
        output: Output::new(prefix, input.len().min(RESERVED_MAX), schema.fields().len()),
    };
    let done = transcoder.structure(schema);
    let read = input.len() - transcoder.reader.remaining();
    match done {
        Ok(_) => Ok((transcoder.output.finish(), read)),
        Err(error) => Err(Stopped { error, read }),
    }
}

impl Value {
    fn zero_if(zero: bool) -> Self {
        if zero { Self::Zero } else { Self::Kept }
    }
}

impl Transcoder<'_> {
    fn value(&mut self, kind: &Kind) -> Result<Value, DecodeError> {
        match kind {
            Kind::Uint { max } => Ok(self.uint(*max)?),
            Kind::Bool => Ok(self.bool()?),
            Kind::FixedBytes(length) => Ok(self.fixed_bytes(*length)?),
            Kind::Address => Ok(self.fixed_bytes(Address::LENGTH)?),
            Kind::Bytes { max } => Ok(self.bytes(*max)?),
            Kind::Text { max } => Ok(self.text(*max)?),
            Kind::List { max, item } => self.list(*max, item),
            Kind::Struct(schema) => self.nested(schema),
            Kind::Pointer(schema) => self.nested(schema).map(|_| Value::Kept),
            Kind::UintMap { max, value } => self.uint_map(*max, value),
        }
    }

    fn uint(&mut self, max: u64) -> Result<Value, Problem> {
        let value = self.reader.uint()?;
        if value > max {
            return Err(Problem::NumberTooLarge { max });
        }
        write_uint(&mut self.output.bytes, value);
        Ok(Value::zero_if(value == 0))
    }

    fn bool(&mut self) -> Result<Value, Problem> {
        let value = self.reader.bool()?;
        write_bool(&mut self.output.bytes, value);
        Ok(Value::zero_if(!value))
    }

    fn fixed_bytes(&mut self, length: usize) -> Result<Value, Problem> {
        let (_, bytes) = self.reader.blob(Expected::Bytes)?;
        if bytes.len() != length {
            return Err(Problem::WrongLength { expected: length });
        }
        write_bytes(&mut self.output.bytes, bytes);
        Ok(Value::zero_if(bytes.iter().all(|&byte| byte == 0)))
    }

    fn bytes(&mut self, max: usize) -> Result<Value, Problem> {
        let (_, bytes) = self.reader.blob(Expected::Bytes)?;
        if bytes.len() > max {
            return Err(Problem::TooLong { max });
        }
        write_bytes(&mut self.output.bytes, bytes);
        Ok(Value::zero_if(bytes.is_empty()))
    }

    fn text(&mut self, max: usize) -> Result<Value, Problem> {
        let (header, text) = self.reader.blob(Expected::Text)?;
        if text.len() > max {
            return Err(Problem::TooLong { max });
        }
        if header == Header::Binary && text.len() > TEXT_UNDER_BINARY_HEADER_MAX {
            return Err(Problem::WrongType {
                expected: Expected::Text,
            });
        }
        write_text(&mut self.output.bytes, text);
        Ok(Value::zero_if(text.is_empty()))
    }

    fn list(&mut self, max: usize, item: &Kind) -> Result<Value, DecodeError> {
        let length = self.reader.list_length()?;
        if length > max {
            return Err(Problem::TooManyEntries { max }.into());
        }
        write_list_header(&mut self.output.bytes, length);
        for index in 0..length {
            self.value(item).map_err(|error| error.inside(Step::Item(index)))?;
        }
        Ok(Value::zero_if(length == 0))
    }

    fn nested(&mut self, schema: &Schema) -> Result<Value, DecodeError> {
        let (map, value) = self.structure(schema)?;
        self.output.forget(&map);
        Ok(value)
    }

    fn structure(&mut self, schema: &Schema) -> Result<(OpenMap, Value), DecodeError> {
        let claimed = self.map_length(schema.fields().len())?;
        let mut map = self.output.open_map(claimed);
        for _ in 0..claimed {
            let (_, key) = self.reader.blob(Expected::Text)?;
            let next = map.next_key() as usize;
            let index = schema.position(key, next).ok_or(Problem::UnknownField)?;
            let field = &schema.fields()[index];
            let start = self.output.bytes.len();
            self.field(field)
                .map_err(|error| error.inside(Step::Field(field.name)))?;
            self.output.end_entry(&mut map, index as u64, start);
        }
        let kept = self.output.close_map(&map).map_err(|repeated| {
            let name = schema.fields()[repeated.0 as usize].name;
            DecodeError::from(Problem::RepeatedField).inside(Step::Field(name))
        })?;
        Ok((map, Value::zero_if(kept == 0)))
    }

    /// Writes a field's key and value, or nothing when the value is nil or zero.
    fn field(&mut self, field: &Field) -> Result<(), DecodeError> {
        if self.reader.take_nil() {
            return Ok(());
        }
        let start = self.output.bytes.len();
        write_text(&mut self.output.bytes, field.name.as_bytes());
        if self.value(&field.kind)? == Value::Zero {
            self.output.bytes.truncate(start);
        }
        Ok(())
    }

    fn uint_map(&mut self, max: usize, value: &Kind) -> Result<Value, DecodeError> {
        let claimed = self.map_length(max)?;
        let mut map = self.output.open_map(claimed);
        for position in 0..claimed {
            let start = self.output.bytes.len();
            let key = self.reader.uint()?;
            write_uint(&mut self.output.bytes, key);
            self.value(value).map_err(|error| error.inside(Step::Item(position)))?;
            self.output.end_entry(&mut map, key, start);
        }
        let kept = self.output.close_map(&map).map_err(|_| Problem::RepeatedField)?;
        self.output.forget(&map);
        Ok(Value::zero_if(kept == 0))
    }

    /// Nothing is ever reserved for what is claimed; the limit ends hopeless input early.
    fn map_length(&mut self, max: usize) -> Result<usize, Problem> {
        let claimed = self.reader.map_length()?;
        if claimed > max {
            Err(Problem::TooManyEntries { max })
        } else {
            Ok(claimed)
        }
    }
}
