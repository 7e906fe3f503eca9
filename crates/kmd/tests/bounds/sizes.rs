//! How much a request may be.

use crate::{
    serves,
    support::{
        TOKEN,
        daemon::{Daemon, Home, cheap_with},
        http::{Connection, Reply, Request},
    },
};
use serde_json::json;
use std::io;

#[test]
fn a_body_has_a_limit() {
    let daemon = Home::with(&cheap_with(json!({"max_body_bytes": 2048}))).start();
    limited_to(&daemon, 2048);
}

#[test]
fn a_body_has_a_limit_by_default() {
    limited_to(&Home::cheap().start(), 1024 * 1024);
}

fn limited_to(daemon: &Daemon, limit: usize) {
    // A body of zeros decodes to nothing: read in full, it is refused for what it is.
    let largest = post(&vec![0; limit]);
    assert_eq!(daemon.tcp().send(&largest).status, 400);
    let larger = post(&vec![0; limit + 1]);
    assert_eq!(daemon.tcp().send(&larger).status, 413);
    serves(daemon);
}

#[test]
fn a_body_announced_too_large_is_not_waited_for() {
    let daemon = Home::cheap().start();
    let mut connection = daemon.tcp();
    connection.write(&head("Content-Length: 1000000000")).unwrap();
    assert_eq!(connection.answer("POST").unwrap().status, 413);
    serves(&daemon);
}

#[test]
fn a_body_in_chunks_has_the_same_limit() {
    let daemon = Home::with(&cheap_with(json!({"max_body_bytes": 2048}))).start();
    let in_chunks = |count: usize| {
        let mut connection = daemon.tcp();
        connection.write(&head("Transfer-Encoding: chunked"))?;
        chunks(&mut connection, count).or_else(refused_while_writing)?;
        connection.answer("POST")
    };
    let largest: Reply = in_chunks(2048 / 16).unwrap();
    assert_eq!(largest.status, 400, "{}", largest.text());
    assert_eq!(in_chunks(2048 / 16 + 1).unwrap().status, 413);
    // A client that never ends is cut off while it writes.
    assert_eq!(in_chunks(100_000).unwrap().status, 413);
    serves(&daemon);
}

fn chunks(connection: &mut Connection, count: usize) -> io::Result<()> {
    for _ in 0..count {
        connection.write(b"10\r\n0000000000000000\r\n")?;
    }
    connection.write(b"0\r\n\r\n")
}

fn refused_while_writing(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Ok(()),
        _ => Err(error),
    }
}

#[test]
fn a_header_has_a_limit() {
    let daemon = Home::cheap().start();
    let with_header = |length: usize| {
        let request = Request::new("GET", "/versions").header("X-Filler", &"x".repeat(length));
        daemon.tcp().try_send(&request)
    };
    assert_eq!(with_header(8 * 1024).unwrap().status, 200);
    for length in [17 * 1024, 1024 * 1024] {
        match with_header(length) {
            Ok(reply) => assert_eq!(reply.status, 431, "{length}: {}", reply.text()),
            Err(error) => assert!(closed(&error), "{length}: {error}"),
        }
        serves(&daemon);
    }
}

#[test]
fn many_headers_have_the_same_limit() {
    let daemon = Home::cheap().start();
    let mut request = Request::new("GET", "/versions");
    for number in 0..2000 {
        request = request.header(&format!("X-Filler-{number}"), "x");
    }
    match daemon.tcp().try_send(&request) {
        Ok(reply) => assert_eq!(reply.status, 431, "{}", reply.text()),
        Err(error) => assert!(closed(&error), "{error}"),
    }
    serves(&daemon);
}

#[test]
fn a_path_has_the_same_limit() {
    let daemon = Home::cheap().start();
    let request = Request::new("GET", &format!("/{}", "x".repeat(20 * 1024)));
    match daemon.tcp().try_send(&request) {
        Ok(reply) => assert!(matches!(reply.status, 414 | 431), "{}", reply.status),
        Err(error) => assert!(closed(&error), "{error}"),
    }
    serves(&daemon);
}

fn closed(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionReset, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | ConnectionReset)
}

fn post(body: &[u8]) -> Request {
    Request::new("POST", "/v1/key/list")
        .header("X-KMD-API-Token", TOKEN)
        .body(body)
}

fn head(length: &str) -> Vec<u8> {
    format!("POST /v1/key/list HTTP/1.1\r\nHost: localhost\r\nX-KMD-API-Token: {TOKEN}\r\n{length}\r\n\r\n")
        .into_bytes()
}
