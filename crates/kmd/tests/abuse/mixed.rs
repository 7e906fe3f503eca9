//! A day in the life of a daemon, many times over: wallets are created, used, renamed, left to expire, deleted.

use super::level::Level;
use crate::support::{
    TOKEN,
    algorand::{base64, payment, public_key},
    api::{Api, string},
    daemon::{Daemon, Home, cheap},
    http::Connection,
    metrics::scrape,
    wait_for,
};
use serde_json::{Value, json};
use std::{
    env, fs,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

/// For scripts/soak.sh: how many seconds of load.
const SECONDS: &str = "KMD_SOAK_SECONDS";
const SHORT: Duration = Duration::from_secs(6);
/// What is measured once this part has passed is the level that must not grow.
const WARM_UP: u32 = 3;
/// MiB that a daemon may take more after it was warm; allocators do not give all back. Measured: less than one.
const GROWTH: u64 = 8;
const CLIENTS: usize = 3;
/// How long sessions last, and how often each client leaves one to its end. Else a machine that gets faster during a
/// run has more wallets open at once, and an allocator keeps the most that it ever gave.
const SESSION_SECONDS: u64 = 4;
const LEFT_EVERY: Duration = Duration::from_secs(2);
const PASSWORD: &str = "password of a soak";

/// Wallets of each part of the run that looks for what is kept of them, and the most parts.
const PART: usize = 1000;
const PARTS: usize = 10;
/// In so many parts one after the other little must be kept.
const CALM: usize = 2;
/// Bytes a wallet that a daemon may take more in these.
const KEPT: f64 = 200.0;

/// Where the daemon is to be reached.
struct Place {
    home: Home,
    address: SocketAddr,
}

impl Place {
    fn of(daemon: &Daemon) -> Self {
        Self {
            home: daemon.home.clone(),
            address: daemon.address,
        }
    }

    /// Half of the clients come over each of the two ways.
    fn connect(&self, number: usize) -> Api {
        let connection = match number % 2 {
            0 => Connection::tcp(self.address),
            _ => Connection::unix(&self.home.file("kmd.sock")),
        };
        Api::new(connection, TOKEN)
    }

    fn delete_file(&self, id: &str) {
        let mine = |name: &String| name.contains(id);
        let file = self.home.wallet_files().into_iter().find(mine).unwrap();
        fs::remove_file(self.home.wallets().join(file)).unwrap();
    }
}

/// Starts a daemon whose threads all allocate from one heap: else each has one of its own, which grows when it comes to
/// do the most that a thread does.
fn start(config: &Value) -> Daemon {
    let home = Home::in_memory(config);
    home.start_by(home.command().env("MALLOC_ARENA_MAX", "1"))
}

#[test]
fn nothing_grows_under_mixed_load() {
    let time = env::var(SECONDS).map_or(SHORT, |seconds| Duration::from_secs(seconds.parse().unwrap()));
    let mut config = cheap();
    config["session_lifetime_secs"] = SESSION_SECONDS.into();
    config["kmd"] = json!({"log_max_bytes": 1_000_000});
    let daemon = start(&config);
    let rounds = load(&daemon, time / WARM_UP);
    let warm = at_rest(&daemon);
    println!("soak: {rounds} rounds, then {warm:?}");
    let mut left = time - time / WARM_UP;
    let mut last = warm;
    let mut levels = vec![(0, warm)];
    while !left.is_zero() {
        let part = left.min(Duration::from_secs(60));
        left -= part;
        let rounds = load(&daemon, part);
        at_rest(&daemon);
        last = warm.comes_back(&daemon, GROWTH);
        levels.push((levels.last().unwrap().0 + rounds, last));
        println!("soak: {left:?} left: {rounds} rounds, then {last:?}");
    }
    // An ordinary run has too few wallets to tell what is kept of one.
    if time > SHORT {
        assert_little_is_kept([levels[0], levels[levels.len() / 2], levels[levels.len() - 1]]);
    }
    assert_eq!(last.files, 0, "wallet files were deleted");
    assert_eq!(daemon.stop().code, Some(0));
}

/// Sees what takes more than 200 bytes a wallet. An entry that stays in the table of wrong passwords takes about a
/// hundred, so that it is not seen here: that entries of tables go is for the unit tests of kmd-core,
/// `attempts.rs::wallets_that_are_gone_are_forgotten` and `session/tests.rs`.
#[test]
fn little_is_kept_of_wallets_that_are_gone() {
    let daemon = start(&cheap());
    let level = || {
        come_and_go(&daemon, PART);
        at_rest(&daemon)
    };
    // The first part is the warm-up.
    let mut before = level();
    let mut calm = 0;
    for _ in 1..PARTS {
        let after = level();
        let kept = kept(PART, before, after);
        println!("{kept} bytes kept of each wallet");
        calm = if kept < KEPT { calm + 1 } else { 0 };
        if calm == CALM {
            return;
        }
        before = after;
    }
    panic!("more was left again and again, at last {before:?}");
}

/// Looks at what the daemon took after the warm-up of a long run, in its middle, and at its end, each with the rounds
/// since the warm-up.
fn assert_little_is_kept(levels: [(usize, Level); 3]) {
    let halves = levels
        .windows(2)
        .map(|half| kept(half[1].0 - half[0].0, half[0].1, half[1].1));
    let kept: Vec<f64> = halves.collect();
    println!("soak: kept of each wallet, in bytes: {kept:?}");
    assert!(
        kept.iter().any(|bytes| *bytes < KEPT),
        "{kept:?} bytes of each wallet: {levels:?}"
    );
}

/// What the daemon took more for each of so many wallets, in bytes. What is kept of each grows in every part of a run;
/// what an allocator or a new thread takes once and for all, in some.
fn kept(wallets: usize, before: Level, after: Level) -> f64 {
    1024.0 * (after.anonymous as f64 - before.anonymous as f64) / wallets as f64
}

/// Wallets that are created, opened with a wrong and then with the right password, given up, and deleted.
fn come_and_go(daemon: &Daemon, wallets: usize) {
    let place = &Place::of(daemon);
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            scope.spawn(move || {
                let mut api = place.connect(client);
                for number in (client..wallets).step_by(CLIENTS) {
                    let id = api.create(&format!("wallet {number}"), PASSWORD);
                    let wrong = json!({"wallet_id": id, "wallet_password": "wrong"});
                    assert_eq!(api.post("/v1/wallet/init", &wrong).status, 401);
                    let handle = api.open(&id, PASSWORD);
                    api.generate(&handle);
                    api.ok("/v1/wallet/release", &json!({"wallet_handle_token": handle}));
                    place.delete_file(&id);
                }
            });
        }
    });
}

/// Waits until the handles that were left to expire are gone; gives what the daemon takes then.
fn at_rest(daemon: &Daemon) -> Level {
    wait_for("no handle is open", || {
        match scrape(daemon).value("kmd_sessions_open") {
            0.0 => Ok(()),
            open => Err(open),
        }
    });
    assert_eq!(daemon.api().wallet_names(), [] as [&str; 0]);
    let level = Level::of(daemon);
    assert_eq!(level.files, 0);
    level
}

fn load(daemon: &Daemon, time: Duration) -> usize {
    let until = Instant::now() + time;
    let place = &Place::of(daemon);
    let rounds = |client: usize| {
        let mut left = Instant::now();
        let round = |number: usize| {
            let leaves = left.elapsed() >= LEFT_EVERY;
            if leaves {
                left = Instant::now();
            }
            let name = format!("wallet {client} {number} {:?}", Instant::now());
            live(place, &name, number, leaves)
        };
        (0..).take_while(|_| Instant::now() < until).filter_map(round).count()
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|client| scope.spawn(move || rounds(client))).collect();
        let rounds = clients.into_iter().map(|client| client.join().unwrap()).sum();
        assert!(rounds > 0, "no wallet could be used to its end");
        rounds
    })
}

/// From the creation of a wallet to the deletion of its file; nothing when its handle expired before it was done with.
fn live(place: &Place, name: &str, number: usize, leaves: bool) -> Option<()> {
    let mut api = place.connect(number);
    let id = api.create(name, PASSWORD);
    // First, since what is known of wrong passwords goes with a right one, or after an hour.
    let wrong = json!({"wallet_id": id, "wallet_password": "wrong"});
    assert_eq!(api.post("/v1/wallet/init", &wrong).status, 401);
    let done = use_wallet(&mut api, &id, leaves);
    let rename = json!({"wallet_id": id, "wallet_password": PASSWORD, "wallet_name": format!("{name} too")});
    api.ok("/v1/wallet/rename", &rename);
    place.delete_file(&id);
    done
}

fn use_wallet(api: &mut Api, id: &str, leaves: bool) -> Option<()> {
    let handle = api.open(id, PASSWORD);
    let with_handle = json!({"wallet_handle_token": handle});
    let key = public_key(&string(&ask(api, "/v1/key", &with_handle)?["address"]));
    let transaction = base64(&payment(&key));
    let signing = json!({"wallet_handle_token": handle, "wallet_password": PASSWORD, "transaction": transaction});
    for _ in 0..10 {
        ask(api, "/v1/transaction/sign", &signing)?;
    }
    let many = vec![json!({"transaction": transaction}); 50];
    let batch = json!({"wallet_handle_token": handle, "wallet_password": PASSWORD, "transactions": many});
    ask(api, "/v2/transactions/sign", &batch)?;
    // Some are left to expire.
    if !leaves {
        ask(api, "/v1/wallet/release", &with_handle)?;
    }
    Some(())
}

/// Asks with a handle; nothing when it has expired, as on a machine that slept for a while.
fn ask(api: &mut Api, path: &str, body: &Value) -> Option<Value> {
    let reply = api.post(path, body);
    assert!(matches!(reply.status, 200 | 401), "{path}: {}", reply.text());
    (reply.status == 200).then(|| reply.json())
}
