//! Asking the person: secrets without echo, words, yes or no.
//!
//! Where standard input is no terminal, each question takes the next line of it instead, in the
//! order in which the questions would be asked; where it holds what the command works on, the terminal
//! is asked all the same. A secret never comes from an argument or from the environment: both can be
//! seen by others.

mod input;
mod no_echo;
mod password;
mod strength;
mod terminal;
mod words;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use zeroize::Zeroizing;

use self::input::{read_answer, read_line};
pub use self::password::{FirstPasswordArgs, NewPasswordArgs, PasswordArgs};
pub(crate) use self::words::{bytes_of_words, read_secret, words_of_file, words_of_standard_input};
use crate::Result;
use crate::error::{Error, Kind};
use crate::output::harmless;

/// Where answers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The person at the terminal.
    Terminal,
    /// The lines of standard input.
    Lines,
    /// The person at the terminal, since standard input holds the data to work on. Without a
    /// terminal, nobody.
    TerminalOnly,
}

impl Ask {
    pub(crate) fn from_standard_input() -> Self {
        if io::stdin().is_terminal() {
            Self::Terminal
        } else {
            Self::Lines
        }
    }

    /// For a command that reads its data from standard input.
    #[must_use]
    pub fn leaving_standard_input(self) -> Self {
        match self {
            Self::Terminal | Self::TerminalOnly => self,
            Self::Lines => Self::TerminalOnly,
        }
    }

    /// A secret, typed without echo.
    ///
    /// # Errors
    /// [`Kind::Usage`] when nobody can be asked.
    pub fn secret(self, question: &str) -> Result<Zeroizing<String>> {
        let question = &harmless(question).collect::<String>();
        let answer = match self {
            Self::Lines => read_answer(),
            Self::Terminal | Self::TerminalOnly => no_echo::ask(question),
        };
        answer.map_err(|error| self.unanswered(question, &error))
    }

    /// Lets the person confirm what was just said, unless `consent` was given beforehand.
    ///
    /// # Errors
    /// [`Kind::NotConfirmed`], also where nobody can be asked.
    pub fn confirm(self, question: &str, consent: Consent) -> Result<()> {
        if consent == Consent::Given {
            return Ok(());
        }
        let question: String = harmless(question).chain(" [y/N] ".chars()).collect();
        let answer = match self {
            Self::Lines => return Err(unconfirmed("standard input is not a terminal, so nobody can be asked")),
            Self::Terminal => {
                let _ = io::stderr().write_all(question.as_bytes());
                read_line().map_err(|error| self.unanswered(question.trim(), &error))?
            }
            Self::TerminalOnly => terminal::ask(&question).map_err(|error| unconfirmed(error).because(TAKEN))?,
        };
        match answer.trim().to_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Error::new(Kind::NotConfirmed, "not confirmed, nothing was done")),
        }
    }

    fn unanswered(self, question: &str, error: &io::Error) -> Error {
        let error = Error::new(Kind::Usage, format!("no answer to \"{question}\"")).because(error);
        match self {
            Self::TerminalOnly => error.because(TAKEN),
            Self::Terminal | Self::Lines => error,
        }
    }
}

/// Why nothing is asked of standard input.
const TAKEN: &str = "standard input holds what the command works on, so answers are not read from it";

/// Whether the person has said yes already, with `--yes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Said on the command line.
    Given,
    /// To be asked for.
    Missing,
}

/// `--yes`
#[derive(clap::Args)]
pub struct YesArgs {
    /// Do not ask for a confirmation
    #[arg(short = 'y', long)]
    yes: bool,
}

impl YesArgs {
    /// What was said.
    pub fn consent(&self) -> Consent {
        if self.yes { Consent::Given } else { Consent::Missing }
    }
}

fn unconfirmed(why: impl Display) -> Error {
    Error::new(Kind::NotConfirmed, "this needs a confirmation")
        .because(why)
        .hint("--yes confirms beforehand")
}
