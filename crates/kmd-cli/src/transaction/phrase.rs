//! Amounts, texts and bytes as people read them.

use data_encoding::{BASE64, HEXLOWER};

use crate::phrase::count;

/// Characters of a value that are shown; the rest is counted.
const SHOWN: usize = 160;
/// Bytes up to which hexadecimal is as good to read as base64.
const SHORT: usize = 32;

/// An amount in Algos, exact: six digits behind the point are microAlgos.
pub(super) fn algos(micro_algos: u64) -> String {
    const ALGO: u64 = 1_000_000;
    format!("{}.{:06} Algos", micro_algos / ALGO, micro_algos % ALGO)
}

/// Text in quotes, or else the bytes, and how long it is.
pub(super) fn bytes(bytes: &[u8]) -> String {
    let length = count(bytes.len(), "byte");
    match printable(bytes) {
        Some(text) if !text.is_empty() => format!("{} ({length})", cut(&format!("{text:?}"))),
        _ if bytes.is_empty() => "empty".to_owned(),
        _ if bytes.len() <= SHORT => format!("0x{} ({length})", HEXLOWER.encode(bytes)),
        _ => format!("base64 {} ({length})", cut(&BASE64.encode(bytes))),
    }
}

/// Text in quotes; whatever could mislead is spelled out.
pub(super) fn text(text: &[u8]) -> String {
    match std::str::from_utf8(text) {
        Ok(text) => cut(&format!("{text:?}")),
        Err(_) => bytes(text),
    }
}

/// All of a key or hash, in base64.
pub(super) fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Text that shows as what it is: nothing in it is invisible, steers the terminal, or turns the
/// direction of writing.
fn printable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let visible =
        |character: char| matches!(character, '\n' | '\t' | '"' | '\'' | '\\') || character.escape_debug().count() == 1;
    text.chars().all(visible).then_some(text)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        let cases = [
            (0, "0.000000 Algos"),
            (1, "0.000001 Algos"),
            (12_500_000, "12.500000 Algos"),
            (u64::MAX, "18446744073709.551615 Algos"),
        ];
        for (amount, expected) in cases {
            assert_eq!(algos(amount), expected);
        }
    }

    #[test]
    fn bytes_are_text_where_that_hides_nothing() {
        let cases: [(&[u8], &str); 8] = [
            (b"", "empty"),
            (b"hello", "\"hello\" (5 bytes)"),
            ("größer\n".as_bytes(), "\"größer\\n\" (9 bytes)"),
            (b"a\"b\\", "\"a\\\"b\\\\\" (4 bytes)"),
            (b"\x1b[2J", "0x1b5b324a (4 bytes)"),
            (b"\0", "0x00 (1 byte)"),
            // A mark that turns the direction of writing.
            ("pay \u{202e}evil".as_bytes(), "0x70617920e280ae6576696c (11 bytes)"),
            (
                &[0xff; 33],
                "base64 ////////////////////////////////////////////  (33 bytes)",
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(bytes(input).replace(' ', ""), expected.replace(' ', ""), "{input:?}");
        }
        assert_eq!(bytes(&[b'x'; 1000]), format!("\"{}… (1000 bytes)", "x".repeat(159)));
        assert_eq!(text("\u{202e}evil".as_bytes()), "\"\\u{202e}evil\"");
    }
}
