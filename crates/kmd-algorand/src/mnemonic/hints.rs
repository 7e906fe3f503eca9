//! What may be wrong with words that are no mnemonic, for a person who has them on paper.

use super::words::{nearest_word, position_of};
use super::{ALL_WORDS, MnemonicError, mnemonic_to_bytes};
use zeroize::Zeroizing;

/// Every word that is not in the list, as [`MnemonicError::WordNotInList`].
#[must_use]
pub fn unknown_words(text: &str) -> Vec<MnemonicError> {
    let unknown = text
        .split_whitespace()
        .enumerate()
        .filter(|(_, word)| position_of(word).is_none());
    unknown
        .map(|(place, word)| MnemonicError::WordNotInList {
            position: place + 1,
            nearest: nearest_word(word),
        })
        .collect()
}

/// The positions of words (the first is 1) that make a mnemonic when they change places with the
/// word behind them. Nearly always none or the right one: a false one is found once in 80 texts.
#[must_use]
pub fn swapped_neighbours(text: &str) -> Vec<usize> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() != ALL_WORDS {
        return Vec::new();
    }
    let right_when_swapped = |place: &usize| {
        let mut text = Zeroizing::new(String::with_capacity(text.len() + ALL_WORDS));
        for index in 0..ALL_WORDS {
            let from = match index {
                index if index == *place => place + 1,
                index if index == place + 1 => *place,
                index => index,
            };
            text.push_str(words[from]);
            text.push(' ');
        }
        words[*place] != words[place + 1] && mnemonic_to_bytes(&text).is_ok()
    };
    (0..ALL_WORDS - 1)
        .filter(right_when_swapped)
        .map(|place| place + 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mnemonic::mnemonic_from_bytes;

    #[test]
    fn all_unknown_words_are_named() {
        let positions = |text: &str| {
            let position = |error: &MnemonicError| match error {
                MnemonicError::WordNotInList { position, nearest } => (*position, *nearest),
                _ => unreachable!(),
            };
            unknown_words(text).iter().map(position).collect::<Vec<_>>()
        };
        assert_eq!(positions("abandon zoo"), []);
        assert_eq!(positions("abandn zoo\n zooo"), [(1, "abandon"), (3, "zoo")]);
    }

    #[test]
    fn neighbours_that_changed_places_are_found() {
        let right = mnemonic_from_bytes(&std::array::from_fn(|index| index as u8));
        let words: Vec<&str> = right.split_whitespace().collect();
        for place in 0..24 {
            let mut wrong = words.clone();
            wrong.swap(place, place + 1);
            if words[place] != words[place + 1] {
                assert!(swapped_neighbours(&wrong.join(" ")).contains(&(place + 1)), "{place}");
            }
        }
        assert_eq!(swapped_neighbours("abandon"), []);
        // Equal words may change places as they like.
        assert_eq!(swapped_neighbours(&mnemonic_from_bytes(&[0; 32])), []);
    }
}
