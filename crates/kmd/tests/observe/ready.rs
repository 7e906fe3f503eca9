//! When the daemon is ready, and when it is not.

use crate::{
    get, metrics_address,
    support::{
        daemon::{Daemon, Home, cheap_with},
        golden,
        http::{Connection, Reply},
        metrics::scrape,
        wait_for,
    },
    watched,
};
use rustix::process::Signal;
use serde_json::json;
use std::{
    fs,
    thread::{self, JoinHandle},
};

#[test]
fn a_daemon_that_serves_is_ready() {
    let daemon = watched();
    for mut connection in [daemon.tcp(), daemon.unix(), Connection::tcp(metrics_address(&daemon))] {
        let reply = get(&mut connection, "/ready");
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json(), json!({"ready": true, "reasons": []}));
    }
    assert_eq!(scrape(&daemon).value("kmd_ready"), 1.0);
}

/// What stands in the way, and how it goes away again. Modes do not stop root, so folders are moved and replaced.
#[test]
fn what_is_in_the_way_is_told_and_noticed_when_it_is_gone() {
    let daemon = Home::cheap().start();
    let home = &daemon.home;
    let (wallets, away, token) = (home.wallets(), home.file("away"), home.file("kmd.token"));
    let unreadable = json!(["the wallets folder cannot be read"]);

    fs::rename(&wallets, &away).unwrap();
    assert_eq!(becomes(&daemon, 503).json()["reasons"], unreadable);
    fs::write(&wallets, "a file").unwrap();
    fs::rename(&token, home.file("token-away")).unwrap();
    let both = json!([
        "the wallets folder cannot be read",
        "the file with the API token is missing"
    ]);
    let reply = until(&daemon, |reply| reply.json()["reasons"] == both);
    assert_eq!(reply.header("Retry-After"), Some("1"));
    assert_eq!(scrape(&daemon).value("kmd_ready"), 0.0);

    fs::remove_file(&wallets).unwrap();
    fs::rename(&away, &wallets).unwrap();
    fs::rename(home.file("token-away"), &token).unwrap();
    becomes(&daemon, 200);
    assert_eq!(scrape(&daemon).value("kmd_ready"), 1.0);
}

/// The address for metrics stays until running requests are finished, and tells why no others are taken.
#[test]
fn a_daemon_that_stops_is_not_ready() {
    let config = json!({"metrics_address": "127.0.0.1:0", "kdf_parallel": 1, "kdf_queue": 16});
    let home = Home::with(&cheap_with(config));
    let slow = golden::wallet("default parameters");
    slow.copy_to(&home.make_wallets());
    let mut daemon = home.start();
    let address = metrics_address(&daemon);
    let mut watcher = Connection::tcp(address);

    // One after the other, so that the end takes its time.
    let body = json!({"wallet_id": slow.id(), "wallet_password": "wrong"});
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (mut api, body) = (daemon.api(), body.clone());
            thread::spawn(move || api.post("/v1/wallet/init", &body).status)
        })
        .collect();
    let busy = |page: &str| page.contains("\nkmd_kdf_running 1\n") && page.contains("\nkmd_kdf_waiting 7\n");
    while !busy(&get(&mut watcher, "/metrics").text()) {
        let over = clients.iter().all(JoinHandle::is_finished);
        assert!(!over, "the requests were never seen waiting");
    }
    daemon.process.signal(Signal::TERM);
    let reply = wait_for("a daemon that stops is not ready", || {
        let reply = get(&mut watcher, "/ready");
        if reply.status == 503 { Ok(reply) } else { Err(reply) }
    });
    assert_eq!(reply.json()["reasons"], json!(["kmd is stopping"]));
    assert!(
        get(&mut Connection::tcp(address), "/metrics")
            .text()
            .contains("\nkmd_ready 0\n")
    );

    for client in clients {
        assert!(matches!(client.join().unwrap(), 400 | 401));
    }
    let exit = daemon.process.wait();
    assert_eq!((exit.code, exit.signal), (Some(0), None), "{exit:?}");
    assert!(Connection::try_tcp(address).is_err(), "nobody listens any more");
}

fn becomes(daemon: &Daemon, status: u16) -> Reply {
    until(daemon, |reply| reply.status == status)
}

/// Asks until the answer is the expected one: what was found counts for a second.
fn until(daemon: &Daemon, expected: impl Fn(&Reply) -> bool) -> Reply {
    let mut connection = daemon.tcp();
    wait_for("the expected answer", || {
        let reply = get(&mut connection, "/ready");
        if expected(&reply) { Ok(reply) } else { Err(reply.text()) }
    })
}
