//! How long a client may take. The daemon's clocks are set to a second; the test just reads until the end.

use crate::{
    serves,
    support::{
        TOKEN,
        daemon::{Home, cheap_with},
        http::{Connection, Request},
    },
};
use serde_json::json;
use std::time::{Duration, Instant};

#[test]
fn a_header_that_never_ends_is_cut_off() {
    let daemon = Home::with(&cheap_with(json!({"header_timeout_secs": 1}))).start();
    let mut connection = daemon.tcp();
    connection.write(b"GET /versions HTTP/1.1\r\nHost: loc").unwrap();
    cut_off(&mut connection);
    serves(&daemon);
}

#[test]
fn a_client_that_says_nothing_is_cut_off() {
    let times = json!({"header_timeout_secs": 1, "idle_timeout_secs": 1});
    let daemon = Home::with(&cheap_with(times)).start();
    cut_off(&mut daemon.tcp());
    cut_off(&mut daemon.unix());
    serves(&daemon);
}

#[test]
fn a_body_that_never_comes_is_cut_off() {
    let daemon = Home::with(&cheap_with(json!({"body_timeout_secs": 1}))).start();
    let mut connection = daemon.tcp();
    let head =
        format!("POST /v1/key/list HTTP/1.1\r\nHost: x\r\nX-KMD-API-Token: {TOKEN}\r\nContent-Length: 99\r\n\r\n");
    connection.write(head.as_bytes()).unwrap();
    connection.write(b"{\"wallet").unwrap();
    cut_off(&mut connection);
    serves(&daemon);
}

#[test]
fn a_connection_that_is_not_used_is_closed() {
    let daemon = Home::with(&cheap_with(json!({"idle_timeout_secs": 1}))).start();
    let mut connection = daemon.tcp();
    for _ in 0..3 {
        let reply = connection.send(&Request::new("GET", "/versions"));
        assert_eq!(reply.status, 200);
    }
    let start = Instant::now();
    let rest = connection.rest().unwrap();
    assert_eq!(rest, b"", "an end, and no answer that nobody asked for");
    // The time for a header, which is another limit, is 10 seconds here.
    let waited = start.elapsed();
    assert!(waited < Duration::from_secs(8), "{waited:?}");
    serves(&daemon);
}

/// The connection ends, without an answer or with one that tells why.
fn cut_off(connection: &mut Connection) {
    let rest = String::from_utf8(connection.rest().unwrap()).unwrap();
    assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 408 "), "{rest}");
}
