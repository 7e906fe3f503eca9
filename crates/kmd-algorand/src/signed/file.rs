//! Files of transactions: one encoding after the other, nothing between, as `goal clerk` and the
//! SDKs read and write them.
//!
//! Each is a map with the transaction under `txn`, signed or not. Some programs write transactions
//! without that map. The first key tells the two apart, since they have none in common.

use thiserror::Error;

use super::SignedTransaction;
use super::encoding::{SIGNED, decode_first, decode_first_bare};
use super::error::SignedTransactionError;
use crate::msgpack::Reader;
use crate::schema::Expected;

/// Reads a file's transactions, one at a time. Ends after the first error, since nothing says where
/// the next transaction would begin.
#[derive(Clone, Debug)]
pub struct TransactionFile<'a> {
    input: &'a [u8],
    offset: usize,
    number: usize,
}

/// A transaction and where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// The transaction.
    pub signed: SignedTransaction,
    /// In which form it was written.
    pub form: Form,
    /// The byte of the file where it begins; the first is 0.
    pub offset: usize,
}

/// How a transaction can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In a map that has room for a signature.
    Enveloped,
    /// The transaction alone.
    Bare,
}

/// Where a file is not what it should be, and why.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("transaction {number}, which begins at byte {offset}, is wrong at byte {stopped}: {reason}")]
pub struct FileError {
    /// Which transaction; the first is 1.
    pub number: usize,
    /// The byte of the file where it begins; the first is 0.
    pub offset: usize,
    /// How far it could be read, in bytes of the file.
    pub stopped: usize,
    /// What is wrong with it.
    pub reason: SignedTransactionError,
}

impl<'a> TransactionFile<'a> {
    /// What a file holds.
    #[must_use]
    pub fn new(contents: &'a [u8]) -> Self {
        Self {
            input: contents,
            offset: 0,
            number: 0,
        }
    }

    /// The file of these transactions.
    #[must_use]
    pub fn write<'t>(transactions: impl IntoIterator<Item = &'t SignedTransaction>) -> Vec<u8> {
        transactions.into_iter().flat_map(SignedTransaction::encode).collect()
    }

    fn read(&mut self, rest: &[u8]) -> Result<FileEntry, FileError> {
        let (offset, form) = (self.offset, form_of(rest));
        let decoded = match form {
            Form::Enveloped => decode_first(rest),
            Form::Bare => decode_first_bare(rest),
        };
        match decoded {
            Ok((signed, length)) => {
                self.offset += length;
                Ok(FileEntry { signed, form, offset })
            }
            Err((reason, read)) => {
                self.offset = self.input.len();
                Err(FileError {
                    number: self.number,
                    offset,
                    stopped: offset + read,
                    reason,
                })
            }
        }
    }
}

impl Iterator for TransactionFile<'_> {
    type Item = Result<FileEntry, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.input[self.offset..];
        if rest.is_empty() {
            return None;
        }
        self.number += 1;
        Some(self.read(rest))
    }
}

/// Whatever is neither is called enveloped, and refused as that.
fn form_of(input: &[u8]) -> Form {
    let mut reader = Reader::new(input);
    let first_key = reader.map_length().and_then(|_| reader.blob(Expected::Text));
    match first_key {
        Ok((_, key)) if SIGNED.position(key, 0).is_none() => Form::Bare,
        _ => Form::Enveloped,
    }
}
