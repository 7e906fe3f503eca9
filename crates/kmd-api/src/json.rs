//! JSON bodies, byte for byte as the reference writes them: keys in the order
//! of the structs (which is sorted), two spaces of indent, no line end after
//! the last brace, U+2028 and U+2029 escaped.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter};

use crate::encoding::{DecodeError, EncodeError};
use crate::objection::objection;

pub(crate) fn decode_request<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, DecodeError> {
    // Derived structs would also take an array of their fields in order.
    match body.trim_ascii_start().first() {
        Some(b'{') => decode_response(body),
        Some(b'n') => decode_response::<Option<T>>(body).map(Option::unwrap_or_default),
        Some(_) => Err(DecodeError("not a JSON object".to_owned())),
        None => Err(DecodeError("empty".to_owned())),
    }
}

pub(crate) fn decode_response<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    T::deserialize(&mut deserializer).map_err(|error| decode_error(&error))
}

fn decode_error(error: &serde_json::Error) -> DecodeError {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let text = text
        .strip_suffix(&format!(" at line {line} column {column}"))
        .unwrap_or(&text);
    let said = match error.classify() {
        // Of what is no JSON, nothing is quoted.
        Category::Syntax | Category::Eof | Category::Io => Some(text.to_owned()),
        Category::Data => objection(text),
    };
    let said = said.unwrap_or_else(|| "not the object of this request".to_owned());
    DecodeError(format!("{said} (line {line}, column {column})"))
}

pub(crate) fn encode<T: Serialize>(body: &mut impl io::Write, value: &T) -> Result<(), EncodeError> {
    let mut serializer = serde_json::Serializer::with_formatter(body, ReferenceFormatter::new());
    value
        .serialize(&mut serializer)
        .map_err(|error| EncodeError(error.to_string()))
}

/// [`PrettyFormatter`] that also escapes the two line separators.
struct ReferenceFormatter(PrettyFormatter<'static>);

impl ReferenceFormatter {
    fn new() -> Self {
        Self(PrettyFormatter::new())
    }
}

impl Formatter for ReferenceFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        // Both begin with this byte, which most text has none of.
        if !fragment.as_bytes().contains(&0xe2) {
            return writer.write_all(fragment.as_bytes());
        }
        while let Some(position) = rest.find(['\u{2028}', '\u{2029}']) {
            let (before, separator) = rest.split_at(position);
            let escape = if separator.starts_with('\u{2028}') {
                "\\u2028"
            } else {
                "\\u2029"
            };
            writer.write_all(before.as_bytes())?;
            writer.write_all(escape.as_bytes())?;
            rest = &separator['\u{2028}'.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
