//! The requests of the clients that people use, as they were seen on the wire: each is understood. The wallets that they
//! speak of are not here, so the answer is the one of a daemon that understood and has no such wallet.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{
    algorand::{address, base64, check_signature, check_signed, key_of_label, payment, private_key, unbase64},
    api::string,
    daemon::{Daemon, Home},
    golden,
    http::{Reply, Request},
    pack::Pack,
};

const PASSWORD: &str = "correct horse";

#[test]
fn every_request_is_understood() {
    let daemon = Home::cheap().start();
    let text = golden::text("clients.jsonl");
    let requests: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(requests.len(), 78);

    let mut misunderstood = Vec::new();
    for recorded in &requests {
        let reply = send(&daemon, recorded);
        if let Err(error) = check(recorded, &reply) {
            let (client, method, path) = (&recorded["client"], &recorded["method"], &recorded["path"]);
            misunderstood.push(format!("{client} {method} {path} {}: {error}", recorded["body"]));
        }
    }
    assert!(misunderstood.is_empty(), "{}", misunderstood.join("\n"));
}

fn send(daemon: &Daemon, recorded: &Value) -> Reply {
    let mut request = Request::new(&string(&recorded["method"]), &string(&recorded["path"]));
    for header in recorded["headers"].as_array().unwrap() {
        // The token in the recording is that of our test daemons.
        request = request.header(&string(&header[0]), &string(&header[1]));
    }
    let body = string(&recorded["body"]);
    if request.method != "GET" || !body.is_empty() {
        request = request.body(body);
    }
    daemon.tcp().send(&request)
}

fn check(recorded: &Value, reply: &Reply) -> Result<(), String> {
    let got = (reply.status, reply.text());
    let was = recorded["reference_status"].as_u64() == Some(reply.status.into());
    let undecoded = reply.status == 400 && got.1.contains("could not decode request body");
    if (undecoded || matches!(reply.status, 404 | 405)) && !was {
        return Err(format!("{got:?}"));
    }
    let Some(message) = refusal(&string(&recorded["path"])) else {
        return Ok(());
    };
    // What the reference did, a daemon without the wallet refuses at the first step after decoding.
    let understood = recorded["reference_status"] != 200 || reply.message() == message;
    understood
        .then_some(())
        .ok_or_else(|| format!("expected {message:?}, got {got:?}"))
}

/// What an endpoint answers to a client whose wallet it does not know.
fn refusal(path: &str) -> Option<&'static str> {
    match path {
        "/versions" | "/v1/wallets" | "/v1/wallet" => None,
        "/v1/wallet/init" | "/v1/wallet/rename" => Some("wallet not found"),
        _ => Some("handle does not exist"),
    }
}

/// py-algorand-sdk documents that `signing_address` may be an address.
#[test]
fn a_public_key_may_be_an_address() {
    let mut signer = Signer::new();
    let transaction = payment(&[3; 32]);

    let signed = signer.ok(
        "/v1/transaction/sign",
        json!({"transaction": base64(&transaction), "public_key": address(&signer.member)}),
    );

    let signed = unbase64(&string(&signed["signed_transaction"]));
    check_signed(&signed, &transaction, &signer.member);
    assert_eq!(Pack::decode(&signed).at("sgnr").bytes(), signer.member);

    let mut wrong = address(&signer.member).into_bytes();
    wrong[0] ^= 1;
    let wrong = String::from_utf8(wrong).unwrap();
    let refused = signer.post(
        "/v1/transaction/sign",
        json!({"transaction": base64(&transaction), "public_key": wrong}),
    );
    assert_eq!(
        (refused.status, refused.message()),
        (400, "could not decode request body".to_owned())
    );
}

/// algosdk for JavaScript types a partial multisig as the text that the first signer got.
#[test]
fn a_partial_multisig_may_be_the_answer_of_the_first_signer() {
    let mut signer = Signer::new();
    let other = key_of_label("another member");
    signer.ok_json("/v1/key/import", json!({"private_key": private_key(&other)}));
    let other = other.verifying_key().to_bytes();
    let members = json!([address(&signer.member), base64(&other)]);
    let imported = signer.ok_json(
        "/v1/multisig/import",
        json!({"multisig_version": 1, "threshold": 2, "pks": members}),
    );
    let sender = support::algorand::public_key(&string(&imported["address"]));
    let transaction = payment(&sender);

    let first = signer.ok(
        "/v1/multisig/sign",
        json!({"transaction": base64(&transaction), "public_key": base64(&signer.member)}),
    );
    let both = signer.ok(
        "/v1/multisig/sign",
        json!({
            "transaction": base64(&transaction),
            "public_key": base64(&other),
            "partial_multisig": first["multisig"],
        }),
    );

    let multisig = Pack::decode(&unbase64(&string(&both["multisig"])));
    let members = multisig.at("subsig").list();
    assert_eq!(members.len(), 2);
    for (member, key) in members.iter().zip([signer.member, other]) {
        assert_eq!(member.at("pk").bytes(), key);
        check_signature(&key, &[b"TX", transaction.as_slice()].concat(), member.at("s").bytes());
    }
}

/// A wallet with one key, open.
struct Signer {
    _daemon: Daemon,
    api: support::api::Api,
    handle: String,
    member: [u8; 32],
}

impl Signer {
    fn new() -> Self {
        let daemon = Home::cheap().start();
        let mut api = daemon.api();
        let id = api.create("signer", PASSWORD);
        let handle = api.open(&id, PASSWORD);
        let key = key_of_label("member");
        let mut signer = Self {
            _daemon: daemon,
            api,
            handle,
            member: key.verifying_key().to_bytes(),
        };
        signer.ok_json("/v1/key/import", json!({"private_key": private_key(&key)}));
        signer
    }

    fn ok_json(&mut self, path: &str, mut body: Value) -> Value {
        body["wallet_handle_token"] = self.handle.as_str().into();
        self.api.ok(path, &body)
    }

    fn ok(&mut self, path: &str, mut body: Value) -> Value {
        body["wallet_password"] = PASSWORD.into();
        self.ok_json(path, body)
    }

    fn post(&mut self, path: &str, mut body: Value) -> Reply {
        body["wallet_handle_token"] = self.handle.as_str().into();
        body["wallet_password"] = PASSWORD.into();
        self.api.post(path, &body)
    }
}
