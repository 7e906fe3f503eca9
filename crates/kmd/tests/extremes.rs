//! The largest numbers that a setting can hold, and the edges of what a client and a second daemon may do.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use rustix::process::Signal;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream},
    os::unix::{fs::MetadataExt, net::UnixStream},
    thread,
    time::Duration,
};
use support::{
    PATIENCE, TOKEN,
    daemon::{Daemon, Home, Process, cheap, cheap_with, run},
    golden,
    http::{Connection, Request},
};

/// Creates a wallet and does with a handle all that can be done.
fn works(daemon: &Daemon) {
    let mut api = daemon.api();
    let id = api.create("first", "");
    let handle = api.open(&id, "");
    let with_handle = json!({"wallet_handle_token": handle});
    let key = api.generate(&handle);
    assert_eq!(api.keys(&handle), [key]);
    for path in ["/v1/wallet/info", "/v1/wallet/renew"] {
        let answer = api.ok(path, &with_handle);
        assert!(
            answer["wallet_handle"]["expires_seconds"].as_u64() > Some(3000),
            "{answer}"
        );
    }
    api.ok("/v1/wallet/release", &with_handle);
    assert_eq!(daemon.unix().send(&versions()).status, 200);
}

fn versions() -> Request {
    Request::new("GET", "/versions")
}

#[test]
fn handles_may_live_for_ever() {
    for seconds in [u64::MAX, u64::MAX / 1000, 1 << 62] {
        let mut config = cheap();
        config["session_lifetime_secs"] = seconds.into();
        let daemon = Home::with(&config).start();
        works(&daemon);
        let exit = daemon.stop();
        assert_eq!(exit.code, Some(0), "{seconds}: {exit:?}");
    }
}

#[test]
fn it_may_wait_for_ever_to_end_by_itself() {
    for seconds in [u64::MAX, 1 << 62] {
        let home = Home::cheap();
        let daemon = home.start_by(home.command().args(["-t", &seconds.to_string()]));
        works(&daemon);
        let exit = daemon.stop();
        assert_eq!(exit.code, Some(0), "{seconds}: {exit:?}");
    }
}

#[test]
fn there_may_be_places_for_all() {
    for places in [u64::MAX, u64::MAX - 1, 1 << 61, 1 << 32] {
        let daemon = Home::with(&cheap_with(json!({"max_connections": places}))).start();
        works(&daemon);
        let exit = daemon.stop();
        assert_eq!(exit.code, Some(0), "{places}: {exit:?}");
    }
}

#[test]
fn with_places_for_all_a_running_request_is_answered_first() {
    let limits = json!({"max_connections": u64::MAX, "kdf_parallel": 1, "kdf_queue": 0});
    let home = Home::with(&cheap_with(limits));
    let slow = golden::wallet("default parameters");
    slow.copy_to(&home.make_wallets());
    let quick = golden::wallet("plain");
    quick.copy_to(&home.wallets());
    let mut daemon = home.start();
    let (mut api, mut opener) = (daemon.api(), daemon.api());
    let opening = json!({"wallet_id": slow.id(), "wallet_password": slow.password()});
    // The probe may be in the only place when it arrives.
    let running = thread::spawn(move || opener.post_until_not_busy("/v1/wallet/init", &opening));
    api.await_busy(|| running.is_finished());
    daemon.process.signal(Signal::TERM);
    assert_eq!(running.join().unwrap().status, 200);
    assert_eq!(daemon.process.wait().code, Some(0));
}

/// A limit that cannot be used is refused by name, and not a panic, a hang or a daemon that serves nobody.
#[test]
fn any_limit_may_be_the_largest_number() {
    for key in [
        "log_max_bytes",
        "max_body_bytes",
        "max_batch_body_bytes",
        "max_header_bytes",
        "header_timeout_secs",
        "body_timeout_secs",
        "idle_timeout_secs",
        "kdf_parallel",
        "kdf_queue",
        "kdf_max_work_factor",
        "kdf_max_memory_bytes",
    ] {
        let mut limits = json!({});
        limits[key] = u64::MAX.into();
        let home = Home::with(&cheap_with(limits));
        let mut process = Process::spawn(&mut home.command());
        let Some(address) = process.serving() else {
            let exit = process.wait();
            assert_eq!(exit.code, Some(3), "{key}: {exit:?}");
            assert!(exit.stderr.contains(key), "{key}: {exit:?}");
            continue;
        };
        let daemon = Daemon { home, address, process };
        works(&daemon);
        let exit = daemon.stop();
        assert_eq!(exit.code, Some(0), "{key}: {exit:?}");
    }
}

#[test]
fn any_number_of_logs_may_be_kept() {
    let home = Home::with(&cheap_with(json!({"log_max_bytes": 1, "log_keep": u32::MAX})));
    let daemon = home.start();
    works(&daemon);
    assert_eq!(daemon.stop().code, Some(0));
    assert!(home.has("kmd.log.1"));
}

/// As the reference takes it, and with a word about what that means.
#[test]
fn an_address_without_a_host_is_every_interface() {
    let mut config = cheap();
    config["address"] = ":0".into();
    let home = Home::with(&config);
    let daemon = home.start();
    let address = daemon.address;
    assert!(address.ip().is_unspecified(), "{address}");
    assert_eq!(home.read("kmd.net"), address.to_string());
    let local = SocketAddr::from((Ipv4Addr::LOCALHOST, address.port()));
    assert_eq!(Connection::tcp(local).send(&versions()).status, 200);
    assert_eq!(daemon.stop().code, Some(0));
    let log = home.read("kmd.log");
    let warns = |line: &str| line.contains("WARN") && line.contains(&address.to_string());
    assert!(log.lines().any(warns), "{log}");
}

#[test]
fn those_who_hold_all_places_do_not_hold_the_socket() {
    const LIMIT: usize = 4;
    let daemon = Home::with(&cheap_with(json!({"max_connections": LIMIT}))).start();
    let mut held: Vec<Connection> = (0..LIMIT).map(|_| daemon.tcp()).collect();
    for connection in &mut held {
        assert_eq!(connection.send(&versions()).status, 200);
    }
    // These wait for a place.
    let _waiting = [daemon.tcp(), daemon.tcp()];

    for _ in 0..3 {
        let mut unix = daemon.unix_api();
        unix.connection().patience(Duration::from_secs(5)).unwrap();
        assert_eq!(unix.get("/versions").status, 200);
        assert_eq!(unix.wallets(), [] as [Value; 0]);
    }
    for connection in &mut held {
        assert_eq!(connection.send(&versions()).status, 200, "those inside are served");
    }
}

#[test]
fn what_the_command_line_does_not_mean_is_a_start_failure() {
    for arguments in [
        &["--no-such-flag"][..],
        &["-t", "soon"],
        &["-t", "-1"],
        &["-t"],
        &["further"],
    ] {
        let home = Home::cheap();
        let exit = run(home.command().args(arguments));
        assert_eq!((exit.code, exit.signal), (Some(3), None), "{arguments:?}: {exit:?}");
        let is_named = arguments.iter().any(|argument| exit.stderr.contains(argument));
        assert!(is_named, "{arguments:?}: {exit:?}");
        assert!(!home.has("kmd.net"));
    }
}

/// "I have said all" is not "I am gone".
#[test]
fn a_client_that_only_listens_any_more_is_answered() {
    let home = Home::cheap();
    let wallet = golden::wallet("default parameters");
    wallet.copy_to(&home.make_wallets());
    let daemon = home.start();
    let body = json!({"wallet_id": wallet.id(), "wallet_password": wallet.password()}).to_string();
    let request = |body: &str| {
        format!(
            "POST /v1/wallet/init HTTP/1.1\r\nHost: x\r\nX-KMD-API-Token: {TOKEN}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };

    let mut tcp = TcpStream::connect(daemon.address).unwrap();
    tcp.set_read_timeout(Some(PATIENCE)).unwrap();
    tcp.write_all(request(&body).as_bytes()).unwrap();
    tcp.shutdown(Shutdown::Write).unwrap();
    let answer = text(&mut tcp);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer:?}");
    assert!(answer.contains("wallet_handle_token"), "{answer:?}");

    let body = json!({"wallet_id": wallet.id(), "wallet_password": "wrong"}).to_string();
    let mut unix = UnixStream::connect(home.file("kmd.sock")).unwrap();
    unix.set_read_timeout(Some(PATIENCE)).unwrap();
    unix.write_all(request(&body).as_bytes()).unwrap();
    unix.shutdown(Shutdown::Write).unwrap();
    let answer = text(&mut unix);
    assert!(answer.contains("wrong password"), "{answer:?}");
}

#[track_caller]
fn text(stream: &mut impl Read) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_second_daemon_leaves_the_log_of_the_first_where_it_is() {
    for bytes in [1, 1024] {
        let home = Home::with(&cheap_with(json!({"log_max_bytes": bytes})));
        let daemon = home.start();
        let before = logs(&home);
        for _ in 0..3 {
            let second = home.refuse();
            assert_eq!(second.code, Some(4), "{second:?}");
        }
        assert_eq!(logs(&home), before, "{bytes}");

        daemon.api().wallets();
        assert_eq!(daemon.stop().code, Some(0));
        let last = home.read("kmd.log");
        assert!(last.lines().any(|line| line.contains("stopped")), "{last}");
    }
}

/// Inodes of the logs by name.
fn logs(home: &Home) -> BTreeMap<String, u64> {
    let entries = fs::read_dir(&home.path).unwrap().map(|entry| entry.unwrap());
    let named = entries.map(|entry| {
        (
            entry.file_name().into_string().unwrap(),
            entry.metadata().unwrap().ino(),
        )
    });
    named.filter(|(name, _)| name.starts_with("kmd.log")).collect()
}
