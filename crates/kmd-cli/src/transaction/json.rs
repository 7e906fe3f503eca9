//! Transactions as JSON: the fields under their names in the format, addresses as text, bytes in
//! base64.

use data_encoding::BASE64;
use kmd_algorand::{Fields, Value};
use serde_json::{Map, Value as Json, json};

/// All fields that are not zero.
pub(super) fn fields(fields: &Fields<'_>) -> Json {
    fields
        .iter()
        .map(|(name, item)| (name.to_owned(), value(item)))
        .collect::<Map<_, _>>()
        .into()
}

pub(super) fn value(item: &Value<'_>) -> Json {
    match item {
        Value::Uint(number) => json!(number),
        Value::Bool(truth) => json!(truth),
        Value::Address(address) => json!(address.to_string()),
        Value::Fixed(bytes) | Value::Bytes(bytes) => json!(BASE64.encode(bytes)),
        // Text need not be UTF-8 in Algorand, but it does in JSON.
        Value::Text(text) => {
            std::str::from_utf8(text).map_or_else(|_| json!({ "base64": BASE64.encode(text) }), Json::from)
        }
        Value::List(values) => values.iter().map(value).collect(),
        Value::Struct(inner) => fields(inner),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, item)| (key.to_string(), value(item)))
            .collect::<Map<_, _>>()
            .into(),
    }
}
