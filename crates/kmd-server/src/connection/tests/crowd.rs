//! Connections that wait for their turn.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::{sleep, timeout};

use super::{connect_as, daemon};
use crate::workers::Crowd;

/// Enough for whoever waits for nobody; the clock is paused.
const MOMENT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(1);

const HEALTH: &str = "GET /health HTTP/1.1\r\n\r\n";
const VERSIONS: &str = "GET /versions HTTP/1.1\r\n\r\n";

/// How many answers are there before it is anybody's turn.
async fn answers_at_once(crowd: &Crowd, client: &mut UnixStream) -> usize {
    let mut answers = Vec::new();
    let _ = timeout(LONG, client.read_to_end(&mut answers)).await;
    crowd.begin();
    String::from_utf8(answers).unwrap().matches("HTTP/1.1 ").count()
}

#[tokio::test(start_paused = true)]
async fn in_a_crowd_who_watches_over_the_daemon_waits_for_nobody() {
    let cases = [
        ("GET /health ", 1),
        ("HEAD /health ", 1),
        ("GET /ready ", 1),
        ("HEAD /metrics ", 1),
        ("GET /versions ", 0),
        ("GET /healthy ", 0),
        ("POST /health ", 0),
        ("G", 0),
    ];
    for (request, at_once) in cases {
        let crowd = Crowd::waiting();
        let (mut client, _stop) = connect_as(crowd.seat(), &daemon());
        client.write_all(request.as_bytes()).await.unwrap();
        client.write_all(b"HTTP/1.1\r\n\r\n").await.unwrap();
        assert_eq!(answers_at_once(&crowd, &mut client).await, at_once, "{request}");
        if at_once == 0 {
            let mut answer = [0; 8];
            client.read_exact(&mut answer).await.unwrap();
            assert_eq!(&answer, b"HTTP/1.1", "{request}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_follows_such_a_request_waits() {
    for (requests, at_once) in [
        (format!("{HEALTH}{HEALTH}"), 2),
        (format!("{HEALTH}{VERSIONS}{HEALTH}"), 1),
    ] {
        let crowd = Crowd::waiting();
        let (mut client, _stop) = connect_as(crowd.seat(), &daemon());
        client.write_all(requests.as_bytes()).await.unwrap();
        assert_eq!(answers_at_once(&crowd, &mut client).await, at_once, "{requests}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_rest_of_a_request_waits() {
    for first in [
        "G",
        "GET /health HTTP",
        "POST /v1/key HTTP/1.1\r\nContent-Length: 2\r\n\r\n",
    ] {
        let crowd = Crowd::waiting();
        crowd.begin();
        let (mut client, _stop) = connect_as(crowd.seat(), &daemon());
        client.write_all(first.as_bytes()).await.unwrap();
        sleep(MOMENT).await;
        crowd.wait();
        client.write_all(HEALTH.as_bytes()).await.unwrap();
        assert_eq!(answers_at_once(&crowd, &mut client).await, 0, "{first}");
        client.read_exact(&mut [0; 8]).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_that_an_answer_announces_waits_for_nobody() {
    let crowd = Crowd::waiting();
    let (mut client, _stop) = connect_as(crowd.seat(), &daemon());
    let request = "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n";
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let whole = timeout(LONG, client.read_to_string(&mut answer)).await;
    assert!(whole.is_ok() && answer.contains(" 200 "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn in_a_crowd_connections_end_in_turn() {
    let crowd = Crowd::waiting();
    crowd.begin();
    let (mut client, _stop) = connect_as(crowd.seat(), &daemon());
    client.write_all(format!("{VERSIONS}G").as_bytes()).await.unwrap();
    client.read_exact(&mut [0; 8]).await.unwrap();
    sleep(MOMENT).await;
    crowd.wait();
    client.shutdown().await.unwrap();
    let mut rest = Vec::new();
    assert!(timeout(LONG, client.read_to_end(&mut rest)).await.is_err());
    crowd.begin();
    client.read_to_end(&mut rest).await.unwrap();
}
