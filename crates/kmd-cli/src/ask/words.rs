//! Asking for the 25 words of a key.

use std::fs;
use std::path::Path;

use kmd_algorand::{MnemonicError, mnemonic_to_bytes};
use zeroize::Zeroizing;

use super::Ask;
use crate::Result;
use crate::error::{Error, Kind};
use crate::output::Output;

const WORDS: usize = 25;

impl Ask {
    /// The 32 bytes that the words stand for, which may come in several lines. At the terminal, a
    /// word that is none is asked for again, and only that one.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when they are no mnemonic and nobody can be asked again.
    pub fn words(self, whose: &str, output: &Output) -> Result<Zeroizing<[u8; 32]>> {
        let mut text = self.collect(whose)?;
        loop {
            let error = match mnemonic_to_bytes(&text) {
                Ok(bytes) => return Ok(bytes),
                Err(error) if self == Self::Lines => return Err(no_mnemonic(error)),
                Err(error) => error,
            };
            output.note(&error.to_string());
            text = match error {
                MnemonicError::WordNotInList { position, .. } => {
                    with_word(&text, position, &self.secret(&format!("Word {position}"))?)
                }
                MnemonicError::WrongWordCount(_) | MnemonicError::WrongChecksum => self.collect(whose)?,
            };
        }
    }

    /// Lines, until there are enough words.
    fn collect(self, whose: &str) -> Result<Zeroizing<String>> {
        let mut all = Zeroizing::new(String::with_capacity(2 * super::input::LONGEST_LINE));
        loop {
            let question = match all.split_whitespace().count() {
                0 => format!("The {WORDS} words of {whose}"),
                WORDS.. => return Ok(all),
                count => format!("{count} so far, from word {} on", count + 1),
            };
            let line = self.secret(&question)?;
            if line.trim().is_empty() {
                return Err(no_mnemonic(MnemonicError::WrongWordCount(
                    all.split_whitespace().count(),
                )));
            }
            // Each is added within the room that is there, so that growing leaves no copy behind.
            all.push_str(&line);
            all.push(' ');
        }
    }
}

/// What the words in a file stand for.
pub(crate) fn words_of_file(path: &Path) -> Result<Zeroizing<[u8; 32]>> {
    let bytes = fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| Error::file("read the words from", path, &error))?;
    bytes_of_words(&bytes).map_err(|error| error.while_doing(format!("cannot use the words in {}", path.display())))
}

/// What a text of 25 words stands for.
pub(crate) fn bytes_of_words(text: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
    let text = std::str::from_utf8(text).map_err(|_| Error::new(Kind::Invalid, "this is not text"))?;
    mnemonic_to_bytes(text).map_err(no_mnemonic)
}

fn no_mnemonic(error: MnemonicError) -> Error {
    let result = Error::new(Kind::Invalid, "these are not the words of a key").because(error);
    match error {
        MnemonicError::WrongChecksum => result.hint("one of the words is another one, or two have changed places"),
        MnemonicError::WrongWordCount(_) | MnemonicError::WordNotInList { .. } => result,
    }
}

/// The text with another word at this position; the first is 1.
fn with_word(text: &str, position: usize, word: &str) -> Zeroizing<String> {
    let mut result = Zeroizing::new(String::with_capacity(text.len() + word.len() + 1));
    for (number, old) in text.split_whitespace().enumerate() {
        result.push_str(if number + 1 == position { word.trim() } else { old });
        result.push(' ');
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_is_replaced() {
        assert_eq!(*with_word("a b c", 2, " x "), "a x c ");
        assert_eq!(*with_word("a b c", 3, "x"), "a b x ");
    }
}
