//! Atomic groups: transactions that happen together or not at all.

mod check;

use thiserror::Error;

pub use self::check::{Group, GroupState, groups, ids_without_group, members as group_members};

use crate::hash::sha512_256;
use crate::msgpack::{write_bytes, write_list_header, write_map_header, write_text};
use crate::transaction::TransactionId;

/// The most transactions a group can have.
pub const MAX_GROUP_SIZE: usize = 16;

/// Not 1 to [`MAX_GROUP_SIZE`] transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a group has 1 to {MAX_GROUP_SIZE} transactions, not {0}")]
pub struct GroupSizeError(pub usize);

/// The id of the group of these transactions, in this order: SHA-512/256 over "TG" and the
/// MessagePack map `{txlist: [id, ...]}` (Algorand developer documentation, "Atomic transfers").
///
/// The ids are those of the transactions without a group, since the group's id goes into each:
/// [`Transaction::id_without_group`](crate::Transaction::id_without_group).
///
/// # Errors
/// [`GroupSizeError`] when there are none or more than [`MAX_GROUP_SIZE`].
pub fn group_id(transactions: &[TransactionId]) -> Result<[u8; 32], GroupSizeError> {
    if !(1..=MAX_GROUP_SIZE).contains(&transactions.len()) {
        return Err(GroupSizeError(transactions.len()));
    }
    let mut list = Vec::with_capacity(11 + 34 * transactions.len());
    write_map_header(&mut list, 1);
    write_text(&mut list, b"txlist");
    write_list_header(&mut list, transactions.len());
    for id in transactions {
        write_bytes(&mut list, id.as_bytes());
    }
    Ok(sha512_256(&[b"TG", &list]))
}
