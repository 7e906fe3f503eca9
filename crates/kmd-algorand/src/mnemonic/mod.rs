//! 25 words that stand for 32 secret bytes.
//!
//! 24 words carry the bytes, eleven bits each, the lowest bits first; the highest eight bits of the
//! last are zero. The 25th word is the first eleven bits of the bytes' SHA-512/256 (Algorand
//! developer documentation, "Mnemonics"). The words are the English list of BIP-39, but this is not
//! BIP-39: order of bits and checksum differ.
//!
//! Texts and bytes here are secrets: they are built in place, wiped when dropped, and no error
//! contains what was given.

mod hints;
mod words;

use thiserror::Error;
use zeroize::Zeroizing;

pub use self::hints::{swapped_neighbours, unknown_words};
use self::words::{WORDS, nearest_word, position_of};
use crate::hash::sha512_256;

const SECRET_WORDS: usize = 24;
const ALL_WORDS: usize = SECRET_WORDS + 1;
const BITS_PER_WORD: u32 = 11;
const WORD_MASK: u16 = 0x7ff;
/// The longest text: each word has at most eight letters.
const MAX_TEXT_LENGTH: usize = ALL_WORDS * 9 - 1;

/// Why a text is not a mnemonic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MnemonicError {
    /// Not 25 words; holds how many there are.
    #[error("a mnemonic has {ALL_WORDS} words, not {0}")]
    WrongWordCount(usize),
    /// A word that is not in the list. The word itself is not quoted.
    #[error("word {position} is not in the word list; the nearest one is \"{nearest}\"")]
    WordNotInList {
        /// Which word; the first is 1.
        position: usize,
        /// The word of the list that takes the fewest changed letters.
        nearest: &'static str,
    },
    /// All words are in the list and do not belong together: one is another than it should be, or
    /// two have changed places.
    #[error("the checksum of the mnemonic is wrong")]
    WrongChecksum,
}

/// The mnemonic of 32 bytes: 25 words with a space between.
#[must_use]
pub fn mnemonic_from_bytes(bytes: &[u8; 32]) -> Zeroizing<String> {
    let mut indices = Zeroizing::new([0; ALL_WORDS]);
    let (secret, checksum) = indices.split_at_mut(SECRET_WORDS);
    secret.copy_from_slice(split_bits(bytes).as_slice());
    checksum.fill(checksum_index(bytes));

    // Room for the longest text, so that growing leaves no copy behind.
    let mut text = Zeroizing::new(String::with_capacity(MAX_TEXT_LENGTH));
    for &index in indices.iter() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(WORDS[usize::from(index)]);
    }
    text
}

/// The 32 bytes of a mnemonic. White space of any kind and amount separates words, and upper case
/// is as good as lower case.
///
/// # Errors
/// [`MnemonicError`]: the number of words, the first unknown one, or the checksum.
pub fn mnemonic_to_bytes(text: &str) -> Result<Zeroizing<[u8; 32]>, MnemonicError> {
    let count = text.split_whitespace().count();
    if count != ALL_WORDS {
        return Err(MnemonicError::WrongWordCount(count));
    }
    let mut indices = Zeroizing::new([0; ALL_WORDS]);
    for (place, (index, word)) in indices.iter_mut().zip(text.split_whitespace()).enumerate() {
        *index = position_of(word).ok_or_else(|| MnemonicError::WordNotInList {
            position: place + 1,
            nearest: nearest_word(word),
        })?;
    }
    let [secret @ .., checksum] = &*indices;
    let bytes = join_bits(secret).ok_or(MnemonicError::WrongChecksum)?;
    if *checksum != checksum_index(&bytes) {
        return Err(MnemonicError::WrongChecksum);
    }
    Ok(bytes)
}

fn checksum_index(bytes: &[u8; 32]) -> u16 {
    let [low, high, ..] = sha512_256(&[bytes]);
    u16::from_le_bytes([low, high]) & WORD_MASK
}

/// 256 bits into 24 numbers of eleven.
fn split_bits(bytes: &[u8; 32]) -> Zeroizing<[u16; SECRET_WORDS]> {
    let mut indices = Zeroizing::new([0; SECRET_WORDS]);
    let mut bytes = bytes.iter();
    let (mut bits, mut bit_count) = (0_u32, 0);
    for index in indices.iter_mut() {
        while bit_count < BITS_PER_WORD {
            // Behind the last byte come zeros, for the highest bits of the last word.
            bits |= u32::from(bytes.next().copied().unwrap_or(0)) << bit_count;
            bit_count += u8::BITS;
        }
        *index = bits as u16 & WORD_MASK;
        bits >>= BITS_PER_WORD;
        bit_count -= BITS_PER_WORD;
    }
    indices
}

/// The reverse; nothing when the bits behind the last byte are not zero.
fn join_bits(indices: &[u16]) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    let mut indices = indices.iter();
    let (mut bits, mut bit_count) = (0_u32, 0);
    for byte in bytes.iter_mut() {
        if bit_count < u8::BITS {
            bits |= u32::from(*indices.next()?) << bit_count;
            bit_count += BITS_PER_WORD;
        }
        *byte = bits as u8;
        bits >>= u8::BITS;
        bit_count -= u8::BITS;
    }
    (bits == 0).then_some(bytes)
}
