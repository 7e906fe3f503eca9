//! A wallet password as a request spells it.
//!
//! JSON has two spellings for a character outside the basic plane: itself, and
//! a pair of `\u` escapes (Python's `json` writes those). The reference decodes
//! a pair as one U+FFFD, so wallets that were created through such a client are
//! keyed to that. A password keeps both readings: the right one, and, when the
//! body held such a pair, the reference's.

use std::fmt;

use kmd_memory::SecretBuffer;
use serde::de;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::objection::NOT_TEXT;
use crate::secret::SecretText;

/// A password: any UTF-8, also empty.
#[derive(Default)]
pub struct Password {
    text: SecretText,
    as_reference_decodes: Option<SecretText>,
}

impl Password {
    /// Copies `text` into memory for secrets.
    pub fn new(text: &str) -> Self {
        Self {
            text: SecretText::new(text),
            as_reference_decodes: None,
        }
    }

    /// The password.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// What the reference takes the password for, where that differs.
    pub fn expose_as_reference_decodes(&self) -> Option<&str> {
        self.as_reference_decodes.as_ref().map(SecretText::expose)
    }

    fn from_json(raw: &str) -> Option<Self> {
        Some(Self {
            text: SecretText::from_json(raw)?,
            as_reference_decodes: match replace_escaped_pairs(raw) {
                None => None,
                Some(raw) => Some(SecretText::from_json(std::str::from_utf8(&raw).ok()?)?),
            },
        })
    }
}

/// `raw` with each escaped surrogate pair replaced by an escaped U+FFFD; `None`
/// when there is no pair.
fn replace_escaped_pairs(raw: &str) -> Option<SecretBuffer> {
    if !raw.contains("\\u") {
        return None;
    }
    let mut replaced = SecretBuffer::with_capacity(raw.len());
    let mut found = false;
    let mut rest = raw;
    while let Some(position) = rest.find('\\') {
        let (before, escape) = rest.split_at(position);
        replaced.extend(before.as_bytes());
        let length = if is_escaped_pair(escape) { 12 } else { 2 };
        let (escape, after) = escape.split_at_checked(length)?;
        found |= length == 12;
        let escape = if length == 12 { "\\ufffd" } else { escape };
        replaced.extend(escape.as_bytes());
        rest = after;
    }
    replaced.extend(rest.as_bytes());
    found.then_some(replaced)
}

/// Whether `text` begins with `\uD800`–`\uDBFF` and then any other `\u` escape.
fn is_escaped_pair(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 12
        && bytes.starts_with(b"\\u")
        && matches!(bytes[2], b'd' | b'D')
        && matches!(bytes[3], b'8' | b'9' | b'a' | b'A' | b'b' | b'B')
        && bytes[6..8] == *b"\\u"
        && text.is_char_boundary(12)
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let raw = <&RawValue>::deserialize(deserializer)?;
            return Self::from_json(raw.get()).ok_or_else(|| de::Error::custom(NOT_TEXT));
        }
        SecretText::deserialize(deserializer).map(|text| Self {
            text,
            as_reference_decodes: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(raw: &str) -> (String, Option<String>) {
        let password: Password = serde_json::from_str(raw).unwrap();
        (
            password.expose().to_owned(),
            password.expose_as_reference_decodes().map(str::to_owned),
        )
    }

    #[test]
    fn spellings() {
        let cases = [
            (r#""plain""#, "plain", None),
            (r#""""#, "", None),
            ("\"key 🔑\"", "key 🔑", None),
            (r#""key \ud83d\udd11""#, "key 🔑", Some("key \u{fffd}")),
            (
                r#""\uD83D\uDD11!\uDBFF\uDFFF""#,
                "🔑!\u{10ffff}",
                Some("\u{fffd}!\u{fffd}"),
            ),
            (r#""a\u0000b\ud83d\ude00\n""#, "a\0b😀\n", Some("a\0b\u{fffd}\n")),
            (r#""\\ud83d\\ude00""#, r"\ud83d\ude00", None),
            (r#""\\\ud83d\ude00""#, r"\😀", Some("\\\u{fffd}")),
            (r#""p\u00e4ss""#, "päss", None),
        ];
        for (raw, text, mangled) in cases {
            assert_eq!(both(raw), (text.to_owned(), mangled.map(str::to_owned)), "{raw}");
        }
    }

    #[test]
    fn refuses_what_is_no_string() {
        for raw in [
            "1",
            "true",
            "[]",
            "{}",
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ud83d\u0041""#,
        ] {
            assert!(serde_json::from_str::<Password>(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Password::new("hunter2")), "Password(…)");
    }
}
