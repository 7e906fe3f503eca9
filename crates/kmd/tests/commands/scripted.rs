//! A daemon that is none: it answers a few questions, each with what it was given.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;

use crate::support::daemon::Home;

/// Serves on the socket of a data directory, with this page of metrics, until the test program ends. `kmd.net` names a
/// port that takes connections.
pub fn serve(home: &Home, metrics: &'static str) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    home.write("kmd.net", &port.local_addr().unwrap().to_string());
    let socket = UnixListener::bind(home.file("kmd.sock")).unwrap();
    thread::spawn(move || {
        let _port = port;
        for stream in socket.incoming() {
            // A command may hold one connection while it asks on another.
            thread::spawn(move || answer(&stream.unwrap(), metrics));
        }
    });
}

/// Answers one request without a body. Who only looked whether somebody listens has sent none.
fn answer(mut stream: &UnixStream, metrics: &str) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let Some(line) = lines.next() else { return };
    lines.find(String::is_empty);
    let body = match line.split(' ').nth(1).unwrap() {
        "/ready" => r#"{"ready":true,"reasons":[]}"#,
        "/versions" => r#"{"versions":["v1","v2"]}"#,
        "/v1/wallets" => r#"{"wallets":[]}"#,
        "/metrics" => metrics,
        path => panic!("{path} is not in the script"),
    };
    let length = body.len();
    // The command may have gone.
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
}
