//! What clients do to a daemon that they should not.

use crate::support::{
    TOKEN,
    daemon::Daemon,
    http::{Connection, Request},
};
use Outcome::{Answered, Cut};
use serde_json::json;
use std::{
    io::{self, ErrorKind},
    thread,
};

/// Large bodies that are sent at once.
const LARGE_BODIES: usize = 16;
const LARGE: usize = 15 << 20;
/// What is sent of them between two looks.
const PIECE: usize = 64 << 10;

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

/// How a request that asks for too much ends, for its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With this status.
    Answered(u16),
    /// The daemon ended the connection while the client still sent, and that took the answer along.
    Cut,
}

/// Whether a client that sends much looks meanwhile whether it is answered.
#[derive(Clone, Copy)]
enum Client {
    Listens,
    /// The daemon listens to it for a moment, so that it may find the answer; then it is cut off.
    IsDeaf,
}

/// A request, how it ended, and how it may.
pub struct Monster {
    pub name: &'static str,
    pub outcome: Outcome,
    pub allowed: &'static [Outcome],
}

/// Bodies that are too large, too deep, or claim to be more than they are.
pub fn monsters(daemon: &Daemon) -> Vec<Monster> {
    let deep = "[".repeat(100_000);
    let deep = format!("{{\"wallet_handle_token\": {deep}");
    let claims = |marker: u8| {
        let mut body = b"\x81\xb3wallet_handle_token".to_vec();
        body.push(marker);
        body.extend([0xff; 4]);
        body
    };
    let post = |name: &'static str, body: Vec<u8>| {
        let request = Request::new("POST", "/v1/key/list").header("X-KMD-API-Token", TOKEN);
        Monster {
            name,
            outcome: Answered(daemon.tcp().send(&request.body(body)).status),
            allowed: &[Answered(400)],
        }
    };
    let announced = |client| streamed(daemon, "Content-Length: 1073741824", b"                ", client);
    let in_chunks = |client| {
        streamed(
            daemon,
            "Transfer-Encoding: chunked",
            b"10\r\n                \r\n",
            client,
        )
    };
    let streamed = |name, outcome, allowed| Monster { name, outcome, allowed };
    let (large, or_cut): (&[Outcome], &[Outcome]) = (&[Answered(413)], &[Answered(413), Cut]);
    vec![
        streamed("1 GiB, announced", announced(Client::Listens), large),
        streamed("1 GiB, announced, without listening", announced(Client::IsDeaf), or_cut),
        streamed("1 GiB, in chunks", in_chunks(Client::Listens), large),
        streamed("1 GiB, in chunks, without listening", in_chunks(Client::IsDeaf), or_cut),
        post("deep", deep.into_bytes()),
        post("text of 4 GiB", claims(0xdb)),
        post("bytes of 4 GiB", claims(0xc6)),
        post("a list of 4 Gi items", claims(0xdd)),
        post("a map of 4 Gi entries", claims(0xdf)),
    ]
}

/// Sends on and on, until the daemon has enough of it.
fn streamed(daemon: &Daemon, length: &str, piece: &[u8], client: Client) -> Outcome {
    let mut connection = daemon.tcp();
    connection.write(&head("/v1/key/list", length)).unwrap();
    let pieces = piece.repeat(4096);
    let sent = send(
        &mut connection,
        (0..(1 << 30) / pieces.len()).map(|_| &pieces[..]),
        client,
    );
    outcome(&mut connection, &sent)
}

/// Sends until all is sent, the client hears an answer, or the connection fails.
fn send<'a>(connection: &mut Connection, mut pieces: impl Iterator<Item = &'a [u8]>, client: Client) -> io::Result<()> {
    pieces.try_for_each(|piece| match client {
        Client::Listens if connection.is_readable() => Ok(()),
        _ => connection.write(piece),
    })
}

/// Reads how it ended. Where the connection failed while sending, the answer may be lost; else it must be there.
fn outcome(connection: &mut Connection, sent: &io::Result<()>) -> Outcome {
    let is_reset = |error: &io::Error| matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset);
    let failed = match sent {
        Ok(()) => false,
        Err(error) if is_reset(error) => true,
        Err(error) => panic!("sending: {error}"),
    };
    match connection.answer("POST") {
        Ok(reply) => Answered(reply.status),
        Err(error) if is_reset(&error) || failed && error.kind() == ErrorKind::UnexpectedEof => Cut,
        Err(error) => panic!("no answer: {error}"),
    }
}

/// Large batches at once, all but their last byte; then those that were not refused get that too. Gives how they ended.
pub fn large_batches(daemon: &Daemon) -> Vec<Outcome> {
    let head = head("/v2/transactions/sign", &format!("Content-Length: {LARGE}"));
    let body = vec![b' '; LARGE - 1];
    let connections: Vec<Connection> = (0..LARGE_BODIES).map(|_| daemon.tcp()).collect();
    let sent = thread::scope(|scope| {
        let threads: Vec<_> = connections
            .into_iter()
            .map(|mut connection| {
                let pieces = std::iter::once(&head[..]).chain(body.chunks(PIECE));
                scope.spawn(move || {
                    let sent = send(&mut connection, pieces, Client::Listens);
                    (connection, sent)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<Vec<_>>()
    });
    let finish = |(mut connection, sent): (Connection, io::Result<()>)| {
        let sent = sent.and_then(|()| send(&mut connection, std::iter::once(&b"x"[..]), Client::Listens));
        outcome(&mut connection, &sent)
    };
    sent.into_iter().map(finish).collect()
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
