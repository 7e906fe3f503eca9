//! What may be said of a body that does not decode.
//!
//! serde's errors quote what they object to, which in a request may be a secret:
//! as a value, and as the name of a field that a client mistook for one. So of
//! their text only that part is said that was written here: the names of the
//! fields that a request has, and what stands in them.

use kmd_algorand::AddressError;

// Our own words in implementations of `Deserialize`, in which nothing is quoted.
pub(crate) const NOT_BASE64: &str = "not base64";
pub(crate) const NOT_BYTES: &str = "neither base64 text nor an array of bytes";
pub(crate) const NOT_STANDARD_BASE64: &str = "not standard base64 with padding";
pub(crate) const NOT_TEXT: &str = "not a JSON string";
pub(crate) const NOT_UTF8: &str = "not UTF-8";

fn is_own(text: &str) -> bool {
    let addresses = [
        AddressError::Length,
        AddressError::Alphabet,
        AddressError::NonCanonical,
        AddressError::Checksum,
    ];
    [NOT_BASE64, NOT_BYTES, NOT_STANDARD_BASE64, NOT_TEXT, NOT_UTF8].contains(&text)
        || addresses.iter().any(|error| error.to_string() == text)
}

/// What an error of serde objects to, without what came. None where its text is
/// of no known form.
pub(crate) fn objection(text: &str) -> Option<String> {
    // The fields that are missing or doubled are those of the request.
    if is_own(text) || text.starts_with("missing field") || text.starts_with("duplicate field") {
        return Some(text.to_owned());
    }
    let kinds = ["unknown field", "invalid type", "invalid value", "invalid length"];
    let kind = kinds.into_iter().find(|kind| text.starts_with(kind))?;
    if text.ends_with(", there are no fields") {
        return Some(format!("{kind}, there are no fields"));
    }
    // What came stands before the last of these, and what was expected behind it.
    let (_, expected) = text.rsplit_once(", expected ")?;
    Some(format!("{kind}, expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::objection;

    #[test]
    fn what_came_is_not_said() {
        let cases = [
            ("not base64", Some("not base64")),
            (
                "the checksum of the address is wrong",
                Some("the checksum of the address is wrong"),
            ),
            ("missing field `a`", Some("missing field `a`")),
            ("duplicate field `a`", Some("duplicate field `a`")),
            (
                "unknown field `SECRET`, expected `a` or `b`",
                Some("unknown field, expected `a` or `b`"),
            ),
            (
                "unknown field `SECRET, expected SECRET`, expected one of `a`, `b`, `c`",
                Some("unknown field, expected one of `a`, `b`, `c`"),
            ),
            (
                "unknown field `, expected SECRET`, there are no fields",
                Some("unknown field, there are no fields"),
            ),
            (
                "invalid type: string \"SECRET, expected SECRET\", expected a boolean",
                Some("invalid type, expected a boolean"),
            ),
            (
                "invalid value: integer `-1`, expected u64",
                Some("invalid value, expected u64"),
            ),
            (
                "invalid length 31, expected 32 bytes",
                Some("invalid length, expected 32 bytes"),
            ),
            ("invalid type: SECRET", None),
            ("SECRET", None),
            ("", None),
        ];
        for (text, said) in cases {
            assert_eq!(objection(text).as_deref(), said, "{text}");
        }
    }
}
