//! A day in the life of a daemon, many times over: wallets are created, used, renamed, left to expire, deleted.

use super::level::Level;
use crate::support::{
    TOKEN,
    algorand::{base64, payment, public_key},
    api::Api,
    daemon::{Daemon, Home, cheap},
    http::Connection,
};
use serde_json::json;
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
    let round = |client: usize, number: usize| {
        live(place, &format!("wallet {client} {number} {:?}", Instant::now()), number);
    };
    thread::scope(|scope| {
        let clients = [0, 1, 2].map(|client| {
            scope.spawn(move || {
                let mut number = 0;
                while Instant::now() < until {
                    round(client, number);
                    number += 1;
                }
                number
            })
        });
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    })
}

/// From the creation of a wallet to the deletion of its file.
fn live(place: &Place, name: &str, number: usize) {
    // Half of the clients stay for some requests only.
    let connection = match number % 2 {
        0 => Connection::tcp(place.address),
        _ => Connection::unix(&place.home.file("kmd.sock")),
    };
    let mut api = Api::new(connection, TOKEN);
    let id = api.create(name, "password of a soak");
    let handle = api.open(&id, "password of a soak");
    let key = public_key(&api.generate(&handle));
    let with_password = |more: serde_json::Value| {
        let mut body = json!({"wallet_handle_token": handle, "wallet_password": "password of a soak"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let transaction = base64(&payment(&key));
    for _ in 0..10 {
        api.ok(
            "/v1/transaction/sign",
            &with_password(json!({"transaction": transaction})),
        );
    }
    let many = vec![json!({"transaction": transaction}); 50];
    api.ok("/v2/transactions/sign", &with_password(json!({"transactions": many})));
    let rename =
        json!({"wallet_id": id, "wallet_password": "password of a soak", "wallet_name": format!("{name} too")});
    api.ok("/v1/wallet/rename", &rename);
    assert_eq!(
        api.post("/v1/wallet/init", &json!({"wallet_id": id, "wallet_password": "wrong"}))
            .status,
        401
    );
    // Some are left to expire.
    if !number.is_multiple_of(3) {
        api.ok("/v1/wallet/release", &json!({"wallet_handle_token": handle}));
    }
    let mine = |name: &String| name.contains(&id);
    let file = place.home.wallet_files().into_iter().find(mine).unwrap();
    fs::remove_file(place.home.wallets().join(file)).unwrap();
}
