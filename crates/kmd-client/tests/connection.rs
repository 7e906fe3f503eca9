//! The client against a scripted daemon: answers good and bad, connections that are kept and lost,
//! and ends to waiting.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use kmd_client::kmd_api::Readiness;
use kmd_client::{Client, Error, Peer, SecretText, Timeouts, TokenError, TransportError};
use rustix::net::{AddressFamily, SocketType};
use support::{Event, FakeDaemon, Over, Step, TOKEN, answer, home, write};

const VERSIONS: &str = r#"{"versions": ["v1"]}"#;
const BOTH: [Over; 2] = [Over::Tcp, Over::Unix];

fn ok() -> Step {
    Step::Answer(answer(200, VERSIONS))
}

fn requests(daemon: &FakeDaemon) -> usize {
    let events = daemon.all_events();
    events.iter().filter(|event| matches!(event, Event::Request(_))).count()
}

#[test]
fn answers() {
    let chunked =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"ver\r\nf\r\nsions\": [\"v1\"]}\r\n0\r\n\r\n";
    let msgpack = b"\x81\xa8versions\x91\xa2v1";
    for over in BOTH {
        for bytes in [answer(200, VERSIONS), chunked.to_vec(), answer(200, msgpack)] {
            let daemon = FakeDaemon::start(over, vec![vec![Step::Answer(bytes)]]);
            assert_eq!(daemon.client().versions().unwrap(), ["v1"]);
        }
    }
}

#[test]
fn refusals_and_broken_answers() {
    let wrong = r#"{"error": true, "message": "wrong password"}"#;
    let page = "<html>\r\nproxy says no</html>";
    let many = "x".repeat(1000);
    let cases = [
        (answer(401, wrong), "wrong password (status 401)".to_owned()),
        (
            answer(400, b"\x82\xa5error\xc3\xa7message\xa3bad"),
            "bad (status 400)".to_owned(),
        ),
        (
            answer(
                404,
                r#"{"error": {"code": "key_not_found", "hint": "look", "message": "no such key"}}"#,
            ),
            "no such key (key_not_found); look".to_owned(),
        ),
        (answer(502, page), "<html>proxy says no</html> (status 502)".to_owned()),
        (answer(500, ""), " (status 500)".to_owned()),
        (answer(500, &many), format!("{} (status 500)", "x".repeat(200))),
        (
            b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n".to_vec(),
            " (status 302)".to_owned(),
        ),
        (answer(200, "{"), "the answer cannot be understood: ".to_owned()),
        (
            b"220 mail ready\r\n".to_vec(),
            "the answer cannot be understood: not HTTP: invalid HTTP version".to_owned(),
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 67108865\r\n\r\n".to_vec(),
            "the answer cannot be understood: body: too long".to_owned(),
        ),
    ];
    for over in BOTH {
        for (bytes, message) in &cases {
            let daemon = FakeDaemon::start(over, vec![vec![Step::Answer(bytes.clone())]]);
            let error = daemon.client().versions().unwrap_err().to_string();
            match message.ends_with(": ") {
                true => assert!(error.starts_with(message), "{error}"),
                false => assert_eq!(error, *message),
            }
        }
    }
}

/// A daemon that is not ready answers; one that does not know the question refuses it.
#[test]
fn readiness() {
    let not_ready = r#"{"ready": false, "reasons": ["the disk does not answer"]}"#;
    let cases = [
        (200, r#"{"ready": true, "reasons": []}"#, "Ok(true, [])"),
        (503, not_ready, "Ok(false, [\"the disk does not answer\"])"),
        (404, "404 page not found", "404 page not found (status 404)"),
        (500, not_ready, "(status 500)"),
        (503, r#"{"error": true, "message": "busy"}"#, "busy (status 503)"),
        (200, "{}", "the answer cannot be understood"),
    ];
    for over in BOTH {
        for (status, body, expected) in cases {
            let daemon = FakeDaemon::start(over, vec![vec![Step::Answer(answer(status, body))]]);
            let said = match daemon.client().ready() {
                Ok(Readiness { ready, reasons }) => format!("Ok({ready}, {reasons:?})"),
                Err(error) => error.to_string(),
            };
            assert!(said.contains(expected), "{status} {body}: {said}");
        }
    }
}

#[test]
fn encodings_and_headers() {
    let expected: [(Over, &str, &[u8]); 2] = [
        (
            Over::Tcp,
            "json",
            b"\r\n\r\n{\n  \"wallet_id\": \"id\",\n  \"wallet_password\": \"pw\"\n}",
        ),
        (
            Over::Unix,
            "msgpack",
            b"\r\n\r\n\x82\xa9wallet_id\xa2id\xafwallet_password\xa2pw",
        ),
    ];
    for (over, encoding, body) in expected {
        let daemon = FakeDaemon::start(over, vec![vec![Step::Answer(answer(200, "{}"))]]);
        daemon.client().init_wallet("id", "pw").unwrap();
        let events = daemon.all_events();
        let Event::Request(request) = &events[1] else {
            panic!("{events:?}");
        };
        assert!(request.ends_with(body), "{}", request.escape_ascii());
        let head = String::from_utf8_lossy(request);
        assert!(head.starts_with("POST /v1/wallet/init HTTP/1.1\r\nHost: "));
        assert!(head.contains(&format!("\r\nx-kmd-api-token: {TOKEN}\r\n")));
        assert!(head.contains(&format!("\r\nContent-Type: application/{encoding}\r\n")));
        assert!(head.contains(&format!("\r\nAccept: application/{encoding}\r\n")));
    }
}

#[test]
fn one_connection_carries_many_requests() {
    for over in BOTH {
        let daemon = FakeDaemon::start(over, vec![vec![ok(), Step::Answer(answer(400, "{}")), ok()]]);
        let client = daemon.client();
        client.versions().unwrap();
        client.versions().unwrap_err();
        client.versions().unwrap();
        assert_eq!(requests(&daemon), 3);
    }
}

#[test]
fn a_connection_that_was_closed_meanwhile_is_replaced() {
    for over in BOTH {
        let daemon = FakeDaemon::start(over, vec![vec![ok()], vec![ok()]]);
        let client = daemon.client();
        client.versions().unwrap();
        daemon.wait_for_close();
        client.versions().unwrap();
    }
}

#[test]
fn a_connection_that_the_daemon_ends_is_replaced() {
    let last = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
    for over in BOTH {
        let daemon = FakeDaemon::start(over, vec![vec![Step::Answer(last.to_vec()), Step::Swallow], vec![ok()]]);
        let client = daemon.client();
        client.versions().unwrap();
        client.versions().unwrap();
    }
}

#[test]
fn a_request_that_may_have_been_carried_out_is_not_repeated() {
    for over in BOTH {
        for broken in [Step::Swallow, Step::Answer(b"HTTP/1.1 200 OK\r\n".to_vec())] {
            let daemon = FakeDaemon::start(over, vec![vec![ok(), broken]]);
            let client = daemon.client();
            client.versions().unwrap();
            let error = client.release_wallet(&SecretText::new("handle")).unwrap_err();
            assert!(
                matches!(error, Error::Transport(TransportError::Lost { .. })),
                "{error:?}"
            );
            assert_eq!(requests(&daemon), 2);
        }
    }
}

#[test]
fn a_refusal_while_the_request_is_being_sent_is_heard() {
    let refusal = answer(413, r#"{"error": true, "message": "too large"}"#);
    let steps = vec![vec![Step::Refuse(refusal.clone())], vec![Step::Refuse(refusal)]];
    let daemon = FakeDaemon::start(Over::Unix, steps);
    let large = "x".repeat(2_000_000);
    let error = daemon.client().init_wallet(&large, "").unwrap_err();
    assert_eq!(error.to_string(), "too large (status 413)");
}

#[test]
fn waiting_has_an_end() {
    let timeouts = Timeouts {
        answer: Duration::from_millis(20),
        ..Timeouts::default()
    };
    for over in BOTH {
        let daemon = FakeDaemon::start(over, vec![vec![Step::Hang], vec![ok()]]);
        let client = daemon.client().with_timeouts(timeouts);
        let error = client.versions().unwrap_err();
        let Error::Transport(TransportError::Lost { source, .. }) = &error else {
            panic!("{error:?}");
        };
        assert_eq!(source.kind(), std::io::ErrorKind::TimedOut);
        // The answer that may still come is not taken for the next one's.
        let client = client.with_timeouts(Timeouts::default());
        assert_eq!(client.versions().unwrap(), ["v1"]);
    }
}

#[test]
fn sending_has_an_end() {
    let timeouts = Timeouts {
        answer: Duration::from_millis(20),
        ..Timeouts::default()
    };
    let home = home();
    let _unserved = std::os::unix::net::UnixListener::bind(home.path().join("kmd.sock")).unwrap();
    let client = Client::open(home.path()).unwrap().with_timeouts(timeouts);
    let error = client.init_wallet(&"x".repeat(2_000_000), "").unwrap_err();
    assert!(
        matches!(error, Error::Transport(TransportError::NotSent { .. })),
        "{error:?}"
    );
}

#[test]
fn files_of_the_data_directory() {
    let home = home();
    let path = home.path().display().to_string();
    let open = || Client::open(home.path()).map_err(|error| error.to_string());

    assert_eq!(
        open().unwrap_err(),
        format!(
            "cannot read {path}/kmd.net: No such file or directory (os error 2). \
             Is a daemon running? This starts one: kmd -d {path}"
        )
    );

    // A socket and an address that nobody serves any more.
    drop(std::os::unix::net::UnixListener::bind(home.path().join("kmd.sock")).unwrap());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    write(home.path(), "kmd.net", &address);
    assert_eq!(*open().unwrap().peer(), Peer::Tcp(address.clone()));

    write(home.path(), "kmd.token", "short\n");
    assert_eq!(open().unwrap_err(), "an API token is one line of 64 to 256 characters");
    std::fs::remove_file(home.path().join("kmd.token")).unwrap();
    assert!(open().unwrap_err().starts_with("cannot read the API token from"));
    let without = Client::open_without_token(home.path()).unwrap();
    assert_eq!(*without.peer(), Peer::Tcp(address));

    let (_reserved, address) = address_without_listener();
    write(home.path(), "kmd.net", &address);
    assert_eq!(
        open().unwrap_err(),
        format!(
            "cannot connect to {address}: Connection refused (os error 111). \
             Is the daemon running? This starts it: kmd -d {path}"
        )
    );

    write(home.path(), "kmd.net", " \n");
    assert!(open().unwrap_err().contains("kmd.net: it is empty"));
}

/// A socket that holds an address and does not listen there.
fn address_without_listener() -> (std::os::fd::OwnedFd, String) {
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    rustix::net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = rustix::net::getsockname(&socket).unwrap();
    (socket, SocketAddrV4::try_from(address).unwrap().to_string())
}

#[test]
fn the_address_may_be_a_url() {
    let daemon = FakeDaemon::start(Over::Tcp, vec![vec![ok()]]);
    let address = std::fs::read_to_string(daemon.home.path().join("kmd.net")).unwrap();
    let client = Client::tcp(&format!("http://{address}/"), TOKEN).unwrap();
    assert_eq!(*client.peer(), Peer::Tcp(address));
    client.versions().unwrap();

    let error = Client::tcp("127.0.0.1:1", "short").unwrap_err();
    assert!(matches!(error, Error::Token(TokenError::Malformed)));
    assert!(!format!("{client:?}").contains(TOKEN));
}

#[test]
fn threads_share_a_client() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    let daemon = FakeDaemon::start(Over::Unix, vec![vec![ok(); 8]]);
    let client = daemon.client();
    is_shared(&client);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (client.versions().unwrap(), client.versions().unwrap()));
        }
    });
    assert_eq!(requests(&daemon), 8);
}
