//! Groups at the limits: how many a group can hold, and how many are tried in every order.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use kmd_algorand::{GroupState, Transaction, group_id, group_members, groups, ids_without_group};

/// Canonical msgpack of a small payment.
fn payment(amount: u8, group: Option<[u8; 32]>) -> Transaction {
    assert!((1..128).contains(&amount));
    let mut bytes = vec![0x85 + u8::from(group.is_some())];
    bytes.extend_from_slice(b"\xa3amt");
    bytes.push(amount);
    bytes.extend_from_slice(b"\xa2fv\x01");
    if let Some(group) = group {
        bytes.extend_from_slice(b"\xa3grp\xc4\x20");
        bytes.extend_from_slice(&group);
    }
    bytes.extend_from_slice(b"\xa2lv\x02\xa3snd\xc4\x20");
    bytes.extend_from_slice(&[7; 32]);
    bytes.extend_from_slice(b"\xa4type\xa3pay");
    Transaction::decode(&bytes).unwrap()
}

/// A group of so many payments. A count that no group can have is given some id.
fn group(count: u8) -> Vec<Transaction> {
    let single: Vec<Transaction> = (1..=count).map(|amount| payment(amount, None)).collect();
    let id = group_id(&ids_without_group(&single)).unwrap_or([9; 32]);
    (1..=count).map(|amount| payment(amount, Some(id))).collect()
}

fn state(transactions: &[Transaction], order: impl Iterator<Item = usize>) -> GroupState {
    let list: Vec<&Transaction> = order.map(|place| &transactions[place]).collect();
    let [group] = groups(&list).try_into().unwrap();
    group.state
}

#[test]
fn a_group_holds_up_to_sixteen() {
    for count in [1, 2, 15, 16] {
        let whole = group(count);
        assert_eq!(state(&whole, 0..whole.len()), GroupState::Whole, "{count}");
    }
    assert_eq!(state(&group(17), 0..17), GroupState::NotWhole);
}

#[test]
fn up_to_seven_are_tried_in_every_order() {
    for count in [2, 6, 7] {
        let order: Vec<usize> = (0..usize::from(count)).rev().collect();
        let reversed = state(&group(count), order.iter().copied());
        assert_eq!(reversed, GroupState::WrongOrder(order), "{count}");
    }
    assert_eq!(state(&group(8), (0..8).rev()), GroupState::NotWhole);
}

#[test]
fn members_are_told_by_their_places() {
    let list = [
        payment(1, None),
        payment(2, Some([1; 32])),
        payment(3, Some([2; 32])),
        payment(4, Some([1; 32])),
    ];
    assert_eq!(group_members(&list), [([1; 32], vec![1, 3]), ([2; 32], vec![2])]);
}
