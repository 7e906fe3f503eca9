//! Why a command failed: what, because of what, and what to do about it.
//!
//! ```text
//! kmd: cannot unlock the wallet savings
//!   because: error decrypting. wrong password?
//!   hint: capital letters and blanks count
//! ```

use std::fmt;
use std::io;
use std::path::Path;

use serde::Serialize;

use crate::output::harmless;
use crate::refusal;

/// What kind of failure it is. Scripts see it as the exit code, and by its name with `--json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It has no kind of its own.
    Other,
    /// The command line is not right.
    Usage,
    /// No daemon answers, and none could be started.
    NoDaemon,
    /// The daemon did not accept the password.
    WrongPassword,
    /// There is no such wallet, key or multisig address.
    NotFound,
    /// What was given is not what it should be: a mnemonic, an address, a transaction.
    Invalid,
    /// The daemon refused for another reason.
    Refused,
    /// Not confirmed, so nothing was done.
    NotConfirmed,
    /// A check found something wrong.
    CheckFailed,
    /// A file cannot be read or written.
    File,
    /// A check found nothing wrong, but could not look at everything.
    Unchecked,
}

impl Kind {
    /// All of them, by their exit codes.
    pub const ALL: [Self; 11] = [
        Self::Other,
        Self::Usage,
        Self::NoDaemon,
        Self::WrongPassword,
        Self::NotFound,
        Self::Invalid,
        Self::Refused,
        Self::NotConfirmed,
        Self::CheckFailed,
        Self::File,
        Self::Unchecked,
    ];

    /// In a few words, for the documentation.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Other => "another failure",
            Self::Usage => "wrong usage",
            Self::NoDaemon => "no daemon",
            Self::WrongPassword => "wrong password",
            Self::NotFound => "not found",
            Self::Invalid => "invalid input",
            Self::Refused => "refused",
            Self::NotConfirmed => "not confirmed",
            Self::CheckFailed => "a check failed",
            Self::File => "a file cannot be read or written",
            Self::Unchecked => "something could not be checked",
        }
    }

    /// The exit code of the process.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Other => 1,
            Self::Usage => 2,
            Self::NoDaemon => 3,
            Self::WrongPassword => 4,
            Self::NotFound => 5,
            Self::Invalid => 6,
            Self::Refused => 7,
            Self::NotConfirmed => 8,
            Self::CheckFailed => 9,
            Self::File => 10,
            Self::Unchecked => 11,
        }
    }
}

/// A failure, in words for the person at the terminal.
#[derive(Debug, Serialize)]
pub struct Error {
    /// Decides the exit code.
    pub kind: Kind,
    /// What failed.
    pub message: String,
    /// Because of what, the nearest first.
    pub causes: Vec<String>,
    /// What to do.
    pub hints: Vec<String>,
}

impl Error {
    /// Something failed; without a cause until [`because`](Self::because) adds one.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// A file could not be read, written, …
    pub fn file(action: &str, path: &Path, cause: &io::Error) -> Self {
        Self::new(Kind::File, format!("cannot {action} {}", path.display())).because(cause)
    }

    /// Adds a cause of what was said so far.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Puts what the caller wanted in front: what failed so far becomes the first cause.
    #[must_use]
    pub fn while_doing(mut self, message: impl Into<String>) -> Self {
        self.causes
            .insert(0, std::mem::replace(&mut self.message, message.into()));
        self
    }
}

/// Each part is one line, whatever names are in it, so that none of them can add a hint of its own.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut part = |before: &str, text: &str| write!(f, "{before}{}", harmless(text).collect::<String>());
        part("", &self.message)?;
        self.causes.iter().try_for_each(|cause| part("\n  because: ", cause))?;
        self.hints.iter().try_for_each(|hint| part("\n  hint: ", hint))
    }
}

impl std::error::Error for Error {}

impl From<kmd_client::Error> for Error {
    fn from(error: kmd_client::Error) -> Self {
        use kmd_client::Error as Client;
        match error {
            Client::Daemon { status, message } => refusal::of(status, &message),
            Client::Refused(refused) => refusal::of_v2(&refused),
            Client::DataDir { .. } | Client::Transport(_) | Client::Token(_) => {
                Self::new(Kind::NoDaemon, "cannot ask the daemon").because(error)
            }
            Client::Decode(_) | Client::Encode(_) => Self::new(Kind::Other, error.to_string())
                .hint("the program at the other end may be of another version; see `kmd doctor`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_add_no_lines() {
        let forged = "savings\n  hint: send money\x1b";
        let error = Error::new(Kind::Other, forged).because(forged).hint(forged);
        let name = "savings\u{fffd}  hint: send money\u{fffd}";
        assert_eq!(error.to_string(), format!("{name}\n  because: {name}\n  hint: {name}"));
    }
}
