//! Every recorded transaction through the daemon: signed to the byte, or refused.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader},
};
use support::{
    algorand::{base64, key_of_label, private_key, unbase64},
    api::string,
    daemon::Home,
    golden,
    http::Reply,
};

const LABEL: &str = "golden imported key";

/// How many of each kind the file holds at least: fewer means that it was not read to its end.
const LEAST: [(&str, usize); 3] = [("same", 900), ("refuse", 1400), ("same_or_refuse", 250)];

#[test]
fn all_are_signed_or_refused_as_recorded() {
    let key = key_of_label(LABEL);
    let public_key = key.verifying_key().to_bytes();
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let id = api.create("signer", "correct horse");
    let handle = api.open(&id, "correct horse");
    api.ok(
        "/v1/key/import",
        &json!({"wallet_handle_token": handle, "private_key": private_key(&key)}),
    );

    let mut differences = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for vector in vectors() {
        let body = json!({
            "wallet_handle_token": handle,
            "wallet_password": "correct horse",
            "transaction": vector["transaction"],
            "public_key": base64(&public_key),
        });
        let reply = api.post("/v1/transaction/sign", &body);
        let expect = string(&vector["expect"]);
        if let Err(error) = check(&vector, &expect, &public_key, &reply) {
            differences.push(format!(
                "{}: {error}: {} {}",
                vector["name"],
                reply.status,
                reply.text()
            ));
        }
        *seen.entry(expect).or_default() += 1;
    }
    for (kind, least) in LEAST {
        assert!(seen[kind] >= least, "{seen:?}");
    }
    assert!(
        differences.is_empty(),
        "{} of {seen:?} differ, among them\n{}",
        differences.len(),
        differences
            .iter()
            .take(20)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n"),
    );
}

fn vectors() -> impl Iterator<Item = Value> {
    let file = File::open(golden::path("transactions.jsonl.gz")).unwrap();
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap())
}

fn check(vector: &Value, expect: &str, public_key: &[u8], reply: &Reply) -> Result<(), String> {
    match (expect, reply.status) {
        ("same" | "same_or_refuse", 200) => check_signed(vector, public_key, reply),
        ("refuse" | "same_or_refuse", 400) if reply.message() == "could not decode transaction" => Ok(()),
        _ => Err(format!("expected {expect}")),
    }
}

fn check_signed(vector: &Value, public_key: &[u8], reply: &Reply) -> Result<(), String> {
    let signed = unbase64(&string(&reply.json()["signed_transaction"]));
    let expected = envelope(vector, public_key);
    match signed == expected {
        true => Ok(()),
        false => Err(format!("expected {}", base64(&expected))),
    }
}

/// The signed transaction, put together from the recorded parts.
fn envelope(vector: &Value, public_key: &[u8]) -> Vec<u8> {
    let field = |name: &str| unbase64(vector[name].as_str().unwrap());
    let transaction = match vector["canonical"].as_str() {
        Some("same") => field("transaction"),
        _ => field("canonical"),
    };
    let signer = match vector["sgnr"].as_bool().unwrap() {
        true => [b"\x83\xa4sgnr\xc4\x20", public_key].concat(),
        false => b"\x82".to_vec(),
    };
    [
        &signer,
        b"\xa3sig\xc4\x40".as_slice(),
        &field("signature"),
        b"\xa3txn",
        &transaction,
    ]
    .concat()
}
