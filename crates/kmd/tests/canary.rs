//! The canaries of all other tests can sing: what no daemon may say is noticed when something says it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::Command,
};
use support::{
    TOKEN,
    algorand::{base64, unbase64},
    canary,
    daemon::{Home, Process},
    golden,
};

fn notices(act: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(act)).is_err()
}

/// Each with a word of what it is.
fn secrets() -> Vec<(&'static str, String)> {
    let wallet = golden::wallet("plain");
    let (_, key) = wallet.private_keys().next().unwrap();
    let handle = "00112233445566778899aabbccddeeff00112233445566778899aabbccddee01";
    canary::learn("handle", handle.as_bytes());
    vec![
        ("token", TOKEN.to_owned()),
        ("password", wallet.password()),
        ("key", key.to_owned()),
        ("key in hex", data_encoding::HEXLOWER.encode(&unbase64(key))),
        ("key as numbers", format!("{:?}", unbase64(key))),
        ("handle", handle.to_owned()),
        ("handle in base64", base64(handle.as_bytes())),
    ]
}

#[test]
fn a_secret_in_a_log_is_noticed() {
    for (name, secret) in secrets() {
        for file in ["kmd.log", "kmd.log.2"] {
            let home = Home::empty();
            home.write(file, &format!("INFO request cause=\"{secret}\"\n"));
            assert!(notices(|| drop(home)), "{name} in {file}");
        }
    }
    let home = Home::cheap();
    home.start().api().create("first", "");
    assert!(!notices(|| drop(home)), "a log as it is");
}

#[test]
fn a_secret_in_what_a_daemon_says_is_noticed() {
    for (name, secret) in secrets() {
        for stream in [1, 2] {
            let script = format!("echo kmd: serving on http://127.0.0.1:1; echo 'x {secret}' >&{stream}");
            let mut process = Process::spawn(Command::new("sh").args(["-c", &script]));
            assert!(process.serving().is_some());
            process.wait();
            assert!(notices(|| drop(process)), "{name} on {stream}");
        }
    }
}
