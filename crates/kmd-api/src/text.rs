//! JSON text that is a secret: taken out of its quotes and escapes straight into
//! memory for secrets. A JSON parser does that in memory of its own.

use kmd_memory::SecretBuffer;

/// The text that a JSON string stands for; `None` when it has escapes that stand
/// for none. The parser that found the string has checked everything else.
pub(crate) fn unquote(raw: &str) -> Option<SecretBuffer> {
    let mut rest = raw.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = SecretBuffer::with_capacity(rest.len());
    while let Some(position) = rest.find('\\') {
        text.extend(&rest.as_bytes()[..position]);
        let (character, after) = escaped(&rest[position + 1..])?;
        text.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
        rest = after;
    }
    text.extend(rest.as_bytes());
    Some(text)
}

/// The character that an escape without its backslash stands for, and what follows it.
fn escaped(text: &str) -> Option<(char, &str)> {
    let mut characters = text.chars();
    let character = match characters.next()? {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(characters.as_str()),
        other => other,
    };
    Some((character, characters.as_str()))
}

/// The character that four digits stand for, or eight in two escapes.
fn unicode(text: &str) -> Option<(char, &str)> {
    let (high, after) = unit(text)?;
    if !(0xd800..0xdc00).contains(&high) {
        return Some((char::from_u32(high)?, after));
    }
    let (low, after) = unit(after.strip_prefix("\\u")?)?;
    let low = (0xdc00..0xe000).contains(&low).then_some(low)?;
    let character = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    Some((char::from_u32(character)?, after))
}

fn unit(text: &str) -> Option<(u32, &str)> {
    let (digits, after) = text.split_at_checked(4)?;
    Some((u32::from_str_radix(digits, 16).ok()?, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes() {
        let cases = [
            (r#""""#, Some("")),
            (r#""plain""#, Some("plain")),
            (r#""\"\\\/\b\f\n\r\t""#, Some("\"\\/\u{8}\u{c}\n\r\t")),
            (r#""\u0000\u00e4\u20AC""#, Some("\0ä€")),
            (r#""\ud83d\udd11""#, Some("🔑")),
            (r#""\ud83d""#, None),
            (r#""\udd11""#, None),
            (r#""\ud83d\u0041""#, None),
            (r#""\ud83d\ud83d""#, None),
            ("1", None),
        ];
        for (raw, text) in cases {
            let unquoted = unquote(raw);
            assert_eq!(unquoted.as_deref(), text.map(str::as_bytes), "{raw}");
        }
    }

    proptest! {
        /// The oracle is serde_json, on strings of all kinds and on pieces of escapes.
        #[test]
        fn as_serde_json_reads_it(pieces in proptest::collection::vec(
            prop_oneof![
                any::<char>().prop_map(|character| {
                    let quoted = serde_json::to_string(&character).unwrap();
                    quoted[1..quoted.len() - 1].to_owned()
                }),
                "\\\\u[0-9a-fA-F]{4}",
                "\\\\ud[89ab][0-9a-f]{2}\\\\ud[c-f][0-9a-f]{2}",
                "\\\\[bfnrt/]",
            ], 0..8))
        {
            let raw = format!("\"{}\"", pieces.concat());
            let expected = serde_json::from_str::<String>(&raw).ok();
            let unquoted = unquote(&raw);
            prop_assert_eq!(unquoted.as_deref(), expected.as_deref().map(str::as_bytes));
        }
    }
}
