//! Signing many transactions at once.

use std::slice::from_ref;

use kmd_algorand::{Address, PublicKey, Transaction, TransactionId, group_id};
use kmd_core::{Error, Groups, TransactionToSign};
use kmd_crypto::Password;

use crate::support::{World, password, payment};

fn group_of(transactions: &[Vec<u8>]) -> [u8; 32] {
    let id = |bytes: &Vec<u8>| Transaction::decode(bytes).unwrap().id();
    let ids: Vec<TransactionId> = transactions.iter().map(id).collect();
    group_id(&ids).unwrap()
}

/// A group of payments by one sender.
fn group(sender: Address, amounts: &[u8]) -> Vec<Vec<u8>> {
    let single: Vec<_> = amounts.iter().map(|amount| payment(sender, *amount, None)).collect();
    let id = group_of(&single);
    amounts
        .iter()
        .map(|amount| payment(sender, *amount, Some(id)))
        .collect()
}

struct Opened {
    world: World,
    handle: String,
    sender: Address,
}

impl Opened {
    fn new() -> Self {
        let world = World::new();
        let handle = world.init(&world.create("w"));
        let sender = world.kmd.call().generate_key(&handle, false).unwrap();
        Self { world, handle, sender }
    }

    fn sign(&self, transactions: &[Vec<u8>], groups: Groups) -> Result<Vec<Vec<u8>>, Error> {
        let batch: Vec<_> = transactions
            .iter()
            .map(|bytes| TransactionToSign { bytes, signer: None })
            .collect();
        self.world
            .kmd
            .call()
            .sign_transactions(&self.handle, &password(), &batch, groups)
    }

    fn alone(&self, transaction: &[u8]) -> Vec<u8> {
        let call = self.world.kmd.call();
        call.sign_transaction(&self.handle, &password(), transaction, None)
            .unwrap()
    }
}

/// The place and the words of a refusal.
fn refusal(result: Result<Vec<Vec<u8>>, Error>) -> (usize, String) {
    match result {
        Err(Error::Batch(error)) => (error.index, error.error.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_batch_is_signed_as_each_alone_and_in_order() {
    let opened = Opened::new();
    // More than one thread's worth, and not a multiple of anything.
    let transactions: Vec<_> = (0..333)
        .map(|number| payment(opened.sender, 1 + (number % 127) as u8, None))
        .collect();
    let signed = opened.sign(&transactions, Groups::Whole).unwrap();
    let alone: Vec<_> = transactions
        .iter()
        .map(|transaction| opened.alone(transaction))
        .collect();
    assert_eq!(signed, alone);
    assert!(opened.sign(&[], Groups::Whole).unwrap().is_empty());
}

#[test]
fn a_signer_can_be_given_for_each() {
    let opened = Opened::new();
    let other = opened.world.kmd.call().generate_key(&opened.handle, false).unwrap();
    let transaction = payment(opened.sender, 1, None);
    let batch = [None, Some(PublicKey::from(other))].map(|signer| TransactionToSign {
        bytes: &transaction,
        signer,
    });
    let call = opened.world.kmd.call();
    let signed = call
        .sign_transactions(&opened.handle, &password(), &batch, Groups::Whole)
        .unwrap();
    assert_eq!(signed[0], opened.alone(&transaction));
    assert!(signed[1].starts_with(b"\x83\xa4sgnr\xc4\x20"));
}

#[test]
fn one_bad_transaction_spoils_all_and_is_named() {
    let opened = Opened::new();
    let good = payment(opened.sender, 1, None);
    let foreign = payment(Address::from_bytes([9; 32]), 1, None);
    for place in [0, 1, 31, 32, 99] {
        let mut transactions = vec![good.clone(); 100];
        transactions[place] = foreign.clone();
        assert_eq!(refusal(opened.sign(&transactions, Groups::Whole)).0, place);
        transactions[place] = vec![0x80];
        assert_eq!(refusal(opened.sign(&transactions, Groups::Whole)).0, place);
        // The first in order is named, whichever thread finds its own first.
        transactions[99] = foreign.clone();
        assert_eq!(refusal(opened.sign(&transactions, Groups::Whole)).0, place);
    }
}

#[test]
fn a_group_must_be_whole_unless_it_is_said_to_be_partial() {
    let opened = Opened::new();
    let alone = payment(opened.sender, 100, None);
    let [first, second] = [group(opened.sender, &[1, 2, 3]), group(opened.sender, &[4, 5])];
    let with = |parts: &[&[Vec<u8>]]| parts.concat();
    let swapped = vec![first[1].clone(), first[0].clone(), first[2].clone()];
    let mut changed = first.clone();
    changed[1] = payment(opened.sender, 77, Transaction::decode(&first[0]).unwrap().group());
    let whole = [
        with(&[&first]),
        with(&[&first, &second]),
        with(&[from_ref(&alone), &first, from_ref(&alone), &second]),
        // Groups may lie in each other, as long as each is in order.
        vec![
            first[0].clone(),
            second[0].clone(),
            first[1].clone(),
            first[2].clone(),
            second[1].clone(),
        ],
    ];
    for transactions in whole {
        assert_eq!(
            opened.sign(&transactions, Groups::Whole).unwrap().len(),
            transactions.len()
        );
    }
    let not_whole = [
        (0, first[..2].to_vec()),
        (0, first[1..].to_vec()),
        (1, with(&[from_ref(&alone), &first[..2]])),
        (3, with(&[&first, &second[..1]])),
        (0, swapped),
        (0, changed),
        (0, with(&[&first, &first])),
    ];
    for (place, transactions) in not_whole {
        let (named, words) = refusal(opened.sign(&transactions, Groups::Whole));
        assert_eq!(named, place, "{words}");
        assert!(words.contains("do not hash to it"), "{words}");
        assert_eq!(
            opened.sign(&transactions, Groups::Partial).unwrap().len(),
            transactions.len()
        );
    }
}

#[test]
fn more_than_a_group_can_hold_is_refused() {
    let opened = Opened::new();
    let transactions = vec![payment(opened.sender, 1, Some([7; 32])); 17];
    assert!(
        refusal(opened.sign(&transactions, Groups::Whole))
            .1
            .contains("at most 16")
    );
}

#[test]
fn as_many_as_a_group_can_hold_are_signed() {
    let opened = Opened::new();
    let transactions = group(opened.sender, &(1..=16).collect::<Vec<u8>>());
    assert_eq!(opened.sign(&transactions, Groups::Whole).unwrap().len(), 16);
}

#[test]
fn a_call_counts_its_signatures() {
    let opened = Opened::new();
    let transactions = [1, 2, 3].map(|amount| payment(opened.sender, amount, None));
    let batch = transactions
        .each_ref()
        .map(|bytes| TransactionToSign { bytes, signer: None });
    let call = opened.world.kmd.call();
    assert_eq!(call.signatures(), 0);
    call.sign_transactions(&opened.handle, &password(), &batch, Groups::Whole)
        .unwrap();
    assert_eq!(call.signatures(), 3);
}

#[test]
fn the_password_is_needed() {
    let opened = Opened::new();
    let transaction = payment(opened.sender, 1, None);
    let batch = [TransactionToSign {
        bytes: &transaction,
        signer: None,
    }];
    let call = opened.world.kmd.call();
    let refused = call.sign_transactions(&opened.handle, &Password::new(b"wrong"), &batch, Groups::Whole);
    assert!(matches!(refused, Err(Error::Wallet(kmd_wallet::Error::WrongPassword))));
}
