//! What those see who watch over the daemon: that it lives, whether it is ready, and what it counts.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "observe/address.rs"]
mod address;
#[path = "observe/counts.rs"]
mod counts;
#[path = "observe/ready.rs"]
mod ready;
#[path = "observe/secrecy.rs"]
mod secrecy;

mod support;

use serde_json::json;
use std::net::SocketAddr;
use support::{
    daemon::{Daemon, Home, cheap_with},
    http::{Connection, Reply, Request},
};

/// A daemon with an address for metrics.
fn watched() -> Daemon {
    Home::with(&cheap_with(json!({"metrics_address": "127.0.0.1:0"}))).start()
}

/// The address for metrics, which the log tells.
fn metrics_address(daemon: &Daemon) -> SocketAddr {
    let log = daemon.home.read("kmd.log");
    let line = log.lines().find(|line| line.contains("serving metrics"));
    let line = line.expect("a line about the address for metrics");
    let address = line.split_once("address=").expect("an address").1;
    address.split(' ').next().unwrap().parse().unwrap()
}

fn get(connection: &mut Connection, path: &str) -> Reply {
    connection.send(&Request::new("GET", path))
}

#[test]
fn health_is_answered_to_everybody() {
    let daemon = watched();
    let connections = [daemon.tcp(), daemon.unix(), Connection::tcp(metrics_address(&daemon))];
    for mut connection in connections {
        let reply = get(&mut connection, "/health");
        assert_eq!((reply.status, reply.text().as_str()), (200, "{\"alive\":true}\n"));
        assert_eq!(reply.header("Content-Type"), Some("application/json"));
        let head = connection.send(&Request::new("HEAD", "/health"));
        assert_eq!((head.status, head.body.len()), (200, 0));
        // What else the Go kmd answers with 405 still is.
        let post = connection.send(&Request::new("POST", "/health").body("{}"));
        assert!(matches!(post.status, 404 | 405), "{post:?}");
    }
}

#[test]
fn no_web_page_can_read_it() {
    let mut config = cheap_with(json!({}));
    config["allowed_origins"] = json!(["*"]);
    let daemon = Home::with(&config).start();
    let api = daemon.api();
    for (path, readable) in [
        ("/versions", true),
        ("/health", false),
        ("/ready", false),
        ("/metrics", false),
    ] {
        let request = api.request("GET", path).header("Origin", "http://page.example");
        let reply = daemon.tcp().send(&request);
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(
            reply.header("Access-Control-Allow-Origin").is_some(),
            readable,
            "{path}"
        );
    }
}

#[test]
fn who_only_watches_does_not_keep_it_running() {
    let home = Home::cheap();
    let mut daemon = home.start_by(home.command().args(["-t", "1"]));
    let address = daemon.address;
    let watcher = std::thread::spawn(move || {
        let mut seen = 0;
        while let Ok(mut connection) = Connection::try_tcp(address) {
            let asked = ["/health", "/ready"].map(|path| connection.try_send(&Request::new("GET", path)));
            seen += asked.into_iter().flatten().filter(|reply| reply.status == 200).count();
        }
        seen
    });
    let exit = daemon.process.wait();
    assert_eq!(exit.code, Some(0), "{exit:?}");
    assert!(watcher.join().unwrap() > 0);
}
