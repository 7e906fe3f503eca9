//! The 25 words of a key: asked for, or read from a file, and what is wrong with them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use kmd_algorand::{MnemonicError, mnemonic_to_bytes, swapped_neighbours, unknown_words};
use zeroize::Zeroizing;

use super::Ask;
use super::input::{take_file, text, unbuffered};
use crate::Result;
use crate::error::{Error, Kind};
use crate::output::Output;

const WORDS: usize = 25;
/// Bytes; far more than 25 words, or a key, have.
const LONGEST: usize = 4096;

impl Ask {
    /// The 32 bytes that the words stand for, which may come in several lines. At the terminal, a
    /// word that is none is asked for again, and only that one.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when they are no mnemonic and nobody can be asked again.
    pub fn words(self, whose: &str, output: &Output) -> Result<Zeroizing<[u8; 32]>> {
        let mut words = self.collect(whose)?;
        loop {
            let error = match mnemonic_to_bytes(&words) {
                Ok(bytes) => return Ok(bytes),
                Err(error) if self == Self::Lines => return Err(explained(&words, error)),
                Err(error) => error,
            };
            words = if let MnemonicError::WordNotInList { position, .. } = error {
                output.note(&error.to_string());
                with_word(&words, position, &self.secret(&format!("Word {position}"))?)
            } else {
                let Error { causes, hints, .. } = explained(&words, error);
                causes.iter().chain(&hints).for_each(|line| output.note(line));
                self.collect(whose)?
            };
        }
    }

    /// Lines, until there are enough words.
    fn collect(self, whose: &str) -> Result<Zeroizing<String>> {
        let mut all = Zeroizing::new(String::with_capacity(2 * super::input::LONGEST_LINE));
        loop {
            let count = all.split_whitespace().count();
            let question = match count {
                0 => format!("The {WORDS} words of {whose}"),
                WORDS.. => return Ok(all),
                _ => format!("{count} so far, from word {} on", count + 1),
            };
            let line = self.secret(&question)?;
            if line.trim().is_empty() {
                return Err(explained(&all, MnemonicError::WrongWordCount(count)));
            }
            // Each is added within the room that is there, so that growing leaves no copy behind.
            all.push_str(&line);
            all.push(' ');
        }
    }
}

/// What the words in a file stand for.
pub(crate) fn words_of_file(path: &Path) -> Result<Zeroizing<[u8; 32]>> {
    let words = read_secret(path).map_err(|error| Error::file("read the words from", path, &error))?;
    bytes_of_words(&words).map_err(|error| error.while_doing(format!("cannot use the words in {}", path.display())))
}

/// What the words stand for that are all of standard input.
pub(crate) fn words_of_standard_input() -> Result<Zeroizing<[u8; 32]>> {
    let failed = |error: io::Error| Error::file("read", Path::new("standard input"), &error);
    let words = unbuffered().and_then(bounded).map_err(failed)?;
    bytes_of_words(&words)
}

/// All of a file of words or of a key.
pub(crate) fn read_secret(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    take_file(path)?;
    File::open(path).and_then(bounded)
}

/// All of it, read into room that is there beforehand, so that growing leaves no copy.
fn bounded(source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    source.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > LONGEST {
        return Err(io::Error::other(format!("it is longer than {LONGEST} bytes")));
    }
    Ok(bytes)
}

/// What a text of 25 words stands for.
pub(crate) fn bytes_of_words(words: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
    let words = text(words).map_err(|error| no_words().because(error))?;
    mnemonic_to_bytes(&words).map_err(|error| explained(&words, error))
}

fn no_words() -> Error {
    Error::new(Kind::Invalid, "these are not the words of a key")
}

/// Names all words that are none, or two that may have changed places.
fn explained(words: &str, error: MnemonicError) -> Error {
    let unknown = unknown_words(words);
    match error {
        MnemonicError::WrongChecksum => with_swapped(no_words().because(error), &swapped_neighbours(words)),
        MnemonicError::WrongWordCount(_) => unknown.iter().fold(no_words().because(error), Error::because),
        MnemonicError::WordNotInList { .. } => unknown.iter().fold(no_words(), Error::because),
    }
}

fn with_swapped(error: Error, swapped: &[usize]) -> Error {
    match swapped {
        [] => error.hint("all are in the list, so one is another one than it should be, or some have changed places"),
        places => places.iter().fold(error, |error, place| {
            error.hint(format!(
                "words {place} and {} may have changed places: the other order would be right",
                place + 1
            ))
        }),
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
    use kmd_algorand::mnemonic_from_bytes;

    #[test]
    fn one_word_is_replaced() {
        assert_eq!(*with_word("a b c", 2, " x "), "a x c ");
        assert_eq!(*with_word("a b c", 3, "x"), "a b x ");
    }

    #[test]
    fn hints_name_places_and_no_other_words() {
        let key = |words: &str| bytes_of_words(words.as_bytes());
        let right = mnemonic_from_bytes(&[7; 32]);
        assert_eq!(*key(&right).unwrap(), [7; 32]);
        let mut words: Vec<&str> = right.split_whitespace().collect();
        words.swap(3, 4);
        let swapped = key(&words.join(" ")).unwrap_err();
        assert!(swapped.hints[0].starts_with("words 4 and 5 may"), "{swapped}");
        words[0] = "xxxxxx";
        words[9] = "abandn";
        let unknown = key(&words.join(" ")).unwrap_err();
        assert_eq!(unknown.causes.len(), 2);
        assert_eq!(
            unknown.causes[1],
            "word 10 is not in the word list; the nearest one is \"abandon\""
        );
        let few = key("abandon abandn").unwrap_err();
        assert_eq!(few.causes[0], "a mnemonic has 25 words, not 2");
        assert_eq!(few.causes.len(), 2);
    }

    #[test]
    fn reading_has_an_end() {
        assert!(bounded(io::repeat(b'a')).is_err());
        assert_eq!(bounded(&[b'a'; LONGEST][..]).unwrap().len(), LONGEST);
    }
}
