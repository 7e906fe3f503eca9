//! Members of a multisig sign one after the other.

use kmd_algorand::{Address, Multisig, PublicKey, Transaction, multisig_program_bytes, program_bytes};
use kmd_core::{Error, MultisigSigning, ProgramForm};
use kmd_crypto::{Password, verify};
use kmd_wallet::Error as WalletError;

use crate::support::{World, password, payment};

/// A wallet that knows a multisig of two of its keys, and has a third.
struct Opened {
    world: World,
    handle: String,
    members: [PublicKey; 2],
    stranger: PublicKey,
    account: Address,
}

impl Opened {
    fn new() -> Self {
        let world = World::new();
        let handle = world.init(&world.create("w"));
        let generate = || PublicKey::from(world.kmd.call().generate_key(&handle, false).unwrap());
        let (members, stranger) = ([generate(), generate()], generate());
        let account = world.kmd.call().import_multisig(&handle, 1, 2, members.to_vec());
        Self {
            members,
            stranger,
            account: account.unwrap(),
            handle,
            world,
        }
    }

    fn sign(&self, transaction: &[u8], signing: MultisigSigning) -> Result<Multisig, Error> {
        let call = self.world.kmd.call();
        let signed = call.sign_multisig_transaction(&self.handle, &password(), transaction, None, signing)?;
        assert_eq!(call.signatures(), 1);
        Ok(Multisig::decode(&signed).unwrap())
    }

    fn sign_program(&self, form: ProgramForm) -> Multisig {
        let call = self.world.kmd.call();
        let address = self.account.to_string();
        let signing = by(self.members[0], None);
        let signed = call.sign_multisig_program(&self.handle, &password(), &address, b"program", form, signing);
        assert_eq!(call.signatures(), 1);
        Multisig::decode(&signed.unwrap()).unwrap()
    }
}

fn by(member: PublicKey, partial: Option<Multisig>) -> MultisigSigning {
    MultisigSigning {
        member: Some(member),
        partial,
    }
}

/// Which of the members have signed this message.
fn signed(multisig: &Multisig, message: &[u8]) -> Vec<bool> {
    let subsigs = multisig.subsigs().iter();
    let is_good = |subsig: &kmd_algorand::Subsig| {
        let good = |signature: kmd_algorand::Signature| verify(subsig.key().as_bytes(), message, signature.as_bytes());
        subsig.signature().map(good)
    };
    subsigs
        .map(|subsig| {
            is_good(subsig).is_some_and(|good| {
                assert!(good, "a signature over something else");
                good
            })
        })
        .collect()
}

#[test]
fn members_sign_one_after_the_other() {
    let opened = Opened::new();
    let transaction = payment(opened.account, 1, None);
    let message = Transaction::decode(&transaction).unwrap().signing_bytes().to_vec();
    let first = opened.sign(&transaction, by(opened.members[1], None)).unwrap();
    assert_eq!(signed(&first, &message), [false, true]);
    assert_eq!(first.preimage().unwrap().address(), opened.account);
    let both = opened.sign(&transaction, by(opened.members[0], Some(first))).unwrap();
    assert_eq!(signed(&both, &message), [true, true]);
}

#[test]
fn programs_are_signed_in_two_forms() {
    let opened = Opened::new();
    let cases = [
        (ProgramForm::Legacy, program_bytes(b"program")),
        (
            ProgramForm::WithAddress,
            multisig_program_bytes(opened.account, b"program"),
        ),
    ];
    for (form, message) in cases {
        assert_eq!(signed(&opened.sign_program(form), &message), [true, false], "{form:?}");
    }
}

#[test]
fn who_is_no_member_does_not_sign() {
    let opened = Opened::new();
    let transaction = payment(opened.account, 1, None);
    let other_account = payment(Address::from(opened.stranger), 1, None);
    let partial = || opened.sign(&transaction, by(opened.members[0], None)).unwrap();
    let nobody = MultisigSigning {
        member: None,
        partial: None,
    };
    let cases = [
        (&transaction, by(opened.stranger, None), "KeyNotInMultisig"),
        (&transaction, by(PublicKey::from_bytes([9; 32]), None), "KeyNotFound"),
        (&transaction, nobody, "KeyNotFound"),
        (&other_account, by(opened.members[0], None), "MultisigNotFound"),
        (
            &other_account,
            by(opened.members[0], Some(partial())),
            "MultisigMismatch",
        ),
    ];
    for (transaction, signing, expected) in cases {
        match opened.sign(transaction, signing) {
            Err(Error::Wallet(error)) => assert!(format!("{error:?}").contains(expected), "{error:?}, not {expected}"),
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("signed, not {expected}"),
        }
    }
}

#[test]
fn the_password_is_needed_before_all_else() {
    let opened = Opened::new();
    let transaction = payment(Address::from(opened.stranger), 1, None);
    let call = opened.world.kmd.call();
    let signing = by(opened.stranger, None);
    let wrong = Password::new(b"wrong");
    let refused = call.sign_multisig_transaction(&opened.handle, &wrong, &transaction, None, signing);
    assert!(matches!(refused, Err(Error::Wallet(WalletError::WrongPassword))));
    assert_eq!(call.signatures(), 0);
}

#[test]
fn a_deleted_account_is_gone() {
    let opened = Opened::new();
    let call = opened.world.kmd.call();
    let keys = vec![opened.stranger];
    let other = call.import_multisig(&opened.handle, 1, 1, keys).unwrap();
    call.delete_multisig(&opened.handle, &password(), &other.to_string())
        .unwrap();
    assert_eq!(call.list_multisig(&opened.handle).unwrap(), [opened.account]);
}

#[test]
fn an_account_of_one_member_is_signed_for() {
    let opened = Opened::new();
    let call = opened.world.kmd.call();
    let account = call
        .import_multisig(&opened.handle, 1, 1, vec![opened.stranger])
        .unwrap();
    let transaction = payment(account, 1, None);
    let message = Transaction::decode(&transaction).unwrap().signing_bytes().to_vec();
    let alone = opened.sign(&transaction, by(opened.stranger, None)).unwrap();
    assert_eq!(signed(&alone, &message), [true]);
}
