//! Requests that are refused, with a secret in them.

use super::{
    assert_nowhere, can_look,
    kernel::KERNELS,
    speaker::Tongue,
    story::{fresh, fresh_password},
};
use crate::support::{
    TOKEN, canary,
    daemon::{Home, cheap_with},
    http::{Connection, Request},
    pack::Pack,
    secrets::Secrets,
};
use ed25519_dalek::SigningKey;
use serde_json::json;

/// What a request is refused for.
struct Case {
    name: &'static str,
    request: Request,
    statuses: &'static [u16],
}

/// The secrets of one round of requests.
struct Round {
    password: String,
    key: SigningKey,
    handle: String,
    known: Secrets,
}

impl Round {
    fn new() -> Self {
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        let password = fresh_password();
        let key = SigningKey::from_bytes(&fresh());
        let handle = format!("{}.{}", hex(&fresh::<8>()), hex(&fresh::<32>()));
        let mut known = Secrets::default();
        known.add("password", password.as_bytes());
        known.add_key("key", &key);
        known.add_handle("handle", &handle);
        canary::learn("password", password.as_bytes());
        canary::learn("key", key.as_bytes());
        canary::learn("handle", handle.as_bytes());
        Self {
            password,
            key,
            handle,
            known,
        }
    }

    /// A body with all three, in the fields of `/v1/key/import` and one that it does not have.
    fn body(&self, tongue: Tongue) -> Vec<u8> {
        tongue.write(&Pack::map([
            ("wallet_handle_token", (&self.handle).into()),
            ("private_key", self.key.to_keypair_bytes().as_slice().into()),
            ("wallet_password", (&self.password).into()),
        ]))
    }

    fn import(&self, tongue: Tongue) -> Vec<u8> {
        tongue.write(&Pack::map([
            ("wallet_handle_token", (&self.handle).into()),
            ("private_key", self.key.to_keypair_bytes().as_slice().into()),
        ]))
    }

    fn cases(&self, tongue: Tongue) -> Vec<Case> {
        let with_token = |path: &str| Request::new("POST", path).header("X-KMD-API-Token", TOKEN);
        let import = || with_token("/v1/key/import");
        let whole = self.body(tongue);
        let case = |name, request, statuses| Case {
            name,
            request,
            statuses,
        };
        let password = Pack::map([
            ("wallet_id", "none".into()),
            ("wallet_password", (&self.password).into()),
        ]);
        let export = Pack::map([
            ("wallet_handle_token", (&self.handle).into()),
            ("wallet_password", (&self.password).into()),
            ("address", "none".into()),
        ]);
        vec![
            case("an unknown field", import().body(whole.clone()), &[400]),
            case("an unknown handle", import().body(self.import(tongue)), &[401]),
            case("cut short", import().body(&whole[..whole.len() - 3]), &[400]),
            case("twice", import().body([&whole[..], &whole].concat()), &[400]),
            case(
                "no token",
                Request::new("POST", "/v1/key/import").body(whole.clone()),
                &[401],
            ),
            case(
                "a wrong token",
                Request::new("POST", "/v1/key/import")
                    .header("X-KMD-API-Token", &self.handle)
                    .body(whole.clone()),
                &[401],
            ),
            case(
                "too large",
                import().body([&whole[..], &vec![b' '; 5000]].concat()),
                &[413],
            ),
            case(
                "no such path",
                with_token("/v1/nothing").body(whole.clone()),
                &[404, 405],
            ),
            case(
                "in the path",
                with_token(&format!("/v2/wallets/{}/verify?{}", self.handle, self.handle)).body(whole.clone()),
                &[400, 404],
            ),
            case(
                "no such wallet",
                with_token("/v1/wallet/init").body(tongue.write(&password)),
                &[400],
            ),
            case(
                "no such handle",
                with_token("/v1/key/export").body(tongue.write(&export)),
                &[400, 401],
            ),
            case(
                "in a header",
                import().header("Cookie", &self.handle).body(whole.clone()),
                &[400],
            ),
            case("in another encoding", import().body(mixed(&whole)), &[400]),
        ]
    }
}

/// A list of one that is a map.
fn mixed(body: &[u8]) -> Vec<u8> {
    match body.first() {
        Some(b'{') => [b"[", body, b"]"].concat(),
        _ => [&[0x91], body].concat(),
    }
}

#[test]
fn a_refused_request_leaves_nothing() {
    if !can_look() {
        return;
    }
    for kernel in KERNELS {
        let daemon = kernel.start(&Home::with(&cheap_with(json!({"max_body_bytes": 4096}))));
        for tongue in [Tongue::Json, Tongue::Escapes, Tongue::Numbers, Tongue::Pack] {
            let round = Round::new();
            // They stay open, but for those that the daemon closes.
            let mut kept: Vec<Connection> = Vec::new();
            for Case {
                name,
                request,
                statuses,
            } in round.cases(tongue)
            {
                let mut connection = daemon.tcp();
                let reply = connection.send(&request);
                let when = format!("{kernel:?}, {tongue:?}: {name}");
                assert!(statuses.contains(&reply.status), "{when}: {reply:?}");
                kept.push(connection);
                assert_nowhere(&daemon, &round.known, &when);
            }
        }
    }
}

/// With a wrong password everything is done but the last step.
#[test]
fn a_wrong_password_leaves_nothing() {
    if !can_look() {
        return;
    }
    for kernel in KERNELS {
        let daemon = kernel.start(&Home::cheap());
        let mut api = daemon.api();
        let id = api.create("first", "right");
        let wrong = fresh_password();
        canary::learn("wrong password", wrong.as_bytes());
        let mut known = Secrets::default();
        known.add("wrong password", wrong.as_bytes());
        for open in [false, true] {
            let handle = if open { api.open(&id, "right") } else { String::new() };
            let ours = json!({"wallet_id": id, "wallet_password": wrong});
            assert_eq!(api.post("/v1/wallet/init", &ours).status, 401);
            let export = json!({"wallet_handle_token": handle, "wallet_password": wrong});
            let reply = api.post("/v1/master-key/export", &export);
            assert!(matches!(reply.status, 400 | 401), "{}", reply.text());
            for (path, body) in [
                ("password", json!({"wallet_password": wrong, "new_password": wrong})),
                ("verify", json!({"wallet_password": wrong})),
            ] {
                let reply = api.post(&format!("/v2/wallets/{id}/{path}"), &body);
                assert_eq!(reply.status, 403, "{}", reply.text());
            }
            assert_nowhere(&daemon, &known, &format!("{kernel:?}: open: {open}"));
        }
    }
}
