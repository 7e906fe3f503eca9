//! How many clients there may be.

use crate::support::{
    PATIENCE,
    daemon::{Daemon, Home, cheap_with},
    http::{Connection, Request},
    wait_for,
};
use serde_json::json;
use std::{io::ErrorKind, time::Duration};

const LIMIT: usize = 4;

#[test]
fn connections_have_a_limit() {
    let daemon = Home::with(&cheap_with(json!({"max_connections": LIMIT}))).start();
    let mut held: Vec<Connection> = (0..LIMIT).map(|_| daemon.tcp()).collect();
    for connection in &mut held {
        assert_eq!(connection.send(&versions()).status, 200);
    }

    let mut further = daemon.tcp();
    // Not a wait for something to happen: the daemon has this long to do what it must not.
    further.patience(Duration::from_millis(300)).unwrap();
    let waits = match further.try_send(&versions()) {
        Ok(reply) => {
            assert_eq!(reply.status, 503, "{}", reply.text());
            false
        }
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    };
    for connection in &mut held {
        assert_eq!(connection.send(&versions()).status, 200, "those inside are served");
    }

    held.pop();
    if waits {
        further.patience(PATIENCE).unwrap();
        assert_eq!(
            further.answer("GET").unwrap().status,
            200,
            "whoever waited has the free place"
        );
    } else {
        drop(further);
        lets_another_in(&daemon);
    }
}

/// A listener that nobody connects to takes no place from the other.
#[test]
fn a_single_place_serves_whoever_comes() {
    let daemon = Home::with(&cheap_with(json!({"max_connections": 1}))).start();
    for _ in 0..3 {
        assert_eq!(daemon.tcp().send(&versions()).status, 200);
        assert_eq!(daemon.unix().send(&versions()).status, 200);
    }
}

#[test]
fn a_hundred_clients_are_no_trouble() {
    let daemon = Home::cheap().start();
    let mut clients: Vec<Connection> = (0..100).map(|_| daemon.tcp()).collect();
    for client in &mut clients {
        client.start(&versions()).unwrap();
    }
    for client in &mut clients {
        assert_eq!(client.answer("GET").unwrap().status, 200);
    }
}

/// Tries until the daemon has noticed that one of its clients left.
fn lets_another_in(daemon: &Daemon) {
    wait_for("a free place is given to another", || {
        match daemon.tcp().try_send(&versions()) {
            Ok(reply) if reply.status == 200 => Ok(()),
            other => Err(other),
        }
    });
}

fn versions() -> Request {
    Request::new("GET", "/versions")
}
