//! Signing many transactions at once: all of them, or none.

use std::num::NonZeroUsize;

use kmd_algorand::{MAX_GROUP_SIZE, PublicKey, Transaction, group_id, group_members, ids_without_group};

use crate::error::{BatchError, Error, GroupError};

/// A transaction to sign, and the key to sign it with; none: the sender's.
pub struct TransactionToSign<'a> {
    /// msgpack of the transaction.
    pub bytes: &'a [u8],
    /// The key.
    pub signer: Option<PublicKey>,
}

/// What must be there of an atomic group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Groups {
    /// All of it, in order.
    Whole,
    /// Some of it: others sign the rest.
    Partial,
}

/// Does `work` on every item, on up to `threads` threads. The results are in
/// order; the first failure in order is the one that is returned.
pub(crate) fn for_each<T: Sync, R: Send>(
    items: &[T],
    threads: NonZeroUsize,
    work: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, BatchError> {
    /// Fewer than this are not worth a thread.
    const WORTH_A_THREAD: usize = 32;
    let chunk = items.len().div_ceil(threads.get()).max(WORTH_A_THREAD);
    let run = |(number, chunk_items): (usize, &[T])| {
        let done = chunk_items.iter().enumerate().map(|(index, item)| {
            let failed = |error| BatchError {
                index: number * chunk + index,
                error: Box::new(error),
            };
            work(item).map_err(failed)
        });
        done.collect::<Result<Vec<R>, BatchError>>()
    };
    let mut chunks = items.chunks(chunk).enumerate();
    let first = chunks.next().unwrap_or((0, &[]));
    let done: Vec<Result<Vec<R>, BatchError>> = std::thread::scope(|scope| {
        let run = &run;
        let others: Vec<_> = chunks.map(|chunk| scope.spawn(move || run(chunk))).collect();
        let mut done = vec![run(first)];
        // A panic in a thread is a bug, and goes on being one here.
        done.extend(
            others
                .into_iter()
                .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
        );
        done
    });
    let done: Vec<Vec<R>> = done.into_iter().collect::<Result<_, _>>()?;
    Ok(done.into_iter().flatten().collect())
}

/// Checks that every group is whole: its members stand in order, and their ids
/// hash to the group id that each of them carries.
pub(crate) fn check_groups(transactions: &[Transaction]) -> Result<(), BatchError> {
    group_members(transactions)
        .iter()
        .try_for_each(|(group, members)| check_group(transactions, group, members))
}

fn check_group(transactions: &[Transaction], group: &[u8; 32], members: &[usize]) -> Result<(), BatchError> {
    let refuse = |error| BatchError {
        index: members.first().copied().unwrap_or_default(),
        error: Box::new(Error::Group(error)),
    };
    if members.len() > MAX_GROUP_SIZE {
        return Err(refuse(GroupError::TooLarge(members.len())));
    }
    let ids = ids_without_group(members.iter().map(|index| &transactions[*index]));
    match group_id(&ids) {
        Ok(id) if id == *group => Ok(()),
        _ => Err(refuse(GroupError::NotWhole(members.len()))),
    }
}
