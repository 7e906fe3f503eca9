//! The API in msgpack, over the Unix socket and over TCP: the same fields, bytes as bytes, answered as asked.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use support::{
    TOKEN,
    algorand::{address, check_signature, check_signed, key_of_label, payment, public_key},
    api::creation,
    daemon::Home,
    http::{Connection, Reply, Request},
    pack::Pack,
};

const MASTER_KEY: [u8; 32] = [5; 32];
const PASSWORD: &str = "correct horse";

#[test]
fn the_whole_api_over_the_unix_socket() {
    let daemon = Home::cheap().start();
    the_whole_api(Session::new(daemon.unix()));
}

#[test]
fn the_whole_api_over_tcp() {
    let daemon = Home::cheap().start();
    the_whole_api(Session::new(daemon.tcp()));
}

fn the_whole_api(mut session: Session) {
    session.creates_and_opens();
    session.keeps_keys();
    session.signs();
    session.keeps_multisigs();
    session.closes();
}

#[test]
fn get_is_answered_in_what_the_client_accepts() {
    let daemon = Home::cheap().start();
    daemon.api().create("first", "");
    for connection in [daemon.unix(), daemon.tcp()] {
        let mut session = Session::new(connection);

        let versions = session.get("/versions");
        assert_eq!(versions.at("versions").list()[0], "v1".into());
        let wallets = session.get("/v1/wallets");
        let wallet = &wallets.at("wallets").list()[0];
        assert_eq!(wallet.at("name"), &"first".into());
        assert_eq!(wallet.at("driver_version"), &1.into());
        assert_eq!(wallet.at("mnemonic_ux"), &false.into());
        assert_eq!(
            wallet.at("supported_txs"),
            &Pack::List(vec!["pay".into(), "keyreg".into()])
        );
    }
}

#[test]
fn json_is_answered_in_json_on_either_transport() {
    let daemon = Home::cheap().start();
    let id = daemon.unix_api().create("first", "");

    let (mut tcp, mut unix) = (daemon.api(), daemon.unix_api());
    for (method, path, body) in [
        ("GET", "/versions", String::new()),
        ("GET", "/v1/wallets", String::new()),
        ("POST", "/v1/wallet", creation("first", "").to_string()),
        (
            "POST",
            "/v1/wallet/init",
            format!(r#"{{"wallet_id":"{id}","wallet_password":"wrong"}}"#),
        ),
        ("POST", "/v1/key/list", r#"{"wallet_handle_token":"x.y"}"#.to_owned()),
        ("POST", "/v1/nothing", "{}".to_owned()),
        ("PUT", "/", "{}".to_owned()),
    ] {
        let (over_tcp, over_unix) = (tcp.call(method, path, &body), unix.call(method, path, &body));
        assert_eq!(
            (over_tcp.status, over_tcp.text()),
            (over_unix.status, over_unix.text()),
            "{path}"
        );
        assert_eq!(
            over_tcp.header("content-type"),
            over_unix.header("content-type"),
            "{path}"
        );
    }
}

#[test]
fn errors_are_in_msgpack_with_the_same_status() {
    let daemon = Home::cheap().start();
    let mut session = Session::new(daemon.unix());
    let body_refused = "could not decode request body";

    let unknown_field = Pack::map([("wallet_handle_token", "x.y".into()), ("x", 1.into())]);
    session.refused("/v1/key/list", &unknown_field, 400, body_refused);
    let wrong_type = Pack::map([("wallet_handle_token", 1.into())]);
    session.refused("/v1/key/list", &wrong_type, 400, body_refused);
    let twice = Pack::map([
        ("wallet_handle_token", "x.y".into()),
        ("wallet_handle_token", "x.y".into()),
    ]);
    session.refused("/v1/key/list", &twice, 400, body_refused);
    let short_key = Pack::map([
        ("wallet_handle_token", "x.y".into()),
        ("private_key", [1; 31].as_slice().into()),
    ]);
    session.refused("/v1/key/import", &short_key, 400, body_refused);
    session.refused("/v1/key/list", &Pack::map([]), 401, "wrong number of token parts");
    let nil = Pack::map([("wallet_handle_token", Pack::Nil)]);
    session.refused("/v1/key/list", &nil, 401, "wrong number of token parts");
    let unknown = Pack::map([("wallet_id", "00".into()), ("wallet_password", "".into())]);
    session.refused("/v1/wallet/init", &unknown, 400, "wallet not found");
}

#[test]
fn a_body_cut_short_is_refused() {
    let daemon = Home::cheap().start();
    let whole = Pack::map([("wallet_handle_token", "x.y".into())]).encode();
    for length in 1..whole.len() {
        let mut session = Session::new(daemon.unix());
        let reply = session.send("POST", "/v1/key/list", whole[..length].to_vec());
        assert_eq!(reply.status, 400, "{length} of {} bytes: {}", whole.len(), reply.text());
    }
}

#[test]
fn the_socket_asks_for_the_token_too() {
    let daemon = Home::cheap().start();
    let reply = daemon.unix().send(&Request::new("GET", "/v1/wallets"));
    assert_eq!((reply.status, reply.message()), (401, "invalid API token".to_owned()));
    let body = Pack::map([("wallet_handle_token", "x.y".into())]).encode();
    let reply = daemon.unix().send(&Request::new("POST", "/v1/key/list").body(body));
    assert_eq!(reply.status, 401);
}

/// A client that speaks msgpack, with what it learnt so far.
struct Session {
    connection: Connection,
    id: String,
    handle: String,
    key: [u8; 32],
}

impl Session {
    fn new(connection: Connection) -> Self {
        Self {
            connection,
            id: String::new(),
            handle: String::new(),
            key: [0; 32],
        }
    }

    fn creates_and_opens(&mut self) {
        let created = self.ok(
            "/v1/wallet",
            Pack::map([
                ("wallet_name", "pack".into()),
                ("wallet_driver_name", "sqlite".into()),
                ("wallet_password", PASSWORD.into()),
                ("master_derivation_key", MASTER_KEY.as_slice().into()),
            ]),
        );
        assert_eq!(created.at("wallet").at("name"), &"pack".into());
        self.id = created.at("wallet").at("id").text().to_owned();
        let body = Pack::map([("wallet_id", (&self.id).into()), ("wallet_password", PASSWORD.into())]);
        self.handle = self
            .ok("/v1/wallet/init", body)
            .at("wallet_handle_token")
            .text()
            .to_owned();

        let exported = self.ok("/v1/master-key/export", self.with_password([]));
        assert_eq!(
            exported,
            Pack::map([("master_derivation_key", MASTER_KEY.as_slice().into())])
        );
        let info = self.ok("/v1/wallet/info", self.with_handle([]));
        assert_eq!(info.at("wallet_handle").at("wallet"), created.at("wallet"));
        assert!(
            matches!(info.at("wallet_handle").at("expires_seconds"), Pack::Uint(1..=3600)),
            "{info:?}"
        );
    }

    fn keeps_keys(&mut self) {
        assert_eq!(self.ok("/v1/key/list", self.with_handle([])), Pack::map([]));
        let key = key_of_label("packed");
        self.key = key.verifying_key().to_bytes();
        let text = address(&self.key);
        let keypair = key.to_keypair_bytes();
        let imported = self.ok(
            "/v1/key/import",
            self.with_handle([("private_key", keypair.as_slice().into())]),
        );
        assert_eq!(imported, Pack::map([("address", (&text).into())]));
        let exported = self.ok("/v1/key/export", self.with_password([("address", (&text).into())]));
        assert_eq!(exported, Pack::map([("private_key", keypair.as_slice().into())]));

        let body = self.with_handle([("display_mnemonic", false.into())]);
        let generated = self.ok("/v1/key", body).at("address").text().to_owned();
        let mut expected = [text, generated.clone()];
        expected.sort_by_key(|address| public_key(address));
        let listed = self.ok("/v1/key/list", self.with_handle([]));
        assert_eq!(
            listed.at("addresses"),
            &Pack::List(expected.iter().map(Pack::from).collect())
        );

        let body = self.with_password([("address", (&generated).into())]);
        let reply = self.send("DELETE", "/v1/key", body.encode());
        assert_eq!((reply.status, reply.body), (200, Pack::map([]).encode()));
    }

    fn signs(&mut self) {
        let transaction = payment(&self.key);
        let body = self.with_password([
            ("transaction", transaction.as_slice().into()),
            ("public_key", self.key.as_slice().into()),
        ]);
        let signed = self.ok("/v1/transaction/sign", body);
        check_signed(signed.at("signed_transaction").bytes(), &transaction, &self.key);

        let program = [1, 0x20, 1, 1, 0x22];
        let body = self.with_password([
            ("address", (&address(&self.key)).into()),
            ("data", program.as_slice().into()),
        ]);
        let signed = self.ok("/v1/program/sign", body);
        check_signature(
            &self.key,
            &[b"Program", program.as_slice()].concat(),
            signed.at("sig").bytes(),
        );
    }

    fn keeps_multisigs(&mut self) {
        let keys = Pack::List(vec![self.key.as_slice().into(), [8; 32].as_slice().into()]);
        let preimage = [("multisig_version", 1.into()), ("pks", keys), ("threshold", 1.into())];
        let imported = self.ok("/v1/multisig/import", self.with_handle(preimage.clone()));
        let text = imported.at("address").text().to_owned();
        let listed = self.ok("/v1/multisig/list", self.with_handle([]));
        assert_eq!(listed, Pack::map([("addresses", Pack::List(vec![(&text).into()]))]));
        let exported = self.ok("/v1/multisig/export", self.with_handle([("address", (&text).into())]));
        assert_eq!(exported, Pack::map(preimage));

        let transaction = payment(&public_key(&text));
        let body = [
            ("transaction", transaction.as_slice().into()),
            ("public_key", self.key.as_slice().into()),
        ];
        let first = self.ok("/v1/multisig/sign", self.with_password(body.clone()));
        let multisig = Pack::decode(first.at("multisig").bytes());
        let message = [b"TX", transaction.as_slice()].concat();
        check_signature(&self.key, &message, multisig.at("subsig").list()[0].at("s").bytes());

        // The answer may be put into the next request as the tree that it is.
        let [transaction, key] = body;
        let body = self.with_password([transaction, key, ("partial_multisig", multisig)]);
        assert_eq!(self.ok("/v1/multisig/sign", body), first);
    }

    fn closes(&mut self) {
        let body = Pack::map([
            ("wallet_id", (&self.id).into()),
            ("wallet_password", PASSWORD.into()),
            ("wallet_name", "renamed".into()),
        ]);
        let renamed = self.ok("/v1/wallet/rename", body);
        assert_eq!(renamed.at("wallet").at("name"), &"renamed".into());
        let renewed = self.ok("/v1/wallet/renew", self.with_handle([]));
        assert_eq!(renewed.at("wallet_handle").at("wallet"), renamed.at("wallet"));
        assert_eq!(self.ok("/v1/wallet/release", self.with_handle([])), Pack::map([]));
        let body = self.with_handle([]);
        self.refused("/v1/wallet/info", &body, 401, "handle does not exist");
    }

    fn with_handle<const N: usize>(&self, entries: [(&str, Pack); N]) -> Pack {
        let Pack::Map(mut entries) = Pack::map(entries) else {
            unreachable!("a map is a map");
        };
        entries.push(("wallet_handle_token".to_owned(), (&self.handle).into()));
        Pack::Map(entries)
    }

    fn with_password<const N: usize>(&self, entries: [(&str, Pack); N]) -> Pack {
        let Pack::Map(mut entries) = self.with_handle(entries) else {
            unreachable!("a map is a map");
        };
        entries.push(("wallet_password".to_owned(), PASSWORD.into()));
        Pack::Map(entries)
    }

    fn send(&mut self, method: &str, path: &str, body: Vec<u8>) -> Reply {
        let request = Request::new(method, path).header("X-KMD-API-Token", TOKEN).body(body);
        self.connection.send(&request)
    }

    fn get(&mut self, path: &str) -> Pack {
        let request = Request::new("GET", path)
            .header("X-KMD-API-Token", TOKEN)
            .header("Accept", "application/msgpack");
        let reply = self.connection.send(&request);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        decode(&reply)
    }

    fn ok(&mut self, path: &str, body: Pack) -> Pack {
        let reply = self.send("POST", path, body.encode());
        assert_eq!(reply.status, 200, "{path} {body:?}: {}", reply.text());
        decode(&reply)
    }

    fn refused(&mut self, path: &str, body: &Pack, status: u16, message: &str) {
        let reply = self.send("POST", path, body.encode());
        assert_eq!(reply.status, status, "{path} {body:?}: {}", reply.text());
        assert_eq!(
            decode(&reply),
            Pack::map([("error", true.into()), ("message", message.into())])
        );
    }
}

fn decode(reply: &Reply) -> Pack {
    assert_eq!(reply.header("content-type"), Some("application/msgpack"), "{reply:?}");
    Pack::decode(&reply.body)
}
