//! Words from wherever they come.

use std::path::{Path, PathBuf};

use kmd_crypto::Seed;

use crate::Result;
use crate::ask::{Ask, words_of_file, words_of_standard_input};
use crate::context::Context;

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
            Some(file) if file != Path::new("-") => words_of_file(file)?,
            None if context.ask == Ask::Terminal => context.ask.words("the key", &context.output)?,
            _ => words_of_standard_input()?,
        };
        Ok(Seed::from_fn(|seed| seed.copy_from_slice(&*bytes)))
    }
}
