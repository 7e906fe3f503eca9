//! `POST /v2/transactions/sign`: many transactions in one call, and the errors of version 2.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use data_encoding::BASE64;
use serde_json::{Value, json};
use support::{api::Api, daemon::Home, golden};

const PATH: &str = "/v2/transactions/sign";

/// A daemon with an open golden wallet.
struct Opened {
    _home: Home,
    _daemon: support::daemon::Daemon,
    api: Api,
    handle: String,
    password: String,
    transaction: Vec<u8>,
}

fn opened() -> Opened {
    let home = Home::cheap();
    let wallet = golden::wallet("plain");
    wallet.copy_to(&home.make_wallets());
    let daemon = home.start();
    let mut api = daemon.api();
    let init = api.post(
        "/v1/wallet/init",
        &json!({"wallet_id": wallet.id(), "wallet_password": wallet.password()}),
    );
    let handle = init.json()["wallet_handle_token"].as_str().unwrap().to_owned();
    let listed = api.post("/v1/key/list", &json!({"wallet_handle_token": handle})).json();
    let address = listed["addresses"][0].as_str().unwrap().to_owned();
    let sender = data_encoding::BASE32_NOPAD.decode(address.as_bytes()).unwrap();
    let mut transaction = b"\x84\xa2fv\x01\xa2lv\x02\xa3snd\xc4\x20".to_vec();
    transaction.extend_from_slice(&sender[..32]);
    transaction.extend_from_slice(b"\xa4type\xa3pay");
    Opened {
        _home: home,
        _daemon: daemon,
        api,
        handle,
        password: wallet.password().to_owned(),
        transaction,
    }
}

impl Opened {
    fn request(&self, transactions: &Value) -> Value {
        json!({
            "wallet_handle_token": self.handle,
            "wallet_password": self.password,
            "transactions": transactions,
        })
    }

    fn item(&self) -> Value {
        json!({"transaction": BASE64.encode(&self.transaction)})
    }

    #[track_caller]
    fn refused(&mut self, body: &Value, status: u16, code: &str) -> String {
        let reply = self.api.post(PATH, body);
        assert!(!reply.text().contains(&self.password));
        reply.refused(status, code)
    }
}

#[test]
fn a_batch_is_signed_like_each_alone() {
    let mut opened = opened();
    let body = json!({
        "wallet_handle_token": opened.handle,
        "wallet_password": opened.password,
        "transaction": BASE64.encode(&opened.transaction),
    });
    let alone = opened.api.post("/v1/transaction/sign", &body).json()["signed_transaction"].clone();
    let batch = opened.request(&Value::Array(vec![opened.item(); 500]));
    let reply = opened.api.post(PATH, &batch);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["signed_transactions"], Value::Array(vec![alone; 500]));
}

#[test]
fn refusals_have_codes_and_name_the_transaction() {
    let mut opened = opened();
    let good = opened.item();
    let cases = [
        (
            json!([good, {"transaction": "gA=="}]),
            400,
            "malformed_transaction",
            "transaction 1: ",
        ),
        (
            json!([good, good, {"transaction": good["transaction"], "public_key": BASE64.encode(&[7; 32])}]),
            404,
            "key_not_found",
            "transaction 2: ",
        ),
        (json!([]), 400, "malformed_body", "0 transactions"),
        (json!([{"transaction": "x"}]), 400, "malformed_body", "could not decode"),
        (json!([{"txn": ""}]), 400, "malformed_body", "could not decode"),
        (
            json!([["", good["transaction"]]]),
            400,
            "malformed_body",
            "could not decode",
        ),
        (
            Value::Array(vec![json!({}); 10_001]),
            400,
            "malformed_body",
            "10001 transactions",
        ),
    ];
    for (transactions, status, code, words) in cases {
        let body = opened.request(&transactions);
        let message = opened.refused(&body, status, code);
        assert!(message.contains(words), "{message}");
    }
    let mut wrong = opened.request(&json!([good]));
    wrong["wallet_password"] = json!("wrong");
    opened.refused(&wrong, 403, "wrong_password");
    wrong["wallet_handle_token"] = json!("x.y");
    opened.refused(&wrong, 401, "invalid_handle");
}

#[test]
fn the_version_is_announced_described_and_guarded() {
    let mut opened = opened();
    assert_eq!(opened.api.get("/versions").json()["versions"], json!(["v1", "v2"]));
    assert_eq!(opened.api.get("/v2/openapi.json").json()["openapi"], "3.1.0");
    opened.api.set_token("wrong");
    let body = opened.request(&json!([]));
    opened.refused(&body, 401, "invalid_token");
}
