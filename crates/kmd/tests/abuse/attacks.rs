//! What clients do to a daemon that they should not.

use crate::support::{
    TOKEN,
    daemon::Daemon,
    http::{Connection, Request},
};
use serde_json::json;
use std::{io::ErrorKind, thread};

/// Large bodies that are sent at once.
const LARGE_BODIES: usize = 16;
const LARGE: usize = 15 << 20;

pub fn head(path: &str, length: &str) -> Vec<u8> {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nX-KMD-API-Token: {TOKEN}\r\n{length}\r\n\r\n").into_bytes()
}

/// Connections that send a byte of a request, or a part of one, and then nothing.
pub fn slow_clients(daemon: &Daemon, count: usize) -> Vec<Connection> {
    let parts: [Vec<u8>; 3] = [
        b"G".to_vec(),
        b"GET /versions HTTP/1.1\r\nHost: ".to_vec(),
        [head("/v1/key/list", "Content-Length: 900000"), b"{\"wallet".to_vec()].concat(),
    ];
    (0..count)
        .map(|number| {
            let mut connection = daemon.tcp();
            connection.write(&parts[number % parts.len()]).unwrap();
            connection
        })
        .collect()
}

/// Bodies that are too large, too deep, or claim to be more than they are: statuses, each with its name.
pub fn monsters(daemon: &Daemon) -> Vec<(&'static str, u16)> {
    let deep = "[".repeat(100_000);
    let deep = format!("{{\"wallet_handle_token\": {deep}");
    let claims = |marker: u8| {
        let mut body = b"\x81\xb3wallet_handle_token".to_vec();
        body.push(marker);
        body.extend([0xff; 4]);
        body
    };
    let post = |body: Vec<u8>| {
        let request = Request::new("POST", "/v1/key/list").header("X-KMD-API-Token", TOKEN);
        daemon.tcp().send(&request.body(body)).status
    };
    vec![
        (
            "1 GiB, announced",
            streamed(daemon, "Content-Length: 1073741824", b"                "),
        ),
        (
            "1 GiB, in chunks",
            streamed(daemon, "Transfer-Encoding: chunked", b"10\r\n                \r\n"),
        ),
        ("deep", post(deep.into_bytes())),
        ("text of 4 GiB", post(claims(0xdb))),
        ("bytes of 4 GiB", post(claims(0xc6))),
        ("a list of 4 Gi items", post(claims(0xdd))),
        ("a map of 4 Gi entries", post(claims(0xdf))),
    ]
}

/// Sends on and on, until the daemon has enough of it.
fn streamed(daemon: &Daemon, length: &str, piece: &[u8]) -> u16 {
    let mut connection = daemon.tcp();
    connection.write(&head("/v1/key/list", length)).unwrap();
    let pieces = piece.repeat(4096);
    for _ in 0..(1 << 30) / pieces.len() {
        match connection.write(&pieces) {
            Ok(()) => {}
            Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => break,
            Err(error) => panic!("{error}"),
        }
    }
    // Where it was cut off while it wrote, the answer may be lost.
    connection.answer("POST").map_or(413, |reply| reply.status)
}

/// Large batches at once, all but their last byte; then those that were not refused get that too. Gives the statuses.
pub fn large_batches(daemon: &Daemon) -> Vec<u16> {
    let length = format!("Content-Length: {LARGE}");
    let mut connections: Vec<Connection> = (0..LARGE_BODIES).map(|_| daemon.tcp()).collect();
    thread::scope(|scope| {
        for connection in &mut connections {
            let head = head("/v2/transactions/sign", &length);
            scope.spawn(move || {
                // One that is refused is not read to its end.
                let _ = connection.write(&[head, vec![b' '; LARGE - 1]].concat());
            });
        }
    });
    let finish = |connection: &mut Connection| {
        let _ = connection.write(b"x");
        // As above.
        connection.answer("POST").map_or(503, |reply| reply.status)
    };
    connections.iter_mut().map(finish).collect()
}

/// Clients that all unlock the same wallet, with wrong passwords: statuses.
pub fn unlocks(daemon: &Daemon, id: &str, clients: usize) -> Vec<u16> {
    let body = json!({"wallet_id": id, "wallet_password": "wrong"}).to_string();
    let request = || {
        Request::new("POST", "/v1/wallet/init")
            .header("X-KMD-API-Token", TOKEN)
            .body(body.clone())
    };
    let mut connections: Vec<Connection> = (0..clients).map(|_| daemon.tcp()).collect();
    for connection in &mut connections {
        connection.start(&request()).unwrap();
    }
    connections
        .iter_mut()
        .map(|connection| connection.answer("POST").unwrap().status)
        .collect()
}

/// Requests one after the other without waiting for answers, all with a wrong token. All are answered 401.
pub fn wrong_tokens(daemon: &Daemon, count: usize) {
    let request = format!(
        "POST /v1/wallet/init HTTP/1.1\r\nHost: x\r\nX-KMD-API-Token: {}\r\nContent-Length: 2\r\n\r\n{{}}",
        "b".repeat(64)
    );
    let mut connection = daemon.tcp();
    for _ in 0..count / 100 {
        connection.write(request.repeat(100).as_bytes()).unwrap();
        for _ in 0..100 {
            assert_eq!(connection.answer("POST").unwrap().status, 401);
        }
    }
}
