//! What all other tests rely on: their canaries can sing, what they do not test is seen, and no wait is endless.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::{
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    process::Command,
    time::Duration,
};
use support::{
    TOKEN,
    algorand::{base64, unbase64},
    canary,
    daemon::{Home, Process, run},
    golden, not_tested, wait_at_most,
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

/// Set where a test is to say what it does not test.
const SAYS: &str = "KMD_TEST_SAYS";

#[test]
fn what_is_not_tested_is_seen_in_the_output() {
    let mut harness = Command::new(env::current_exe().unwrap());
    harness
        .args(["--exact", "says_what_is_not_tested"])
        .env(SAYS, "1")
        .env_remove("RUST_TEST_NOCAPTURE");
    let exit = run(&mut harness);
    assert_eq!(exit.code, Some(0), "{exit:#?}");
    assert!(
        exit.stderr.contains("*** NOT TESTED: flying: no wings ***"),
        "{exit:#?}"
    );
    assert!(!exit.stdout.contains("captured") && !exit.stderr.contains("captured"));
}

/// Not a test by itself: the one above looks at its output.
#[test]
fn says_what_is_not_tested() {
    if env::var_os(SAYS).is_some() {
        eprintln!("captured");
        not_tested("flying", "no wings");
    }
}

#[test]
fn a_wait_ends_with_what_is_found_or_with_patience() {
    let mut looks = 0..;
    let third = || looks.next().filter(|look| *look == 3).ok_or("too early");
    assert_eq!(wait_at_most(Duration::from_secs(60), "the third", third), 3);
    let never = || Err::<(), _>("it never is");
    assert!(notices(|| wait_at_most(Duration::from_millis(1), "never", never)));
}
