//! The files of a data directory: what is in them, who may read them, when they go.

use crate::support::{
    daemon::{Daemon, Home, mode},
    http::{Connection, Request},
};
use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{FileTypeExt, PermissionsExt},
        net::UnixListener,
    },
};

#[test]
fn net_and_pid_tell_where_the_daemon_is() {
    let home = Home::cheap();
    let daemon = home.start();

    assert_eq!(home.read("kmd.net"), daemon.address.to_string());
    assert_eq!(home.read("kmd.pid").trim_end(), daemon.process.id().to_string());
    assert_eq!(
        (mode(&home.file("kmd.net")), mode(&home.file("kmd.pid"))),
        (0o640, 0o640)
    );
    assert!(home.has("kmd.lock"));

    assert_eq!(daemon.stop().code, Some(0));
    for gone in ["kmd.net", "kmd.pid", "kmd.sock"] {
        assert!(!home.has(gone), "{gone} after the end");
    }
    for kept in ["kmd.token", "kmd.log"] {
        assert!(home.has(kept), "{kept} after the end");
    }
}

#[test]
fn only_the_owner_gets_at_secrets() {
    let home = Home::cheap();
    let daemon = home.start();
    daemon.api().create("first", "");

    let socket = home.file("kmd.sock");
    assert!(fs::symlink_metadata(&socket).unwrap().file_type().is_socket());
    assert_eq!(mode(&socket), 0o600);
    assert_eq!(mode(&home.wallets()), 0o700);
    assert_eq!(mode(&home.file("kmd.log")), 0o640);
    for name in home.wallet_files() {
        assert_eq!(mode(&home.wallets().join(&name)), 0o600, "{name}");
    }
    for entry in fs::read_dir(&home.path).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path) & 0o027, 0, "{} for others", path.display());
    }
}

#[test]
fn a_missing_token_is_made() {
    let home = Home::cheap();
    fs::remove_file(home.file("kmd.token")).unwrap();
    let first = {
        let _daemon = home.start();
        home.read("kmd.token")
    };
    let token = first.lines().next().unwrap();
    assert_eq!(token.len(), 64);
    assert!(token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    assert_eq!(mode(&home.file("kmd.token")), 0o600);

    let daemon = home.start();
    assert_eq!(home.read("kmd.token"), first, "a token stays");
    assert_eq!(wallets_with(&daemon, token), 200);

    let other = Home::cheap();
    fs::remove_file(other.file("kmd.token")).unwrap();
    let _daemon = other.start();
    assert_ne!(other.read("kmd.token"), first, "a token is random");
}

#[test]
fn the_first_line_of_the_token_file_counts() {
    let token = "t".repeat(256);
    for text in [format!("{token}\nsecond line\n"), format!("{token}\n"), token.clone()] {
        let home = Home::cheap();
        home.write("kmd.token", &text);
        let daemon = home.start();
        assert_eq!(wallets_with(&daemon, &token), 200, "{text:?}");
        assert_eq!(wallets_with(&daemon, &token[1..]), 401);
        assert_eq!(home.read("kmd.token"), text);
    }
}

#[test]
fn a_token_of_the_wrong_length_is_refused() {
    for length in [1, 63, 257] {
        let home = Home::cheap();
        home.write("kmd.token", &"t".repeat(length));
        let exit = home.refuse();
        assert_eq!(exit.code, Some(3), "{length}: {exit:?}");
        assert!(exit.stderr.contains("kmd.token"), "{exit:?}");
        assert!(exit.stderr.contains("64"), "what a token has to be: {exit:?}");
        assert!(
            !exit.stderr.contains(&"t".repeat(length.max(10))),
            "the token itself: {exit:?}"
        );
        assert!(!home.has("kmd.net"));
    }
}

#[test]
fn what_a_killed_daemon_left_does_not_hinder() {
    let home = Home::cheap();
    let daemon = home.start();
    let id = daemon.api().create("first", "");
    daemon.kill();
    assert!(
        home.has("kmd.net") && home.has("kmd.pid") && home.has("kmd.sock"),
        "a killed daemon leaves its files"
    );

    let daemon = home.start();
    assert_eq!(home.read("kmd.net"), daemon.address.to_string());
    assert_eq!(home.read("kmd.pid").trim_end(), daemon.process.id().to_string());
    assert_eq!(daemon.unix_api().wallet_ids(), [id]);
}

#[test]
fn rubbish_in_the_place_of_its_files_does_not_hinder() {
    let home = Home::cheap();
    home.write("kmd.net", "a line that is longer than any address and was never one");
    home.write("kmd.pid", "99999999999999999999");
    home.write("kmd.lock", "");
    drop(UnixListener::bind(home.file("kmd.sock")).unwrap());

    let daemon = home.start();
    assert_eq!(home.read("kmd.net"), daemon.address.to_string());
    assert_eq!(home.read("kmd.pid").trim_end(), daemon.process.id().to_string());
    assert_eq!(daemon.unix().send(&Request::new("GET", "/versions")).status, 200);
}

#[test]
fn a_path_too_long_for_a_socket_is_logged_and_no_more() {
    let short = Home::cheap();
    let deep = short.file(&"deep".repeat(40));
    fs::create_dir(&deep).unwrap();
    fs::set_permissions(&deep, Permissions::from_mode(0o700)).unwrap();
    let home = short.below(deep);
    for name in ["kmd.token", "kmd_config.json"] {
        fs::copy(short.file(name), home.file(name)).unwrap();
    }

    let daemon = home.start();
    assert_eq!(daemon.api().wallets(), [] as [serde_json::Value; 0]);
    assert!(!home.has("kmd.sock"));
    assert_eq!(daemon.stop().code, Some(0));
    let log = home.read("kmd.log");
    let tells = |line: &str| line.contains("WARN") && line.contains("kmd.sock");
    assert!(log.lines().any(tells), "{log}");
}

#[test]
fn a_second_daemon_is_told_of_the_first() {
    let home = Home::cheap();
    let daemon = home.start();
    let (net, pid) = (home.read("kmd.net"), home.read("kmd.pid"));

    let second = home.refuse();

    assert_eq!(second.code, Some(4), "{second:?}");
    let message = "failed to lock kmd.lock; is an instance of kmd already running in this data directory?";
    assert!(second.stderr.contains(message), "{second:?}");
    assert_eq!((home.read("kmd.net"), home.read("kmd.pid")), (net, pid));
    assert!(home.has("kmd.sock"));
    assert_eq!(daemon.unix().send(&Request::new("GET", "/versions")).status, 200);
    assert_eq!(daemon.tcp().send(&Request::new("GET", "/versions")).status, 200);
}

/// The status of a request with this token.
fn wallets_with(daemon: &Daemon, token: &str) -> u16 {
    let request = Request::new("GET", "/v1/wallets").header("X-KMD-API-Token", token);
    Connection::tcp(daemon.address).send(&request).status
}
