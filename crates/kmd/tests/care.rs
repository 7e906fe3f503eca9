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

use support::api::Api;

/// The path of an endpoint of a wallet.
fn path(id: &str, endpoint: &str) -> String {
    format!("/v2/wallets/{id}/{endpoint}")
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
