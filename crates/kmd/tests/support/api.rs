//! The API in JSON, as a client uses it.

use super::{
    canary,
    http::{Connection, Reply, Request},
    wait_for,
};
use serde_json::{Value, json};
use std::io;

pub struct Api {
    connection: Connection,
    token: String,
}

impl Api {
    pub fn new(connection: Connection, token: &str) -> Self {
        Self {
            connection,
            token: token.to_owned(),
        }
    }

    pub fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Shows another token from now on.
    pub fn set_token(&mut self, token: &str) {
        token.clone_into(&mut self.token);
    }

    pub fn get(&mut self, path: &str) -> Reply {
        self.call("GET", path, "")
    }

    /// A request with the token, not yet sent.
    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, path).header("X-KMD-API-Token", &self.token)
    }

    pub fn try_call(&mut self, method: &str, path: &str, body: &str) -> io::Result<Reply> {
        let mut request = self.request(method, path);
        if method != "GET" || !body.is_empty() {
            request = request.body(body);
        }
        self.connection.try_send(&request)
    }

    /// Sends a body just as it is written.
    pub fn call(&mut self, method: &str, path: &str, body: &str) -> Reply {
        self.try_call(method, path, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    pub fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.call("POST", path, &body.to_string())
    }

    /// The answer of a request that must succeed.
    pub fn ok(&mut self, path: &str, body: &Value) -> Value {
        let reply = self.post(path, body);
        assert_eq!(reply.status, 200, "{path} {body}: {}", reply.text());
        reply.json()
    }

    pub fn wallets(&mut self) -> Vec<Value> {
        let reply = self.call("GET", "/v1/wallets", "");
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["wallets"].as_array().cloned().unwrap_or_default()
    }

    pub fn wallet_ids(&mut self) -> Vec<String> {
        strings(self.wallets().iter().map(|wallet| &wallet["id"]))
    }

    pub fn wallet_names(&mut self) -> Vec<String> {
        strings(self.wallets().iter().map(|wallet| &wallet["name"]))
    }

    /// Creates a wallet and gives its id.
    pub fn create(&mut self, name: &str, password: &str) -> String {
        string(&self.ok("/v1/wallet", &creation(name, password))["wallet"]["id"])
    }

    /// Opens a wallet and gives its handle.
    pub fn open(&mut self, id: &str, password: &str) -> String {
        let body = json!({"wallet_id": id, "wallet_password": password});
        let handle = string(&self.ok("/v1/wallet/init", &body)["wallet_handle_token"]);
        canary::learn("password", password.as_bytes());
        let (_, secret) = handle.split_once('.').unwrap();
        canary::learn("handle", secret.as_bytes());
        handle
    }

    /// Asks until the daemon has a place for the derivation.
    pub fn post_until_not_busy(&mut self, path: &str, body: &Value) -> Reply {
        wait_for("a place for a derivation", || {
            let reply = self.post(path, body);
            if reply.status == 503 {
                Err(reply.text())
            } else {
                Ok(reply)
            }
        })
    }

    /// Asks for derivations until there is no place for one, because another runs; `over` says that it cannot be
    /// seen any more. Each is for a wallet of its own: wrong passwords for one would have to wait after a few.
    pub fn await_busy(&mut self, over: impl Fn() -> bool) {
        let mut number = 0;
        while self
            .post("/v1/wallet", &creation(&format!("probe {number}"), ""))
            .status
            != 503
        {
            assert!(!over(), "the derivation was never seen running");
            number += 1;
        }
    }

    pub fn generate(&mut self, handle: &str) -> String {
        string(&self.ok("/v1/key", &json!({"wallet_handle_token": handle}))["address"])
    }

    pub fn keys(&mut self, handle: &str) -> Vec<String> {
        self.addresses("/v1/key/list", handle)
    }

    pub fn multisigs(&mut self, handle: &str) -> Vec<String> {
        self.addresses("/v1/multisig/list", handle)
    }

    fn addresses(&mut self, path: &str, handle: &str) -> Vec<String> {
        let answer = self.ok(path, &json!({"wallet_handle_token": handle}));
        strings(answer["addresses"].as_array().into_iter().flatten())
    }
}

pub fn creation(name: &str, password: &str) -> Value {
    json!({"wallet_name": name, "wallet_driver_name": "sqlite", "wallet_password": password})
}

/// A body with more fields, or other values of some.
pub fn with(body: &Value, more: Value) -> Value {
    let mut body = body.clone();
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

pub fn string(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a string: {value}"))
        .to_owned()
}

fn strings<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<String> {
    values.map(string).collect()
}
