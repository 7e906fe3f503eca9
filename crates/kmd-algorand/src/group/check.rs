//! Which groups a list of transactions has, and whether each is whole.

use std::collections::HashMap;

use super::{MAX_GROUP_SIZE, group_id};
use crate::transaction::{Transaction, TransactionId};

/// Trying all orders of more than this takes long: 7 have 5,040.
const MOST_TO_REORDER: usize = 7;

/// The transactions of a list that carry the same group id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The id they carry.
    pub id: [u8; 32],
    /// Their places in the list; the first is 0.
    pub members: Vec<usize>,
    /// What the id says of them.
    pub state: GroupState,
}

/// What a group's id says of the transactions that carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupState {
    /// They are the group, in order.
    Whole,
    /// They are the group, in order, and others stand between them.
    Scattered,
    /// They are the group when they stand in this order of their places in the list.
    WrongOrder(Vec<usize>),
    /// Some are missing, were changed, or there are too many to say whether only the order is wrong.
    NotWhole,
}

/// The groups of a list, in the order of their first members.
#[must_use]
pub fn groups(transactions: &[&Transaction]) -> Vec<Group> {
    let judged = members(transactions.iter().copied()).into_iter().map(|(id, members)| {
        let ids = ids_without_group(members.iter().map(|place| transactions[*place]));
        Group {
            state: state(&id, &members, &ids),
            members,
            id,
        }
    });
    judged.collect()
}

/// The group ids that transactions carry, in the order in which they are first
/// seen, each with the places of those that carry it; the first place is 0.
pub fn members<'a>(transactions: impl IntoIterator<Item = &'a Transaction>) -> Vec<([u8; 32], Vec<usize>)> {
    let mut groups: Vec<([u8; 32], Vec<usize>)> = Vec::new();
    let mut known = HashMap::new();
    for (place, transaction) in transactions.into_iter().enumerate() {
        let Some(id) = transaction.group() else { continue };
        let number = *known.entry(id).or_insert(groups.len());
        match groups.get_mut(number) {
            Some((_, members)) => members.push(place),
            None => groups.push((id, vec![place])),
        }
    }
    groups
}

/// The ids by which transactions are hashed into the id of their group.
pub fn ids_without_group<'a>(members: impl IntoIterator<Item = &'a Transaction>) -> Vec<TransactionId> {
    members.into_iter().map(Transaction::id_without_group).collect()
}

fn state(id: &[u8; 32], members: &[usize], ids: &[TransactionId]) -> GroupState {
    if members.len() > MAX_GROUP_SIZE {
        return GroupState::NotWhole;
    }
    if group_id(ids).as_ref() == Ok(id) {
        let together = members.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        return if together {
            GroupState::Whole
        } else {
            GroupState::Scattered
        };
    }
    match order(id, ids) {
        Some(order) => GroupState::WrongOrder(order.into_iter().map(|index| members[index]).collect()),
        None => GroupState::NotWhole,
    }
}

/// The order in which these have this group id, by trying.
fn order(id: &[u8; 32], ids: &[TransactionId]) -> Option<Vec<usize>> {
    if ids.len() > MOST_TO_REORDER {
        return None;
    }
    let mut order: Vec<usize> = (0..ids.len()).collect();
    permutations(&mut order, ids.len(), &mut |order| {
        let reordered: Vec<TransactionId> = order.iter().map(|index| ids[*index]).collect();
        group_id(&reordered).as_ref() == Ok(id)
    })
    .then_some(order)
}

/// Heap's algorithm; stops, with the items in that order, when `found` says so.
fn permutations(items: &mut [usize], length: usize, found: &mut impl FnMut(&[usize]) -> bool) -> bool {
    if length <= 1 {
        return found(items);
    }
    for index in 0..length {
        if permutations(items, length - 1, found) {
            return true;
        }
        let other = if length.is_multiple_of(2) { index } else { 0 };
        items.swap(other, length - 1);
    }
    false
}
