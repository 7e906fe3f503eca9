//! kmd_config.json: its defaults, what it may leave out, and what is refused in words that help.

use crate::support::{
    api::string,
    daemon::{Exit, Home, cheap, cheap_with, run},
};
use serde_json::{Value, json};
use std::fs;

#[test]
fn without_one_an_example_with_the_defaults_is_written() {
    let home = Home::empty();
    let daemon = home.start();
    assert_eq!(daemon.stop().code, Some(0));

    assert!(!home.has("kmd_config.json"));
    let example: Value = serde_json::from_str(&home.read("kmd_config.json.example")).unwrap();
    let default = [
        ("/session_lifetime_secs", json!(60)),
        ("/address", json!("")),
        ("/allowed_origins", json!(null)),
        ("/allow_header_pna", json!(false)),
        ("/drivers/sqlite/wallets_dir", json!("")),
        ("/drivers/sqlite/allow_unsafe_scrypt", json!(false)),
        (
            "/drivers/sqlite/scrypt",
            json!({"scrypt_n": 65536, "scrypt_r": 1, "scrypt_p": 32}),
        ),
        ("/drivers/ledger/disable", json!(false)),
    ];
    for (path, value) in default {
        assert_eq!(example.pointer(path), Some(&value), "{path}");
    }

    fs::rename(home.file("kmd_config.json.example"), home.file("kmd_config.json")).unwrap();
    assert_eq!(home.start().stop().code, Some(0), "the example is a configuration");
    assert!(
        !home.has("kmd_config.json.example"),
        "an example beside a configuration"
    );
}

#[test]
fn unknown_keys_are_ignored_and_case_is_not_looked_at() {
    let mut config = cheap();
    config.as_object_mut().unwrap().remove("session_lifetime_secs");
    config["Session_Lifetime_SECS"] = 7.into();
    config["nonsense"] = json!({"deep": [1, 2, 3]});
    config["drivers"]["sqlite"]["nonsense"] = true.into();
    config["drivers"]["nonsense"] = json!({});
    let daemon = Home::with(&config).start();

    let mut api = daemon.api();
    let id = api.create("first", "");
    let handle = api.open(&id, "");
    let renewed = api.ok("/v1/wallet/renew", &json!({"wallet_handle_token": handle}));
    let left = renewed["wallet_handle"]["expires_seconds"].as_u64().unwrap();
    assert!((1..=7).contains(&left), "{renewed}");
}

#[test]
fn what_is_ignored_is_said_on_stderr_and_in_the_log() {
    let mut config = cheap();
    config["kmd"] = json!({"log_fromat": "json"});
    let home = Home::with(&config);
    let exit = home.start_by(home.command().env("KMD_LOG_KEPT", "2")).stop();
    assert_eq!(exit.code, Some(0));
    let log = home.read("kmd.log");
    for words in [
        r#"line 1: there is no setting "kmd.log_fromat", it is ignored; did you mean "kmd.log_format"?"#,
        r#"the environment variable "KMD_LOG_KEPT" is no setting, it is ignored; did you mean KMD_LOG_KEEP?"#,
    ] {
        assert!(exit.stderr.contains(words), "{words} on stderr: {exit:?}");
        assert!(log.contains(words), "{words} in the log: {log}");
    }
}

#[test]
fn the_environment_overrides_the_file() {
    let home = Home::with(&cheap_with(json!({"log_format": "text", "unix_socket": true})));
    let mut command = home.command();
    command.envs([("KMD_LOG_FORMAT", "json"), ("KMD_UNIX_SOCKET", "false")]);
    let daemon = home.start_by(&mut command);
    assert!(!home.has("kmd.sock"));
    let exit = daemon.stop();
    assert_eq!(exit.stderr, "");
    let log = home.read("kmd.log");
    assert!(log.lines().all(|line| line.starts_with('{')), "{log}");
}

#[test]
fn a_bad_variable_is_refused_by_name() {
    for (variable, text) in [
        ("KMD_SESSION_LIFETIME_SECS", "sixty"),
        ("KMD_UNIX_SOCKET", "yes"),
        ("KMD_LOG_FORMAT", "xml"),
    ] {
        let home = Home::cheap();
        let exit = run(home.command().env(variable, text));
        assert_eq!(exit.code, Some(3), "{exit:?}");
        assert!(exit.stderr.contains(&format!("variable {variable}: ")), "{exit:?}");
    }
}

#[test]
fn what_is_left_out_has_its_default() {
    let home = Home::with(&json!({"address": "127.0.0.1:0", "drivers": {"ledger": {"disable": true}}}));
    let daemon = home.start();
    let mut api = daemon.api();
    let id = api.create("first", "");
    let handle = api.open(&id, "");
    let info = api.ok("/v1/wallet/info", &json!({"wallet_handle_token": handle}));
    let left = info["wallet_handle"]["expires_seconds"].as_u64().unwrap();
    assert!((50..=60).contains(&left), "{info}");
    assert_eq!(string(&info["wallet_handle"]["wallet"]["id"]), id);
}

#[test]
fn the_unix_socket_can_be_turned_off() {
    let home = Home::with(&cheap_with(json!({"unix_socket": false})));
    let _daemon = home.start();
    assert!(!home.has("kmd.sock"));
}

#[test]
fn what_is_not_json_is_refused() {
    for text in ["", "{", "[]", "nonsense", "{\"address\": }"] {
        let home = Home::empty();
        home.write("kmd_config.json", text);
        refused(&home, &["kmd_config.json"]);
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let home = Home::empty();
    fs::create_dir(home.file("kmd_config.json")).unwrap();
    refused(&home, &["kmd_config.json"]);
}

#[test]
fn a_wrong_value_is_refused_by_name_or_by_place() {
    for (config, word) in [
        (json!({"session_lifetime_secs": "sixty"}), "session_lifetime_secs"),
        (json!({"session_lifetime_secs": -1}), "session_lifetime_secs"),
        (json!({"address": 7833}), "address"),
        (json!({"allowed_origins": "*"}), "allowed_origins"),
        (
            json!({"drivers": {"sqlite": {"scrypt": {"scrypt_n": "many"}}}}),
            "scrypt_n",
        ),
        (json!({"kmd": {"log_format": "xml"}}), "xml"),
        (json!({"kmd": {"max_body_bytes": "much"}}), "max_body_bytes"),
    ] {
        let exit = refused(&Home::with(&config), &["kmd_config.json"]);
        let told = exit.stderr.contains(word) || exit.stderr.contains("line 1 column ");
        assert!(told, "{word}: {exit:?}");
    }
}

#[test]
fn an_address_that_is_none_is_refused() {
    refused(&Home::with(&json!({"address": "nonsense"})), &["nonsense"]);
}

#[test]
fn weak_key_derivation_is_refused_unless_allowed() {
    for (scrypt, message) in [
        (json!({"scrypt_n": 16384}), "slow scrypt N must be at least 32768"),
        (json!({"scrypt_r": 0}), "slow scrypt R must be at least 1"),
        (json!({"scrypt_p": 31}), "slow scrypt P must be at least 32"),
    ] {
        let config = json!({"address": "127.0.0.1:0", "drivers": {"sqlite": {"scrypt": scrypt}}});
        refused(&Home::with(&config), &[message]);
    }
    let least = json!({"scrypt_n": 32768, "scrypt_r": 1, "scrypt_p": 32});
    let config = json!({"address": "127.0.0.1:0", "drivers": {"sqlite": {"scrypt": least}}});
    drop(Home::with(&config).start());
}

#[test]
fn the_wallets_folder_must_be_an_absolute_path() {
    let mut config = cheap();
    config["drivers"]["sqlite"]["wallets_dir"] = "wallets".into();
    refused(&Home::with(&config), &["sqlite wallets path must be absolute path"]);
}

/// A start that fails with code 3, says why on stderr and in the log, and leaves nothing that looks like a daemon.
fn refused(home: &Home, words: &[&str]) -> Exit {
    let exit = home.refuse();
    assert_eq!(exit.code, Some(3), "{words:?}: {exit:?}");
    let log = home.read("kmd.log");
    for word in words {
        assert!(exit.stderr.contains(word), "{word} on stderr: {exit:?}");
        assert!(log.contains(word), "{word} in the log: {log}");
    }
    for name in ["kmd.net", "kmd.pid", "kmd.sock"] {
        assert!(!home.has(name), "{name} after {exit:?}");
    }
    exit
}
