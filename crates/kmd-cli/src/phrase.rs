//! What people read or copy: numbers of things, words of command lines.

use std::fmt::Display;

/// Something and how many of it.
pub(crate) fn count<N: Display + PartialEq + From<u8>>(number: N, thing: &str) -> String {
    if number == N::from(1) {
        return format!("{number} {thing}");
    }
    let ending = if thing.ends_with('s') { "es" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// A word as a shell takes it, for command lines that are shown.
pub(crate) fn shell_word(text: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_.,:/@%+=".contains(character);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_shell() {
        for (text, expected) in [
            ("savings", "savings"),
            ("my wallet", "'my wallet'"),
            ("it's", "'it'\\''s'"),
            ("$(rm)", "'$(rm)'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(text), expected);
        }
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(count(1_u64, "key"), "1 key");
        assert_eq!(count(0_usize, "key"), "0 keys");
        assert_eq!(count(2_u64, "multisig address"), "2 multisig addresses");
    }
}
