//! kmd.log: one line a request, and never a secret.

use crate::support::{
    TOKEN,
    algorand::{base64, key_of_label, payment, private_key},
    api::{creation, string},
    daemon::{Exit, Home, cheap_with, mode},
    http::Request,
};
use serde_json::{Value, json};
use std::fs;

/// Method, path, body and status of requests of which each line of the log can be told apart.
const REQUESTS: [(&str, &str, &str, u16); 5] = [
    ("GET", "/versions", "", 200),
    ("GET", "/v1/wallets", "", 200),
    ("POST", "/v1/key/list", r#"{"wallet_handle_token":"x.y"}"#, 401),
    ("POST", "/v1/wallet/init", r#"{"wallet_id":"00"}"#, 400),
    ("DELETE", "/v1/key", "{", 400),
];

#[test]
fn in_text_each_request_is_one_line() {
    let log = requested("text");
    for (_, path, _, status) in REQUESTS {
        let lines: Vec<&str> = log
            .lines()
            .filter(|line| words(line).any(|word| word == path))
            .collect();
        let [line] = lines[..] else {
            panic!("{path}: {lines:?} in\n{log}");
        };
        assert!(words(line).any(|word| word == status.to_string()), "{status} in {line}");
        assert!(microseconds(line).is_some(), "microseconds in {line}");
    }
}

#[test]
fn in_json_each_line_is_an_object() {
    let log = requested("json");
    let entries: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for (method, path, _, status) in REQUESTS {
        let of_route = |entry: &&Value| {
            let route = entry["route"].as_str().unwrap_or_default();
            route == path || route == format!("{method} {path}")
        };
        let found: Vec<&Value> = entries.iter().filter(of_route).collect();
        let [entry] = found[..] else {
            panic!("{path}: {found:?} in\n{log}");
        };
        assert_eq!(entry["status"], status, "{entry}");
        assert!(entry["micros"].is_u64(), "{entry}");
        assert!(entry["timestamp"].is_string(), "{entry}");
    }
}

#[test]
fn the_wallet_of_a_request_is_named() {
    let home = Home::with(&cheap_with(json!({"log_format": "json"})));
    let daemon = home.start();
    let mut api = daemon.api();
    let id = api.create("first", "");
    let handle = api.open(&id, "");
    api.generate(&handle);
    daemon.stop();
    let log = home.read("kmd.log");
    let line = log.lines().find(|line| line.contains("/v1/key")).unwrap();
    assert!(line.contains(&id), "{line}");
}

fn requested(format: &str) -> String {
    let home = Home::with(&cheap_with(json!({"log_format": format})));
    let daemon = home.start();
    let mut api = daemon.api();
    for (method, path, body, status) in REQUESTS {
        let reply = api.call(method, path, body);
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
    }
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(mode(&home.file("kmd.log")), 0o640);
    home.read("kmd.log")
}

/// How long a line says that its request took.
fn microseconds(line: &str) -> Option<u64> {
    words(line).skip_while(|word| *word != "micros").nth(1)?.parse().ok()
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|letter: char| letter.is_whitespace() || "=\"',:;()[]".contains(letter))
}

#[test]
fn it_grows_to_its_size_and_is_kept_so_often() {
    let home = Home::with(&cheap_with(json!({"log_max_bytes": 4096, "log_keep": 2})));
    let daemon = home.start();
    let mut api = daemon.api();
    for _ in 0..1000 {
        api.wallets();
    }
    assert_eq!(daemon.stop().code, Some(0));

    let logs: Vec<_> = fs::read_dir(&home.path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("kmd.log"))
        .collect();
    assert!((2..=3).contains(&logs.len()), "{logs:?}");
    for log in logs {
        assert!(fs::metadata(&log).unwrap().len() <= 4096 + 1024, "{}", log.display());
        assert_eq!(mode(&log) & 0o027, 0, "{}", log.display());
    }
}

const PASSWORD: &str = "canary-password";
const WRONG: &str = "canary-wrong-password";
const MASTER_KEY: [u8; 32] = [0xca; 32];

#[test]
fn no_secret_is_ever_said() {
    for format in ["text", "json"] {
        let home = Home::with(&cheap_with(json!({"log_format": format})));
        let mut canaries = vec![
            TOKEN.to_owned(),
            PASSWORD.to_owned(),
            WRONG.to_owned(),
            "canary-query".to_owned(),
            "canary-header".to_owned(),
            base64(&MASTER_KEY),
            private_key(&key_of_label("canary")),
        ];
        let exit = use_secrets(&home, &mut canaries);
        let log = home.read("kmd.log");
        assert!(
            log.contains("/v1/key/export"),
            "the log is that of these requests: {log}"
        );
        for canary in canaries {
            for (place, text) in [("log", &log), ("stdout", &exit.stdout), ("stderr", &exit.stderr)] {
                assert!(!text.contains(&canary), "{canary} in the {format} {place}:\n{text}");
            }
        }
    }
}

/// Does everything that has a secret in it, rightly and wrongly, and adds the secrets of the answers.
fn use_secrets(home: &Home, canaries: &mut Vec<String>) -> Exit {
    let daemon = home.start();
    let mut api = daemon.api();
    let mut body = creation("first", PASSWORD);
    body["master_derivation_key"] = base64(&MASTER_KEY).into();
    let id = string(&api.ok("/v1/wallet", &body)["wallet"]["id"]);
    let handle = api.open(&id, PASSWORD);
    canaries.push(handle.split_once('.').unwrap().1.to_owned());
    let address = api.generate(&handle);

    for password in [PASSWORD, WRONG] {
        let with_password = |mut body: Value| {
            body["wallet_handle_token"] = handle.as_str().into();
            body["wallet_password"] = password.into();
            body
        };
        api.post(
            "/v1/wallet/init",
            &json!({"wallet_id": id, "wallet_password": password}),
        );
        api.post("/v1/master-key/export", &with_password(json!({})));
        let exported = api.post("/v1/key/export", &with_password(json!({"address": address})));
        if let Some(key) = exported.json()["private_key"].as_str() {
            canaries.push(key.to_owned());
        }
        let transaction = base64(&payment(&[1; 32]));
        api.post(
            "/v1/transaction/sign",
            &with_password(json!({"transaction": transaction})),
        );
        let rename = json!({"wallet_id": id, "wallet_password": password, "wallet_name": "x"});
        api.post("/v1/wallet/rename", &rename);
        // What does not decode is quoted by careless decoders.
        let key = private_key(&key_of_label("canary"));
        api.post(
            "/v1/key/import",
            &json!({"wallet_handle_token": handle, "private_key": key}),
        );
        api.post(
            "/v1/key/import",
            &json!({"wallet_handle_token": handle, "private_key": [key]}),
        );
        api.post("/v1/key/list", &json!({"wallet_handle_token": [handle]}));
        api.post("/v1/wallet/init", &json!({"wallet_id": 1, "wallet_password": password}));
        api.post(
            "/v1/wallet/init",
            &json!({"wallet_id": "", "wallet_password": [password]}),
        );
        api.post("/v1/wallet/init", &json!({password: ""}));
        api.call(
            "POST",
            "/v1/wallet/init",
            &format!("{{\"wallet_password\":\"{password}"),
        );
    }
    api.call("GET", "/v1/wallets?token=canary-query", "");
    let wrong_token = Request::new("GET", "/v1/wallets").header("X-KMD-API-Token", "canary-header");
    assert_eq!(daemon.tcp().send(&wrong_token).status, 401);
    api.ok("/v1/wallet/release", &json!({"wallet_handle_token": handle}));
    daemon.stop()
}
