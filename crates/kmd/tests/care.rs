//! Taking care of wallets and of who may use them, in version 2: passwords, soundness, backups, the token.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "care/attempts.rs"]
mod attempts;
#[path = "care/backup.rs"]
mod backup;
#[path = "care/password.rs"]
mod password;
#[path = "care/token.rs"]
mod token;
#[path = "care/verify.rs"]
mod verify;

mod support;

use serde_json::Value;
use support::{api::Api, http::Reply};

/// The path of an endpoint of a wallet.
fn path(id: &str, endpoint: &str) -> String {
    format!("/v2/wallets/{id}/{endpoint}")
}

/// Refused with this status and code; gives the message. None of the secrets is in it.
#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str) -> String {
    let error = reply.json()["error"].clone();
    let said = (reply.status, error["code"].as_str());
    assert_eq!(said, (status, Some(code)), "{}", reply.text());
    assert!(!error["hint"].as_str().unwrap().is_empty());
    error["message"].as_str().unwrap().to_owned()
}

/// Whether the password opens the wallet.
fn opens(api: &mut Api, id: &str, password: &str) -> bool {
    let body = serde_json::json!({"wallet_id": id, "wallet_password": password});
    let reply = api.post("/v1/wallet/init", &body);
    match reply.status {
        200 => true,
        401 => {
            assert_eq!(reply.message(), "error decrypting. wrong password?");
            false
        }
        _ => panic!("{}", reply.text()),
    }
}

/// A body with one more field, or another value of one.
fn with(body: &Value, field: &str, value: impl Into<Value>) -> Value {
    let mut body = body.clone();
    body[field] = value.into();
    body
}
