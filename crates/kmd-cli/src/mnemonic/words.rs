//! Words from wherever they come, and what is wrong with them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use kmd_algorand::{MnemonicError, mnemonic_to_bytes, swapped_neighbours, unknown_words};
use kmd_crypto::Seed;
use zeroize::Zeroizing;

use crate::ask::Ask;
use crate::context::Context;
use crate::{Error, Kind, Result};

/// Bytes; far more than 25 words have.
const LONGEST: usize = 4096;

/// Where the words come from.
#[derive(clap::Args)]
pub(super) struct WordsArgs {
    /// Read the words from a file; - is standard input
    ///
    /// Without it: asked for on the terminal, or taken from standard input where
    /// that is no terminal.
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl WordsArgs {
    /// The key that the words stand for.
    pub(super) fn seed(&self, context: &Context) -> Result<Seed> {
        let bytes = match &self.file {
            Some(file) if file != Path::new("-") => {
                let text = File::open(file).and_then(bounded);
                key(&text.map_err(|error| Error::file("read the words from", file, &error))?)?
            }
            None if context.ask == Ask::Terminal => context.ask.words("the key", &context.output)?,
            _ => key(&bounded(io::stdin()).map_err(|error| Error::file("read", Path::new("standard input"), &error))?)?,
        };
        Ok(Seed::from_fn(|seed| seed.copy_from_slice(&*bytes)))
    }
}

/// All of it, read into room that is there beforehand, so that growing leaves no copy.
fn bounded(source: impl Read) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(LONGEST + 1));
    source.take(LONGEST as u64 + 1).read_to_string(&mut text)?;
    if text.len() > LONGEST {
        return Err(io::Error::other(format!("it is longer than {LONGEST} bytes")));
    }
    Ok(text)
}

fn key(text: &str) -> Result<Zeroizing<[u8; 32]>> {
    mnemonic_to_bytes(text).map_err(|error| explained(text, error))
}

/// Names all words that are none, or two that may have changed places.
fn explained(text: &str, error: MnemonicError) -> Error {
    let failed = Error::new(Kind::Invalid, "these are not the words of a key");
    let unknown = unknown_words(text);
    match error {
        MnemonicError::WrongChecksum => with_swapped(failed.because(error), &swapped_neighbours(text)),
        MnemonicError::WrongWordCount(_) => unknown.iter().fold(failed.because(error), Error::because),
        MnemonicError::WordNotInList { .. } => unknown.iter().fold(failed, Error::because),
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

#[cfg(test)]
mod tests {
    use super::*;
    use kmd_algorand::mnemonic_from_bytes;

    #[test]
    fn hints_name_places_and_no_other_words() {
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
}
