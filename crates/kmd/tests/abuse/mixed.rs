//! A day in the life of a daemon, many times over: wallets are created, used, renamed, left to expire, deleted.

use super::level::Level;
use crate::support::{
    TOKEN,
    algorand::{base64, payment, public_key},
    api::{Api, string},
    daemon::{Daemon, Home, cheap},
    http::Connection,
};
use serde_json::{Value, json};
use std::{
    env, fs,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

/// For scripts/soak.sh: how long, in seconds.
const SECONDS: &str = "KMD_SOAK_SECONDS";
const SHORT: Duration = Duration::from_secs(12);
/// What is measured until this part has passed is the level that must not grow.
const WARM_UP: u32 = 3;
/// MiB that a daemon may take more after it was warm; allocators do not give all back.
const GROWTH: u64 = 24;
const PASSWORD: &str = "password of a soak";

/// Where the daemon is to be reached.
struct Place {
    home: Home,
    address: SocketAddr,
}

#[test]
fn nothing_grows_under_mixed_load() {
    let time = env::var(SECONDS).map_or(SHORT, |seconds| Duration::from_secs(seconds.parse().unwrap()));
    let mut config = cheap();
    config["session_lifetime_secs"] = 4.into();
    config["kmd"] = json!({"log_max_bytes": 1_000_000});
    let daemon = Home::with(&config).start();
    let start = Instant::now();
    let rounds = load(&daemon, start + time / WARM_UP);
    let warm = at_rest(&daemon);
    println!("soak: {rounds} rounds, then {warm:?}");
    let mut next = start + time / WARM_UP;
    let mut last = warm;
    while next < start + time {
        next = (next + Duration::from_secs(60)).min(start + time);
        let rounds = load(&daemon, next);
        last = warm.comes_back(&daemon, GROWTH);
        println!("soak: {:?}: {rounds} rounds, then {last:?}", start.elapsed());
    }
    assert_eq!(last.files, 0, "wallet files were deleted");
    assert_eq!(daemon.stop().code, Some(0));
}

/// Waits until the handles that were left to expire are gone, and with them their wallets' files.
fn at_rest(daemon: &Daemon) -> Level {
    thread::sleep(Duration::from_millis(6500));
    let level = Level::of(daemon);
    assert_eq!(level.files, 0);
    level
}

fn load(daemon: &Daemon, until: Instant) -> usize {
    let place = &Place {
        home: daemon.home.clone(),
        address: daemon.address,
    };
    let round =
        |client: usize, number: usize| live(place, &format!("wallet {client} {number} {:?}", Instant::now()), number);
    thread::scope(|scope| {
        let clients = [0, 1, 2].map(|client| {
            scope.spawn(move || {
                let rounds = (0..).take_while(|_| Instant::now() < until);
                rounds.filter_map(|number| round(client, number)).count()
            })
        });
        let rounds = clients.into_iter().map(|client| client.join().unwrap()).sum();
        assert!(rounds > 0, "no wallet could be used to its end");
        rounds
    })
}

/// From the creation of a wallet to the deletion of its file; nothing when its handle expired before it was done with.
fn live(place: &Place, name: &str, number: usize) -> Option<()> {
    // Half of the clients come over each of the two ways.
    let connection = match number % 2 {
        0 => Connection::tcp(place.address),
        _ => Connection::unix(&place.home.file("kmd.sock")),
    };
    let mut api = Api::new(connection, TOKEN);
    let id = api.create(name, PASSWORD);
    let done = use_wallet(&mut api, &id, number);
    let rename = json!({"wallet_id": id, "wallet_password": PASSWORD, "wallet_name": format!("{name} too")});
    api.ok("/v1/wallet/rename", &rename);
    let wrong = json!({"wallet_id": id, "wallet_password": "wrong"});
    assert_eq!(api.post("/v1/wallet/init", &wrong).status, 401);
    let mine = |name: &String| name.contains(&id);
    let file = place.home.wallet_files().into_iter().find(mine).unwrap();
    fs::remove_file(place.home.wallets().join(file)).unwrap();
    done
}

fn use_wallet(api: &mut Api, id: &str, number: usize) -> Option<()> {
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
    if !number.is_multiple_of(3) {
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
