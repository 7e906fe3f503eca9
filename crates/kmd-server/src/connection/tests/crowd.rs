//! Connections that wait for their turn.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::{connect_as, daemon};
use crate::workers::Crowd;

const LONG: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn in_a_crowd_who_watches_over_the_daemon_waits_for_nobody() {
    let at_once = ["GET /health ", "HEAD /health ", "GET /ready "];
    let in_turn = ["GET /versions ", "GET /healthy ", "POST /health ", "G"];
    for request in at_once.into_iter().chain(in_turn) {
        let crowd = Crowd::waiting();
        let (mut client, _stop) = connect_as(crowd.share(), &daemon());
        client.write_all(request.as_bytes()).await.unwrap();
        client.write_all(b"HTTP/1.1\r\n\r\n").await.unwrap();
        let mut answer = [0; 8];
        let soon = timeout(LONG, client.read_exact(&mut answer)).await;
        assert_eq!(soon.is_ok(), at_once.contains(&request), "{request}");
        if soon.is_err() {
            crowd.begin();
            client.read_exact(&mut answer).await.unwrap();
        }
        assert_eq!(&answer, b"HTTP/1.1", "{request}");
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_crowd_connections_end_in_turn() {
    let crowd = Crowd::waiting();
    crowd.begin();
    let (mut client, _stop) = connect_as(crowd.share(), &daemon());
    client.write_all(b"GET /versions HTTP/1.1\r\n\r\nG").await.unwrap();
    client.read_exact(&mut [0; 8]).await.unwrap();
    crowd.wait();
    client.shutdown().await.unwrap();
    let mut rest = Vec::new();
    assert!(timeout(LONG, client.read_to_end(&mut rest)).await.is_err());
    crowd.begin();
    client.read_to_end(&mut rest).await.unwrap();
}
