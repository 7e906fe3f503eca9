//! Which groups a list of transactions has, and whether each is whole.

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
    let mut groups: Vec<Group> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (place, id) in transactions
        .iter()
        .enumerate()
        .filter_map(|(place, t)| Some((place, t.group()?)))
    {
        let number = *known.entry(id).or_insert(groups.len());
        match groups.get_mut(number) {
            Some(group) => group.members.push(place),
            None => groups.push(Group {
                id,
                members: vec![place],
                state: GroupState::NotWhole,
            }),
        }
    }
    for group in &mut groups {
        group.state = state(group, transactions);
    }
    groups
}

fn state(group: &Group, transactions: &[&Transaction]) -> GroupState {
    let members = &group.members;
    if members.len() > MAX_GROUP_SIZE {
        return GroupState::NotWhole;
    }
    let ids: Vec<TransactionId> = members
        .iter()
        .map(|place| transactions[*place].id_without_group())
        .collect();
    if group_id(&ids) == Ok(group.id) {
        let together = members.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        return if together {
            GroupState::Whole
        } else {
            GroupState::Scattered
        };
    }
    match order(&group.id, &ids) {
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
