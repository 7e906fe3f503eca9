//! The end comes soon, whatever clients and others do to hold it up, and what runs is answered before it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use rustix::process::Signal;
use serde_json::json;
use std::{
    fs::{self, File},
    io::ErrorKind,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use support::{
    PATIENCE, TOKEN,
    api::{Api, creation},
    daemon::{Daemon, Exit, Home, cheap, cheap_with},
    golden::{self, Wallet},
    http::{Connection, Reply, Request},
    not_tested, wait_at_most,
};

/// What the end takes at most when nobody waits for an answer.
const SOON: Duration = Duration::from_secs(3);

/// A client that is in the way.
type Client = fn(&Daemon) -> Connection;

const CLIENTS: [(&str, Client); 7] = [
    ("a fresh connection", Daemon::tcp),
    ("a fresh connection to the socket", Daemon::unix),
    ("a connection that was used", used),
    ("half a head", |daemon| wrote(daemon.tcp(), HALF_A_HEAD)),
    ("half a second head", |daemon| wrote(used(daemon), HALF_A_HEAD)),
    ("half a body", |daemon| {
        let head = format!(
            "POST /v1/key/list HTTP/1.1\r\nHost: x\r\nX-KMD-API-Token: {TOKEN}\r\nContent-Length: 99\r\n\r\n{{\"wal"
        );
        wrote(daemon.tcp(), &head)
    }),
    ("answers that are not read", |daemon| {
        // Far more than sockets hold.
        let requests = "GET /swagger.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000);
        wrote(daemon.tcp(), &requests)
    }),
];

const HALF_A_HEAD: &str = "GET /versions HTTP/1.1\r\nHost: loc";

fn used(daemon: &Daemon) -> Connection {
    let mut connection = daemon.tcp();
    assert_eq!(connection.send(&versions()).status, 200);
    connection
}

fn wrote(mut connection: Connection, text: &str) -> Connection {
    connection.write(text.as_bytes()).unwrap();
    connection
}

fn versions() -> Request {
    Request::new("GET", "/versions")
}

/// Connections are accepted in order: when later ones have been served, earlier ones are being read from.
fn settle(daemon: &Daemon) {
    for _ in 0..3 {
        assert_eq!(daemon.tcp().send(&versions()).status, 200);
        assert_eq!(daemon.unix().send(&versions()).status, 200);
    }
}

#[track_caller]
fn ends_within(limit: Duration, what: &str, daemon: &mut Daemon) -> Exit {
    let start = Instant::now();
    let exit = daemon.process.wait();
    let took = start.elapsed();
    assert!(took < limit, "{what}: the end took {took:?}");
    exit
}

#[test]
fn clients_that_do_nothing_do_not_hold_it_up() {
    for (what, client) in CLIENTS {
        let mut daemon = Home::cheap().start();
        let _connection = client(&daemon);
        settle(&daemon);
        daemon.process.signal(Signal::TERM);
        let exit = ends_within(SOON, what, &mut daemon);
        assert_eq!((exit.code, exit.signal), (Some(0), None), "{what}: {exit:?}");
        let home = &daemon.home;
        assert!(!home.has("kmd.net") && !home.has("kmd.pid") && !home.has("kmd.sock"));
    }
}

#[test]
fn what_runs_is_answered_beside_clients_that_do_nothing() {
    let home = Home::with(&cheap_with(json!({"kdf_parallel": 1, "kdf_queue": 0})));
    let slow = golden::wallet("default parameters");
    slow.copy_to(&home.make_wallets());
    let quick = golden::wallet("plain");
    quick.copy_to(&home.wallets());
    let mut daemon = home.start();
    let _connections = CLIENTS.map(|(_, client)| client(&daemon));
    settle(&daemon);

    let mut api = daemon.api();
    let (mut opener, opening) = (daemon.api(), opening(&slow));
    // The probe may be in the only place when it arrives.
    let running = thread::spawn(move || opener.post_until_not_busy("/v1/wallet/init", &opening));
    api.await_busy(|| running.is_finished());
    daemon.process.signal(Signal::TERM);

    let answer: Reply = running.join().unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let exit = ends_within(SOON, "after the answer", &mut daemon);
    assert_eq!(exit.code, Some(0), "{exit:?}");
}

fn opening(wallet: &Wallet) -> serde_json::Value {
    json!({"wallet_id": wallet.id(), "wallet_password": wallet.password()})
}

/// The lock that creating and renaming wallets waits for, in another process.
fn lock_folder(home: &Home) -> File {
    let folder = File::open(home.make_wallets()).unwrap();
    folder.lock().unwrap();
    folder
}

/// A request that waits for as long as the folder is locked.
fn start_creation(daemon: &Daemon, name: &str) -> Api {
    let mut api = daemon.api();
    let request = api.request("POST", "/v1/wallet").body(creation(name, "").to_string());
    api.connection().start(&request).unwrap();
    api
}

/// Tries to connect until nobody listens any more.
fn await_refusal(address: SocketAddr) {
    wait_at_most(SOON, "nobody listens any more", || {
        TcpStream::connect(address).err().ok_or("it still listens")
    });
}

#[test]
fn a_second_signal_ends_it_at_once() {
    for [first, second] in [
        [Signal::TERM, Signal::TERM],
        [Signal::INT, Signal::INT],
        [Signal::TERM, Signal::INT],
    ] {
        let home = Home::cheap();
        let _lock = lock_folder(&home);
        let mut daemon = home.start();
        let _pending = start_creation(&daemon, "first");
        settle(&daemon);
        daemon.process.signal(first);
        await_refusal(daemon.address);
        daemon.process.signal(second);
        ends_within(Duration::from_secs(1), &format!("{first:?}, {second:?}"), &mut daemon);
    }
}

#[test]
fn a_locked_folder_does_not_hold_it_up_for_ever() {
    let home = Home::cheap();
    let _lock = lock_folder(&home);
    let mut daemon = home.start();
    let _pending = start_creation(&daemon, "first");
    settle(&daemon);
    let start = Instant::now();
    daemon.process.signal(Signal::TERM);

    await_refusal(daemon.address);
    let refused = Instant::now();
    // Whoever finds the file would try an address where nobody is, or somebody else.
    while home.has("kmd.net") {
        let waited = refused.elapsed();
        assert!(
            waited < Duration::from_millis(500),
            "kmd.net tells of an address {waited:?} after its end"
        );
        thread::yield_now();
    }
    daemon.process.wait();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(8), "the end took {took:?}");
    assert_eq!(home.wallet_files(), [] as [&str; 0]);
}

#[test]
fn a_locked_folder_is_an_error_in_the_end() {
    // "About ten seconds", on a machine that is busy.
    let limit = Duration::from_secs(13);
    let home = Home::cheap();
    home.make_wallets();
    let daemon = home.start();
    let mut api = daemon.api();
    let id = api.create("first", "");
    let handle = api.open(&id, "");
    let lock = lock_folder(&home);

    let mut creating = start_creation(&daemon, "second");
    let mut renaming = daemon.api();
    let body = json!({"wallet_id": id, "wallet_password": "", "wallet_name": "third"});
    let request = renaming.request("POST", "/v1/wallet/rename").body(body.to_string());
    renaming.connection().start(&request).unwrap();
    let start = Instant::now();
    settle(&daemon);
    assert_eq!(api.wallet_ids(), [id.as_str()]);
    let key = api.generate(&handle);
    assert_eq!(api.keys(&handle), [key]);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(1), "others waited {took:?}");
    for (what, client) in [("create", &mut creating), ("rename", &mut renaming)] {
        client.connection().patience(limit).unwrap();
        let reply = client
            .connection()
            .answer("POST")
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(matches!(reply.status, 400..=599), "{what}: {}", reply.text());
        assert!(!reply.message().is_empty());
    }
    let took = start.elapsed();
    assert!(took < limit, "{took:?}");

    drop(lock);
    assert_eq!(api.wallet_names(), ["first"]);
    api.create("second", "");
    assert_eq!(
        renaming.post("/v1/wallet/rename", &body).status,
        200,
        "it is as if nothing had been"
    );
    assert_eq!(home.wallet_files().len(), 2);
}

/// Nobody got the handle, and nobody asks for anything: the keys go all the same.
#[test]
fn a_wallet_that_nobody_waits_for_is_closed_at_its_time() {
    let mut config = cheap();
    config["session_lifetime_secs"] = 1.into();
    let home = Home::with(&config);
    let wallet = golden::wallet("default parameters");
    let path = fs::canonicalize(wallet.copy_to(&home.make_wallets())).unwrap();
    let daemon = home.start();
    let Some(_) = open_files(&daemon) else {
        not_tested(
            "that a wallet which nobody waits for is closed at its time",
            "only root can see what the daemon has open",
        );
        return;
    };

    let mut api = daemon.api();
    let request = api
        .request("POST", "/v1/wallet/init")
        .body(opening(&wallet).to_string());
    api.connection().start(&request).unwrap();
    let mut idle = daemon.tcp();
    assert!(
        has_open(&daemon, &path, &mut idle, true, PATIENCE),
        "it is never opened"
    );
    api.connection().patience(Duration::from_millis(1)).unwrap();
    let early = api.connection().answer("POST");
    assert!(
        matches!(&early, Err(error) if error.kind() == ErrorKind::WouldBlock),
        "{early:?}"
    );
    drop(api);

    let closed = has_open(&daemon, &path, &mut idle, false, Duration::from_secs(10));
    assert!(closed, "{:?}", open_files(&daemon));
}

/// Looks until a file is open, or is not; tells whether that came in time.
fn has_open(daemon: &Daemon, path: &Path, idle: &mut Connection, wanted: bool, limit: Duration) -> bool {
    // Between two looks it waits where nothing comes: a request would wake the daemon.
    idle.patience(Duration::from_millis(10)).unwrap();
    let start = Instant::now();
    while start.elapsed() < limit {
        let open = open_files(daemon).unwrap();
        if open.iter().any(|open| open == path) == wanted {
            return true;
        }
        assert!(idle.rest().is_err(), "an end of the connection");
    }
    false
}

/// What a process has open, if that may be known.
fn open_files(daemon: &Daemon) -> Option<Vec<PathBuf>> {
    let descriptors = fs::read_dir(format!("/proc/{}/fd", daemon.process.id())).ok()?;
    // One may be closed between being listed and being looked at.
    let open = descriptors.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    Some(open.collect())
}
