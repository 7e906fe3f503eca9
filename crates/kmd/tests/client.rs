//! Our own client library against the daemon: every method, over both transports.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

#[expect(
    dead_code,
    reason = "its `main` is for `cargo run --example`; the test calls what that calls"
)]
#[path = "../../kmd-client/examples/create_and_sign.rs"]
mod create_and_sign;

use std::fs;

use kmd_client::{
    Client, Error, Multisig, MultisigPreimage, Peer, PublicKey, Scrypt, SecretBytes, SecretText, ToSign, TransportError,
};
use support::{
    algorand::{check_signature, check_signed, key_of_label, payment},
    daemon::{Daemon, Home},
};

const PASSWORD: &str = "correct 🐎";
const PROGRAM: &[u8] = b"\x01\x20\x01\x01\x22";

#[test]
fn every_method_over_the_socket() {
    let daemon = Home::cheap().start();
    let client = open(&daemon);
    assert!(matches!(client.peer(), Peer::Unix(_)));
    every_method(&client);
}

#[test]
fn every_method_over_tcp() {
    let daemon = Home::cheap().start();
    fs::remove_file(daemon.home.file("kmd.sock")).unwrap();
    let client = open(&daemon);
    assert_eq!(*client.peer(), Peer::Tcp(daemon.address.to_string()));
    every_method(&client);
    client.rotate_token().unwrap();
    assert!(client.list_wallets().is_err(), "its token is dead");
    open(&daemon).list_wallets().unwrap();
}

fn open(daemon: &Daemon) -> Client {
    Client::open(&daemon.home.path).unwrap()
}

fn every_method(client: &Client) {
    assert_eq!(client.versions().unwrap(), ["v1", "v2"]);
    let version = client.daemon_version().unwrap();
    assert_eq!(version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    let handle = wallets(client);
    keys(client, &handle);
    signatures(client, &handle);
    batches(client, &handle);
    care(client);
    multisig(client, &handle);
    client.release_wallet(&handle).unwrap();
    let Err(Error::Daemon { status, message }) = client.list_keys(&handle) else {
        panic!("a handle that was given up still works");
    };
    assert_eq!((status, message.as_str()), (401, "handle does not exist"));
}

fn wallets(client: &Client) -> SecretText {
    let wallet = client.create_wallet("first", PASSWORD).unwrap();
    let renamed = client.rename_wallet(&wallet.id, "renamed", PASSWORD);
    assert_eq!(renamed.unwrap().name, "renamed");
    assert_eq!(client.list_wallets().unwrap()[0].name, "renamed");
    let handle = client.init_wallet(&wallet.id, PASSWORD).unwrap();
    assert_eq!(client.wallet_info(&handle).unwrap().wallet.id, wallet.id);
    assert!(client.renew_wallet(&handle).unwrap().expires_seconds > 3000);

    let key = client.export_master_key(&handle, PASSWORD).unwrap();
    let twin = client.recover_wallet("twin", "", SecretBytes::new(key.expose()));
    let twin = client.init_wallet(&twin.unwrap().id, "").unwrap();
    let address = client.generate_key(&handle).unwrap();
    assert_eq!(client.generate_key(&twin).unwrap(), address);
    handle
}

fn keys(client: &Client, handle: &SecretText) {
    let key = key_of_label("imported").to_keypair_bytes();
    let address = client.import_key(handle, SecretBytes::new(&key)).unwrap();
    assert!(client.list_keys(handle).unwrap().contains(&address));
    let exported = client.export_key(handle, PASSWORD, address).unwrap();
    assert_eq!(exported.expose(), key);
    client.delete_key(handle, PASSWORD, address).unwrap();
    assert!(!client.list_keys(handle).unwrap().contains(&address));
}

fn signatures(client: &Client, handle: &SecretText) {
    let [address] = *client.list_keys(handle).unwrap() else {
        panic!("one key is left");
    };
    let transaction = payment(address.as_bytes());
    for signer in [None, Some(PublicKey::from(address))] {
        let signed = client.sign_transaction(handle, PASSWORD, &transaction, signer);
        check_signed(&signed.unwrap(), &transaction, address.as_bytes());
    }
    let signature = client.sign_program(handle, PASSWORD, address, PROGRAM);
    check(address.into(), &[b"Program", PROGRAM], signature.unwrap());
}

fn batches(client: &Client, handle: &SecretText) {
    let [address] = *client.list_keys(handle).unwrap() else {
        panic!("one key is left");
    };
    let transaction = payment(address.as_bytes());
    let item = |signer| ToSign {
        transaction: &transaction,
        signer,
    };
    let items = [item(None), item(Some(address.into()))];
    for signed in [
        client.sign_transactions(handle, PASSWORD, &items),
        client.sign_partial_groups(handle, PASSWORD, &items),
    ] {
        for signed in signed.unwrap() {
            check_signed(&signed, &transaction, address.as_bytes());
        }
    }
    let nobody = item(Some(PublicKey::from_bytes([7; 32])));
    let refused = client.sign_transactions(handle, PASSWORD, &[nobody]);
    let Err(Error::Refused(refused)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((refused.status, refused.code.as_str()), (404, "key_not_found"));
    assert!(refused.message.starts_with("transaction 0: ") && !refused.hint.is_empty());
}

/// What version 2 has for whole wallets.
fn care(client: &Client) {
    let id = client.create_wallet("cared for", "old").unwrap().id;
    client.change_password(&id, "old", PASSWORD, Scrypt::default()).unwrap();
    let handle = client.init_wallet(&id, PASSWORD).unwrap();
    client.generate_key(&handle).unwrap();
    let found = client.verify_wallet(&id, PASSWORD).unwrap();
    assert_eq!((found.generated_keys, found.problem_count), (1, 0));
    let written = client.back_up_wallet(&id, PASSWORD, "cared-for.db").unwrap();
    assert_eq!(written.verification.generated_keys, 1);
    let refused = client.restore_wallet("cared-for.db", "", PASSWORD).unwrap_err();
    assert!(
        matches!(&refused, Error::Refused(refused) if refused.code == "wallet_exists"),
        "{refused}"
    );
}

fn multisig(client: &Client, handle: &SecretText) {
    let keys = [(); 2].map(|()| PublicKey::from(client.generate_key(handle).unwrap()));
    let preimage = MultisigPreimage::new(1, 2, keys.to_vec()).unwrap();
    let address = client.import_multisig(handle, &preimage).unwrap();
    assert_eq!(address, preimage.address());
    assert_eq!(client.list_multisig(handle).unwrap(), [address]);
    assert_eq!(client.export_multisig(handle, address).unwrap(), preimage);

    let (own, others) = (payment(address.as_bytes()), payment(&[5; 32]));
    signed_by_both(keys, &[b"TX", &own], |member, partial| {
        client.sign_multisig_transaction(handle, PASSWORD, &own, member, partial, None)
    });
    signed_by_both(keys, &[b"TX", &others], |member, partial| {
        let signer = Some(address);
        client.sign_multisig_transaction(handle, PASSWORD, &others, member, partial, signer)
    });
    let message: [&[u8]; 3] = [b"MsigProgram", address.as_bytes(), PROGRAM];
    signed_by_both(keys, &message, |member, partial| {
        client.sign_multisig_program(handle, PASSWORD, address, PROGRAM, member, partial)
    });
    signed_by_both(keys, &[b"Program", PROGRAM], |member, partial| {
        client.sign_multisig_program_legacy(handle, PASSWORD, address, PROGRAM, member, partial)
    });

    client.delete_multisig(handle, PASSWORD, address).unwrap();
    assert!(client.list_multisig(handle).unwrap().is_empty());
}

fn signed_by_both(
    keys: [PublicKey; 2],
    message: &[&[u8]],
    sign: impl Fn(PublicKey, Option<Multisig>) -> Result<Multisig, Error>,
) {
    let first = sign(keys[0], None).unwrap();
    let both = sign(keys[1], Some(first)).unwrap();
    for (subsig, key) in both.subsigs().iter().zip(keys) {
        assert_eq!(subsig.key(), key);
        check(key, message, subsig.signature().unwrap());
    }
}

fn check(key: PublicKey, message: &[&[u8]], signature: kmd_client::Signature) {
    check_signature(key.as_bytes(), &message.concat(), signature.as_bytes());
}

#[test]
fn a_client_outlives_its_daemon() {
    let daemon = Home::cheap().start();
    let home = daemon.home.clone();
    let client = open(&daemon);
    client.create_wallet("kept", PASSWORD).unwrap();
    daemon.stop();
    let error = client.list_wallets().unwrap_err();
    assert!(
        matches!(&error, Error::Transport(TransportError::Connect { .. })),
        "{error:?}"
    );
    assert!(error.to_string().contains("kmd -d "), "{error}");

    let _again = home.start();
    assert_eq!(client.list_wallets().unwrap()[0].name, "kept");
}

#[test]
fn the_example_runs() {
    let daemon = Home::cheap().start();
    create_and_sign::create_and_sign(&daemon.home.path).unwrap();
}
