//! The public half of a private key is never trusted, wherever it comes from.
//!
//! An Ed25519 signature under one seed and two public keys gives the private key away, so each is
//! computed from the seed again.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use rusqlite::Connection;
use serde_json::json;
use support::{
    algorand::{address, base64, check_signed, key_of_label, payment, unbase64},
    api::Api,
    daemon::Home,
    golden,
};

const MISMATCH: &str = "derived public key mismatch, something fishy is going on with this wallet";

#[test]
fn a_foreign_public_half_changes_no_signature() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let key = key_of_label("one seed");
    let public = key.verifying_key().to_bytes();
    let mut signatures = Vec::new();
    for (name, half) in [("own", public), ("foreign", [9; 32])] {
        let id = api.create(name, "");
        let handle = api.open(&id, "");
        let private_key = base64(&[key.to_bytes(), half].concat());
        let imported = api.ok(
            "/v1/key/import",
            &json!({"wallet_handle_token": handle, "private_key": private_key}),
        );
        assert_eq!(imported["address"], address(&public), "{name}");
        signatures.push(sign(&mut api, &handle, &public));
    }
    assert_eq!(signatures[0], signatures[1]);
    check_signed(&signatures[0], &payment(&public), &public);
}

fn sign(api: &mut Api, handle: &str, public: &[u8; 32]) -> Vec<u8> {
    let transaction = base64(&payment(public));
    let body = json!({"wallet_handle_token": handle, "wallet_password": "", "transaction": transaction});
    unbase64(
        api.ok("/v1/transaction/sign", &body)["signed_transaction"]
            .as_str()
            .unwrap(),
    )
}

#[test]
fn a_key_stored_under_another_address_neither_signs_nor_is_exported() {
    let home = Home::cheap();
    let wallet = golden::wallet("plain");
    let file = wallet.copy_to(&home.make_wallets());
    let addresses = wallet.addresses();
    Connection::open(file)
        .unwrap()
        .execute_batch(
            "CREATE TEMP TABLE other AS SELECT address, lead(secret_key_encrypted, 1, NULL) OVER (ORDER BY address) AS key
             FROM keys;
             UPDATE keys SET secret_key_encrypted = (SELECT key FROM other WHERE other.address = keys.address)
             WHERE address = (SELECT min(address) FROM keys);",
        )
        .unwrap();

    let daemon = home.start();
    let mut api = daemon.api();
    let handle = api.open(wallet.id(), &wallet.password());
    let password = wallet.password();
    let exports = addresses.iter().map(|address| {
        let body = json!({"wallet_handle_token": handle, "wallet_password": password, "address": address});
        api.post("/v1/key/export", &body).json()
    });
    let refused: Vec<_> = exports
        .enumerate()
        .filter(|(_, answer)| answer["message"] == MISMATCH)
        .collect();
    assert_eq!(refused.len(), 1, "of {} keys", addresses.len());

    let victim = support::algorand::public_key(&addresses[refused[0].0]);
    let body = json!({
        "wallet_handle_token": handle, "wallet_password": password, "transaction": base64(&payment(&victim)),
    });
    assert_eq!(api.post("/v1/transaction/sign", &body).json()["message"], MISMATCH);
}
