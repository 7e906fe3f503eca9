//! What can be wrong with a wallet.

use std::fmt;

use kmd_algorand::Address;

use crate::store::{StoredKey, StoredMultisig};

/// Something that is wrong, and where. Never holds a secret.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub kind: ProblemKind,
    /// The table.
    pub table: Table,
    /// The row of the table, as its database counts.
    pub row: Option<i64>,
    /// The address in the row, where it is one.
    pub address: Option<Address>,
    /// The key index in the row, where it has one.
    pub index: Option<u64>,
}

/// The tables of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// The file as a whole.
    Database,
    /// The wallet's own row.
    Metadata,
    /// Keys.
    Keys,
    /// Multisig addresses.
    Multisigs,
}

/// What is wrong.
#[derive(Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// What the database says.
    Database(String),
    /// The table cannot be read to its end.
    Unreadable,
    /// The envelope does not open.
    DoesNotDecrypt,
    /// The envelope holds another type of secret.
    WrongType,
    /// The address is not 32 bytes.
    NoAddress,
    /// The secret key is of another address.
    OtherAddress,
    /// The index is no number from 1 on.
    NoIndex,
    /// Another key has the same index.
    IndexTwice,
    /// The key at this index is another one.
    OtherIndex,
    /// The highest key index is lower than this one.
    IndexTooHigh,
    /// Version, threshold and keys are those of no multisig that can sign.
    NoMultisig,
}

impl ProblemKind {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Database(_) => "database_damaged",
            Self::Unreadable => "table_unreadable",
            Self::DoesNotDecrypt => "does_not_decrypt",
            Self::WrongType => "wrong_type",
            Self::NoAddress => "no_address",
            Self::OtherAddress => "other_address",
            Self::NoIndex => "no_index",
            Self::IndexTwice => "index_twice",
            Self::OtherIndex => "other_index",
            Self::IndexTooHigh => "index_too_high",
            Self::NoMultisig => "no_multisig",
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Database(said) => said,
            Self::Unreadable => "the table cannot be read to its end",
            Self::DoesNotDecrypt => "it does not decrypt under the wallet's master key",
            Self::WrongType => "the envelope holds another type of secret",
            Self::NoAddress => "the address is not 32 bytes",
            Self::OtherAddress => "what is stored belongs to another address",
            Self::NoIndex => "the key index is no number from 1 on",
            Self::IndexTwice => "another key has the same index",
            Self::OtherIndex => "the key does not follow from the master derivation key at this index",
            Self::IndexTooHigh => "the wallet's highest key index is lower than this one",
            Self::NoMultisig => "version, threshold and keys are those of no multisig that can sign",
        })
    }
}

impl Problem {
    pub(crate) fn of(table: Table, kind: ProblemKind) -> Self {
        Self {
            kind,
            table,
            row: None,
            address: None,
            index: None,
        }
    }

    pub(crate) fn of_key(key: &StoredKey, kind: ProblemKind) -> Self {
        Self {
            row: Some(key.row),
            address: key.address,
            index: key.index.number(),
            ..Self::of(Table::Keys, kind)
        }
    }

    pub(crate) fn of_multisig(multisig: &StoredMultisig, kind: ProblemKind) -> Self {
        Self {
            row: Some(multisig.row),
            address: multisig.address,
            ..Self::of(Table::Multisigs, kind)
        }
    }
}
