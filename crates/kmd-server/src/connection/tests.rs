//! Whole connections, on a paused clock: what is idle is passed over, so that
//! limits of minutes are seen at once.

mod crowd;
mod noted;

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use kmd_core::{AllowAll, Kmd, KmdSettings, ManualClock, NoToken};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep};

use self::noted::{Note, Noted};
use super::*;
use crate::http::Cors;
use crate::limits::Limits;
use crate::random::OsRandom;
use crate::token::ApiToken;
use crate::workers::Seat;

const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const BUDGET: usize = 512 << 10;
const VERSIONS: &str = "GET /versions HTTP/1.1\r\n\r\n";

fn daemon() -> Arc<Daemon> {
    let kmd = Kmd::new(KmdSettings {
        drivers: Vec::new(),
        session_lifetime: Duration::from_secs(60),
        clock: Arc::new(ManualClock::default()),
        random: Arc::new(OsRandom),
        policy: Arc::new(AllowAll),
        recorder: Arc::new(AllowAll),
        threads: NonZeroUsize::MIN,
        token: Arc::new(NoToken),
    });
    let token = ApiToken::parse(TOKEN.as_bytes()).unwrap();
    let cors = Cors {
        allowed_origins: Vec::new(),
        allow_private_network: false,
    };
    let limits = Limits {
        body: 1024,
        batch_body: 1 << 20,
        buffered_bodies: BUDGET,
        header: 8192,
        header_timeout: Duration::from_secs(8),
        body_timeout: Duration::from_secs(30),
        idle_timeout: Duration::from_secs(120),
        connections: NonZeroUsize::MIN,
    };
    Daemon::detached(kmd, token, cors, limits)
}

/// The client's end of a connection that is served, and what stops the daemon.
fn connect() -> (UnixStream, watch::Sender<bool>) {
    connect_to(&daemon())
}

fn connect_to(daemon: &Arc<Daemon>) -> (UnixStream, watch::Sender<bool>) {
    connect_as(Seat::of(&Arc::default()), daemon)
}

fn connect_as(seat: Seat, daemon: &Arc<Daemon>) -> (UnixStream, watch::Sender<bool>) {
    let (client, stream) = UnixStream::pair().unwrap();
    let (stop, stopping) = watch::channel(false);
    let daemon = Arc::clone(daemon);
    tokio::spawn(async move { serve(stream, Door::Unix, daemon, stopping, seat).await });
    (client, stop)
}

/// All that a connection answers to these bytes, after which nothing is sent.
async fn answers(bytes: &[u8]) -> String {
    let (mut client, _stop) = connect();
    client.write_all(bytes).await.unwrap();
    client.shutdown().await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    answer
}

fn statuses(answer: &str) -> Vec<&str> {
    answer
        .split("HTTP/1.")
        .skip(1)
        .map(|one| one.get(2..5).unwrap())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn framings() {
    let head = format!("POST /v1/wallet/init HTTP/1.1\r\nX-KMD-API-Token: {TOKEN}\r\n");
    // A body that decodes gets as far as asking for the driver, of which there is none.
    let cases = [
        ("one", VERSIONS.to_owned(), "200"),
        ("three in a row", VERSIONS.repeat(3), "200 200 200"),
        ("blank lines before", format!("\r\n\r\n{VERSIONS}"), "200"),
        (
            "closing",
            format!("GET /versions HTTP/1.1\r\nConnection: close\r\n\r\n{VERSIONS}"),
            "200",
        ),
        ("1.0", format!("GET /versions HTTP/1.0\r\n\r\n{VERSIONS}"), "200"),
        (
            "1.0 kept",
            format!("GET /versions HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n{VERSIONS}"),
            "200 200",
        ),
        (
            "length",
            format!("{head}Content-Length: 2\r\n\r\n{{}}{VERSIONS}"),
            "400 200",
        ),
        (
            "chunks",
            format!("{head}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n1\r\n}}\r\n0\r\n\r\n{VERSIONS}"),
            "400 200",
        ),
        (
            "both",
            format!("{head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{VERSIONS}"),
            "400",
        ),
        (
            "two lengths",
            format!("{head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}{VERSIONS}"),
            "400",
        ),
        (
            "bad chunks",
            format!("{head}Transfer-Encoding: chunked\r\n\r\nz\r\n{VERSIONS}"),
            "400",
        ),
        (
            "too large",
            format!("{head}Content-Length: 1025\r\n\r\n{}{VERSIONS}", " ".repeat(1025)),
            "413",
        ),
        (
            "in chunks too large",
            format!("{head}Transfer-Encoding: chunked\r\n\r\n401\r\n{}", " ".repeat(1025)),
            "413",
        ),
        (
            "told to go on",
            format!("{head}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"),
            "100 400",
        ),
        (
            "told nothing, too large",
            format!("{head}Content-Length: 1025\r\nExpect: 100-continue\r\n\r\n"),
            "413",
        ),
        (
            "nothing to go on with",
            format!("{head}Expect: 100-continue\r\n\r\n"),
            "400",
        ),
        (
            "waits in vain",
            "POST /v1/key HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n".to_owned(),
            "401",
        ),
        (
            "asks to go on and does",
            format!("POST /v1/key HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{{}}{VERSIONS}"),
            "401 200",
        ),
        (
            "wrong token",
            format!("POST /v1/key HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}{VERSIONS}"),
            "401 200",
        ),
        (
            "wrong token, much",
            "POST /v1/key HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n{}".to_owned(),
            "401",
        ),
        (
            "a head too long",
            format!("GET /versions HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(8192)),
            "431",
        ),
        (
            "a head too long, and then none",
            format!("GET /versions HTTP/1.1\r\nX: {}\0\r\n\r\n", "x".repeat(8192)),
            "431",
        ),
        (
            "none, and too long",
            format!("GET /versions HTTP/1.1\r\nX: \0{}\r\n\r\n", "x".repeat(8192)),
            "400",
        ),
        (
            "a body longer than a head may be",
            format!(
                "POST /v2/transactions/sign HTTP/1.1\r\nX-KMD-API-Token: {TOKEN}\r\nContent-Length: 9000\r\n\r\n{}{VERSIONS}",
                " ".repeat(9000)
            ),
            "400 200",
        ),
        ("no HTTP", "\u{16}\u{3}\u{1}".to_owned(), "400"),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), "400"),
        ("broken off", "GET /versions HT".to_owned(), ""),
        ("nothing", String::new(), ""),
    ];
    for (what, sent, expected) in cases {
        let answer = answers(sent.as_bytes()).await;
        assert_eq!(statuses(&answer).join(" "), expected, "{what}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn heads_of_answers() {
    let kept = answers(VERSIONS.as_bytes()).await;
    let (head, body) = kept.split_once("\r\n\r\n").unwrap();
    let lines: Vec<&str> = head.split("\r\n").collect();
    assert_eq!(lines[..2], ["HTTP/1.1 200 OK", "Content-Type: application/json"]);
    assert_eq!(lines[2], format!("Content-Length: {}", body.len()));
    assert!(lines[3].starts_with("Date: ") && lines[3].ends_with(" GMT"), "{head}");
    assert_eq!(lines.len(), 4);

    let head_only = answers(b"HEAD /versions HTTP/1.1\r\n\r\n").await;
    assert!(
        head_only.ends_with("\r\n\r\n") && head_only.contains("Content-Length: "),
        "{head_only}"
    );

    let long = answers(b"GET /swagger.json HTTP/1.1\r\n\r\n").await;
    assert!(long.contains("Transfer-Encoding: chunked") && long.ends_with("\r\n0\r\n\r\n"));
    let old = answers(b"GET /swagger.json HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").await;
    assert!(
        old.starts_with("HTTP/1.0 200") && old.contains("Connection: close") && old.trim_end().ends_with('}'),
        "{old}"
    );
}

/// Who has no body waits for nothing, whatever it says.
#[tokio::test(start_paused = true)]
async fn without_a_body_nothing_is_expected() {
    let answer = answers(b"GET /versions HTTP/1.1\r\nExpect: 100-continue\r\n\r\n").await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && !answer.contains("Connection: close"),
        "{answer}"
    );
}

/// Who sends too much is told how much is taken, and what raises that.
#[tokio::test(start_paused = true)]
async fn the_limit_that_was_passed_is_named() {
    for (path, limit, setting) in [
        ("/v2/token/rotate", 1024, "kmd.max_body_bytes"),
        ("/v2/transactions/sign", 1 << 20, "kmd.max_batch_body_bytes"),
    ] {
        let length = limit + 1;
        let asked = format!("POST {path} HTTP/1.1\r\nX-KMD-API-Token: {TOKEN}\r\nContent-Length: {length}\r\n\r\n");
        let answer = answers(asked.as_bytes()).await;
        let hint = format!("send {limit} bytes at the most, or raise {setting} in kmd_config.json");
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains(&hint), "{answer}");
    }
}

/// Seconds until a connection ends.
async fn end(client: &mut UnixStream) -> u64 {
    let started = Instant::now();
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).await.unwrap();
    started.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_ends() {
    let (mut client, _stop) = connect();
    assert_eq!(end(&mut client).await, 120);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_used_has_its_time_anew() {
    let (mut client, _stop) = connect();
    sleep(Duration::from_secs(100)).await;
    client.write_all(VERSIONS.as_bytes()).await.unwrap();
    assert_eq!(end(&mut client).await, 120);
}

#[tokio::test(start_paused = true)]
async fn a_head_has_its_time_from_the_first_byte_on() {
    let (client, _stop) = connect();
    let (mut reader, mut writer) = client.into_split();
    let drip = tokio::spawn(async move {
        while writer.write_all(b"x").await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
    });
    let started = Instant::now();
    let mut rest = Vec::new();
    let _ = reader.read_to_end(&mut rest).await;
    assert_eq!(started.elapsed().as_secs(), 8);
    drip.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_body_has_its_time() {
    let (mut client, _stop) = connect();
    let head = format!("POST /v1/key HTTP/1.1\r\nX-KMD-API-Token: {TOKEN}\r\nContent-Length: 9\r\n\r\n{{");
    client.write_all(head.as_bytes()).await.unwrap();
    let started = Instant::now();
    let mut answer = [0; 12];
    client.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert_eq!(started.elapsed().as_secs(), 30);
}

/// Large bodies have a budget together, of which each takes what came of it.
#[tokio::test(start_paused = true)]
async fn large_bodies_have_a_budget_together() {
    const LARGE: usize = 300 << 10;
    let daemon = daemon();
    let head = format!("POST /v2/transactions/sign HTTP/1.1\r\nX-KMD-API-Token: {TOKEN}\r\n");
    let by_length = format!("{head}Content-Length: {LARGE}\r\n\r\n{}", " ".repeat(LARGE - 1));
    let in_chunks = format!(
        "{head}Transfer-Encoding: chunked\r\n\r\n{LARGE:x}\r\n{}",
        " ".repeat(LARGE - 1)
    );
    let small = format!("{head}Content-Length: {}\r\n\r\n{}", 60 << 10, " ".repeat(60 << 10));
    for (first, last) in [(&by_length, "x"), (&in_chunks, "x\r\n0\r\n\r\n")] {
        let (mut holder, _stop) = connect_to(&daemon);
        holder.write_all(first.as_bytes()).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        for refused in [&by_length, &in_chunks] {
            let (mut other, _stop) = connect_to(&daemon);
            let mut answer = String::new();
            // It is refused while it sends, and may not read all of it then.
            let _ = other.write_all(refused.as_bytes()).await;
            let _ = other.read_to_string(&mut answer).await;
            assert!(
                answer.starts_with("HTTP/1.1 503") && answer.contains("Retry-After: 1"),
                "{answer}"
            );
        }
        let (mut other, _stop) = connect_to(&daemon);
        other.write_all(small.as_bytes()).await.unwrap();
        assert_eq!(status(&mut other).await, "HTTP/1.1 400", "a small body needs no seat");
        holder.write_all(last.as_bytes()).await.unwrap();
        assert_eq!(status(&mut holder).await, "HTTP/1.1 400", "a whole body is looked at");
        let (mut next, _stop) = connect_to(&daemon);
        next.write_all(&[first.as_bytes(), last.as_bytes()].concat())
            .await
            .unwrap();
        assert_eq!(status(&mut next).await, "HTTP/1.1 400", "what was held is given back");
    }
}

/// Little came of a body, so little is held for it.
#[tokio::test(start_paused = true)]
async fn what_is_announced_takes_no_share() {
    const LARGE: usize = 480 << 10;
    let daemon = daemon();
    let head =
        format!("POST /v2/transactions/sign HTTP/1.1\r\nX-KMD-API-Token: {TOKEN}\r\nContent-Length: {LARGE}\r\n\r\n");
    let (mut holder, _stop) = connect_to(&daemon);
    holder
        .write_all(format!("{head}{}", " ".repeat(10_000)).as_bytes())
        .await
        .unwrap();
    sleep(Duration::from_secs(1)).await;
    let (mut other, _stop) = connect_to(&daemon);
    let whole = format!("{head}{}", " ".repeat(LARGE));
    other.write_all(whole.as_bytes()).await.unwrap();
    assert_eq!(status(&mut other).await, "HTTP/1.1 400");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_there_is_not_waited_for() {
    let (stream, notes, mut client) = Noted::pair();
    let (_stop, stopping) = watch::channel(false);
    client.write_all(VERSIONS.repeat(2).as_bytes()).await.unwrap();
    client.shutdown().await.unwrap();
    serve(stream, Door::Unix, daemon(), stopping, Seat::of(&Arc::default())).await;
    let notes = notes.lock().unwrap();
    let mut between = notes.split(|note| *note == Note::Written).skip(1);
    assert_eq!(
        between.next().map(<[Note]>::len),
        Some(0),
        "the second follows the first"
    );
    assert!(
        between.next().is_some_and(|rest| !rest.is_empty()),
        "a third is looked for"
    );
}

/// A worker serves many connections: the body of one does not keep it for long.
#[tokio::test(start_paused = true)]
async fn a_large_body_is_read_in_pieces() {
    const LARGE: usize = 480 << 10;
    let (stream, notes, mut client) = Noted::pair();
    let (_stop, stopping) = watch::channel(false);
    let head =
        format!("POST /v2/transactions/sign HTTP/1.1\r\nX-KMD-API-Token: {TOKEN}\r\nContent-Length: {LARGE}\r\n\r\n");
    let asking = async {
        client.write_all(head.as_bytes()).await.unwrap();
        client.write_all(" ".repeat(LARGE).as_bytes()).await.unwrap();
        assert_eq!(status(&mut client).await, "HTTP/1.1 400");
        client.shutdown().await.unwrap();
    };
    let seat = Seat::of(&Arc::default());
    tokio::join!(serve(stream, Door::Unix, daemon(), stopping, seat), asking);
    let notes = notes.lock().unwrap();
    let most = notes.iter().filter_map(|note| match note {
        Note::Offered(bytes) => Some(*bytes),
        _ => None,
    });
    assert_eq!(most.max(), Some(128 << 10));
}

async fn status(client: &mut UnixStream) -> String {
    let mut answer = [0; 12];
    client.read_exact(&mut answer).await.unwrap();
    String::from_utf8(answer.to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_read_ends() {
    let (mut client, _stop) = connect();
    let many = "GET /swagger.json HTTP/1.1\r\n\r\n".repeat(200);
    client.write_all(many.as_bytes()).await.unwrap();
    sleep(Duration::from_secs(121)).await;
    let answer = async {
        let mut rest = Vec::new();
        let _ = client.read_to_end(&mut rest).await;
        rest.len()
    };
    assert!(answer.await < 200 * 10_000, "not all was answered");
}

/// What was waited for before takes nothing from the time of an answer.
#[tokio::test(start_paused = true)]
async fn each_answer_has_its_own_time() {
    let (mut client, stream) = UnixStream::pair().unwrap();
    while stream.try_write(&[0; 4096]).is_ok() {}
    let (_stop, stopping) = watch::channel(false);
    let mut peer = Peer::new(stream, stopping, Seat::of(&Arc::default()));
    peer.allow(Duration::from_secs(30));
    sleep(Duration::from_secs(30)).await;
    let answer = b"an answer";
    let mut slices = [io::IoSlice::new(answer)];
    let writing = async {
        let written = peer.write(&mut slices, Duration::from_secs(120)).await;
        drop(peer);
        written
    };
    let reading = async {
        sleep(Duration::from_secs(119)).await;
        let mut came = Vec::new();
        client.read_to_end(&mut came).await.unwrap();
        came
    };
    let (written, came) = tokio::join!(writing, reading);
    assert!(written.is_ok() && came.ends_with(answer));
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_what_does_nothing() {
    for sent in ["", "GET /versions HT", VERSIONS] {
        let (mut client, stop) = connect();
        client.write_all(sent.as_bytes()).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        stop.send(true).unwrap();
        assert_eq!(end(&mut client).await, 0, "{sent}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_came_before_the_stop_is_answered() {
    let (mut client, stop) = connect();
    client.write_all(VERSIONS.as_bytes()).await.unwrap();
    stop.send(true).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("Connection: close"),
        "{answer}"
    );
}
