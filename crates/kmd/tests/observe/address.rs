//! Who may read metrics: who shows the token, or who asks where none is needed.

use crate::{
    get, metrics_address,
    support::{
        TOKEN,
        daemon::{Home, cheap_with},
        http::{Connection, Request},
        metrics::Page,
    },
    watched,
};
use serde_json::json;
use std::net::TcpListener;

#[test]
fn the_token_is_asked_for() {
    let daemon = Home::cheap().start();
    let wrong = TOKEN.replacen('a', "b", 1);
    for mut connection in [daemon.tcp(), daemon.unix()] {
        for token in [None, Some(""), Some(wrong.as_str())] {
            let request = Request::new("GET", "/metrics");
            let request = match token {
                Some(token) => request.header("X-KMD-API-Token", token),
                None => request,
            };
            let reply = connection.send(&request);
            assert_eq!(reply.status, 401, "{token:?}");
            assert_eq!(reply.json()["error"]["code"], "invalid_token");
        }
        let request = Request::new("GET", "/metrics").header("X-KMD-API-Token", TOKEN);
        let page = Page::by(&mut connection, &request);
        assert!(page.value("kmd_errors_total{kind=\"invalid_token\"}") >= 3.0);
    }
}

#[test]
fn on_an_address_of_their_own_metrics_need_no_token() {
    let daemon = watched();
    let mut connection = Connection::tcp(metrics_address(&daemon));
    let page = Page::by(&mut connection, &Request::new("GET", "/metrics"));
    assert_eq!(page.value("kmd_connections_open{listener=\"metrics\"}"), 1.0);
    assert_eq!(get(&mut connection, "/ready").status, 200);
    // On the other it does.
    assert_eq!(get(&mut daemon.tcp(), "/metrics").status, 401);
}

#[test]
fn there_is_nothing_else_on_that_address() {
    let daemon = watched();
    let mut connection = Connection::tcp(metrics_address(&daemon));
    let paths = [
        "/",
        "/versions",
        "/swagger.json",
        "/v2/openapi.json",
        "/v1/wallets",
        "/v1/key/list",
    ];
    for path in paths {
        for method in ["GET", "POST", "OPTIONS"] {
            let request = Request::new(method, path).header("X-KMD-API-Token", TOKEN);
            assert_eq!(connection.send(&request).status, 404, "{method} {path}");
        }
    }
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    for address in [
        "0.0.0.0:0",
        "[::]:0",
        "192.0.2.1:7834",
        "localhost:7834",
        ":7834",
        "7834",
    ] {
        let exit = Home::with(&cheap_with(json!({"metrics_address": address}))).refuse();
        assert_eq!(exit.code, Some(3), "{address}: {exit:?}");
        for word in ["kmd.metrics_address", "127.0.0.1:7834"] {
            assert!(exit.stderr.contains(word), "{address}: {exit:?}");
        }
    }
}

#[test]
fn an_address_that_is_taken_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let exit = Home::with(&cheap_with(json!({"metrics_address": address}))).refuse();
    assert_eq!(exit.code, Some(3), "{exit:?}");
    assert!(
        exit.stderr.contains(&address) && exit.stderr.contains("kmd.metrics_address"),
        "{exit:?}"
    );
}
