//! A transaction as it is signed: decoded in full, held in canonical form.
//!
//! What signing needs is at hand: that every byte is understood, who the sender is, and which group
//! it belongs to. Whoever wants to see more reads the [`fields`](Transaction::fields), which come
//! from the bytes that are signed: there is no second decoder that could see something else.

mod fields;
mod id;
#[cfg(test)]
pub(crate) mod properties;

use std::ops::Range;

use thiserror::Error;

pub(crate) use self::fields::TRANSACTION;
pub use self::id::TransactionId;
use crate::address::{Address, PublicKey};
use crate::hash::sha512_256;
use crate::msgpack::{map_header_length, write_bytes, write_map_header, write_text};
use crate::schema::{DecodeError, Fields, canonicalise};
use crate::signature::Signature;

/// The domain of transaction signatures and ids, in front of what is signed and hashed.
const PREFIX: &[u8] = b"TX";

/// A transaction that was decoded without loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// "TX", then the canonical encoding.
    signing_bytes: Vec<u8>,
    sender: Address,
    field_count: usize,
    group: Option<Group>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    id: [u8; 32],
    /// Where its key and value are in the signing bytes.
    place: Range<usize>,
}

/// Why bytes are not a transaction that can be signed. Names fields, never quotes contents.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TransactionError {
    /// The encoding is wrong or would not survive decoding unchanged.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// `snd` is missing, or all zero, which is the same.
    #[error("snd: the sender is missing")]
    SenderMissing,
    /// `type` is missing or empty.
    #[error("type: the type is missing")]
    TypeMissing,
}

impl Transaction {
    /// Decodes a MessagePack transaction, without the "TX" prefix, in any encoding that keeps its
    /// meaning: any order of keys, any width of integers, text or binary headers for text and
    /// bytes, nil and zero for what is not there. A binary header on text longer than 30 bytes is
    /// refused.
    ///
    /// # Errors
    /// [`TransactionError`] for everything else. Unknown fields, repeated fields and bytes behind
    /// the transaction are errors, since a signature would not cover them.
    pub fn decode(bytes: &[u8]) -> Result<Self, TransactionError> {
        let canonical = canonicalise(&TRANSACTION, PREFIX, bytes)?;
        let field = |name| canonical.field(&TRANSACTION, name);
        // A field of 32 bytes ends in them.
        let value32 = |place: Range<usize>| canonical.bytes[place].last_chunk::<32>().copied();

        let sender = field("snd").and_then(value32).ok_or(TransactionError::SenderMissing)?;
        field("type").ok_or(TransactionError::TypeMissing)?;
        let group = field("grp").and_then(|place| value32(place.clone()).map(|id| Group { id, place }));
        Ok(Self {
            sender: Address::from_bytes(sender),
            field_count: canonical.field_count(),
            group,
            signing_bytes: canonical.bytes,
        })
    }

    /// The canonical MessagePack encoding.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        &self.signing_bytes[PREFIX.len()..]
    }

    /// What a signature is made over: "TX" and the canonical encoding.
    #[must_use]
    pub fn signing_bytes(&self) -> &[u8] {
        &self.signing_bytes
    }

    /// What stands in it, by the names of the Algorand developer documentation, "Transaction
    /// reference".
    ///
    /// # Errors
    /// None that can happen: the bytes are canonical.
    pub fn fields(&self) -> Result<Fields<'_>, DecodeError> {
        Fields::read(&TRANSACTION, self.canonical())
    }

    /// The account the transaction is from. Never zero.
    #[must_use]
    pub fn sender(&self) -> Address {
        self.sender
    }

    /// The id of the atomic group the transaction says to belong to.
    #[must_use]
    pub fn group(&self) -> Option<[u8; 32]> {
        self.group.as_ref().map(|group| group.id)
    }

    /// The transaction's id: SHA-512/256 of the signing bytes.
    #[must_use]
    pub fn id(&self) -> TransactionId {
        TransactionId::from_bytes(sha512_256(&[&self.signing_bytes]))
    }

    /// The id it would have without its group, which is what group ids are computed from.
    #[must_use]
    pub fn id_without_group(&self) -> TransactionId {
        let Some(group) = &self.group else {
            return self.id();
        };
        let fields = PREFIX.len() + map_header_length(self.field_count);
        let mut header = Vec::with_capacity(map_header_length(self.field_count));
        write_map_header(&mut header, self.field_count - 1);
        TransactionId::from_bytes(sha512_256(&[
            PREFIX,
            &header,
            &self.signing_bytes[fields..group.place.start],
            &self.signing_bytes[group.place.end..],
        ]))
    }

    /// The signed transaction as the network takes it: a canonical MessagePack map of `sgnr`,
    /// `sig` and `txn`. `sgnr` is there only when the signer is not the sender, which means the
    /// sender was rekeyed to it.
    #[must_use]
    pub fn signed(&self, signature: &Signature, signer: PublicKey) -> Vec<u8> {
        // Header, three keys and two headers of values: 18 bytes, then 32, 64 and the transaction.
        let mut out = Vec::with_capacity(18 + 32 + 64 + self.canonical().len());
        let rekeyed = Address::from(signer) != self.sender;
        write_map_header(&mut out, if rekeyed { 3 } else { 2 });
        if rekeyed {
            write_text(&mut out, b"sgnr");
            write_bytes(&mut out, signer.as_bytes());
        }
        write_text(&mut out, b"sig");
        write_bytes(&mut out, signature.as_bytes());
        write_text(&mut out, b"txn");
        out.extend_from_slice(self.canonical());
        out
    }
}
