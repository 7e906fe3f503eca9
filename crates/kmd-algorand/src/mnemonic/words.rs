//! The English word list of BIP-39 (MIT licence), sorted, as `english.txt` beside this file.

/// The 2,048 words.
pub(super) static WORDS: [&str; WORD_COUNT] = split_lines(include_str!("english.txt"));

const WORD_COUNT: usize = 2048;
const LONGEST_WORD: usize = 8;
/// Letters of an unknown word that are looked at: enough for any slip of the hand.
const LONGEST_UNKNOWN: usize = 16;

/// A word's place in the list, upper or lower case.
pub(super) fn position_of(word: &str) -> Option<u16> {
    let letters = || word.bytes().map(|byte| byte.to_ascii_lowercase());
    let place = WORDS.binary_search_by(|known| known.bytes().cmp(letters())).ok()?;
    u16::try_from(place).ok()
}

/// The word of the list with the smallest edit distance, of several the first.
pub(super) fn nearest_word(word: &str) -> &'static str {
    let distance = |known: &&&str| edit_distance(known.as_bytes(), word.as_bytes());
    WORDS.iter().min_by_key(distance).copied().unwrap_or_default()
}

/// Levenshtein's distance, row by row; the row lives on the stack, so no copy of a secret is left
/// on the heap.
fn edit_distance(known: &[u8], unknown: &[u8]) -> usize {
    let mut row: [usize; LONGEST_WORD + 1] = std::array::from_fn(|column| column);
    for (line, letter) in unknown.iter().take(LONGEST_UNKNOWN).enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, known_letter) in known.iter().enumerate() {
            let substituted = diagonal + usize::from(!letter.eq_ignore_ascii_case(known_letter));
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[known.len()]
}

/// Splits at compile time, so that looking up a word is indexing.
const fn split_lines(text: &'static str) -> [&'static str; WORD_COUNT] {
    let mut lines = [""; WORD_COUNT];
    let mut rest = text;
    let mut line = 0;
    while line < WORD_COUNT {
        let mut end = 0;
        while rest.as_bytes()[end] != b'\n' {
            end += 1;
        }
        let (word, behind) = rest.split_at(end);
        assert!(!word.is_empty() && word.len() <= LONGEST_WORD);
        lines[line] = word;
        rest = behind.split_at(1).1;
        line += 1;
    }
    assert!(rest.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_list_is_the_published_one() {
        // SHA-256 of english.txt in the repository of the BIPs.
        let expected = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda";
        assert_eq!(
            HEXLOWER.encode(&Sha256::digest(include_bytes!("english.txt"))),
            expected
        );
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn finds_each_word_in_either_case() {
        for (index, word) in WORDS.iter().enumerate() {
            assert_eq!(position_of(word), Some(index as u16));
            assert_eq!(position_of(&word.to_uppercase()), Some(index as u16));
        }
        for word in ["", "aband", "abandonn", "zzz", "ábandon"] {
            assert_eq!(position_of(word), None);
        }
    }

    #[test]
    fn distances_are_those_of_levenshtein() {
        let cases = [
            ("", "", 0),
            ("zoo", "", 3),
            ("", "zoo", 3),
            ("zoo", "ZOO", 0),
            ("abandon", "abandn", 1),
            ("abandon", "abandoon", 1),
            ("abandon", "xabandon", 1),
            ("abandon", "bandon", 1),
            ("kitten", "sitting", 3),
            ("saturday", "sunday", 3),
            ("sunday", "saturday", 3),
            ("abcd", "dcba", 4),
        ];
        for (known, unknown, distance) in cases {
            let found = edit_distance(known.as_bytes(), unknown.as_bytes());
            assert_eq!(found, distance, "{known} {unknown}");
        }
    }

    #[test]
    fn suggests_what_was_probably_meant() {
        let cases = [
            ("abandn", "abandon"),
            ("zooo", "zoo"),
            ("ABUSEE", "abuse"),
            ("pizzza", "pizza"),
            ("", "act"),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest_word(word), expected, "{word}");
        }
        nearest_word(&"ä".repeat(100_000));
    }
}
