//! Words that are shown because they were asked for.

use std::path::PathBuf;

use kmd_algorand::mnemonic_from_bytes;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::output::{Page, Report};
use crate::{Result, new_file};

/// The 25 words of a key. `Serialize` is how they leave.
pub(crate) struct Words(Zeroizing<String>);

/// What words belong to; in JSON, its name under its kind.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Owner {
    /// The address of an account.
    Address(String),
    /// The name of a wallet.
    Wallet(String),
}

impl Words {
    /// The words of 32 bytes.
    pub(crate) fn of(bytes: &[u8; 32]) -> Self {
        Self(mnemonic_from_bytes(bytes))
    }

    /// Shows them, or writes them to a new file that only its owner can read.
    ///
    /// # Errors
    /// [`Kind::File`](crate::Kind::File), also when there is such a file.
    pub(crate) fn give(self, context: &Context, owner: Owner, output: Option<PathBuf>) -> Result<()> {
        let Some(file) = output else {
            return context.output.print(&Shown { owner, words: self });
        };
        new_file::write_secret(&file, "the words", &[self.0.as_bytes(), b"\n"])?;
        context.output.print(&Written { owner, file })
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    owner: Owner,
    words: Words,
}

impl Report for Shown {
    fn write(&self, page: &mut Page) {
        page.line(self.words.0.as_str());
    }
}

#[derive(Serialize)]
struct Written {
    #[serde(flatten)]
    owner: Owner,
    file: PathBuf,
}

impl Report for Written {
    fn write(&self, page: &mut Page) {
        let file = self.file.display();
        match &self.owner {
            Owner::Address(address) => page.line(format_args!("Wrote the words of {address} to {file}.")),
            Owner::Wallet(name) => page.line(format_args!("Wrote the words of the wallet {name} to {file}.")),
        }
    }
}
