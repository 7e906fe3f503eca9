//! A client that goes on signing, and one that goes on asking whether the daemon lives, whatever others do to it.

use crate::support::{
    algorand::{base64, check_signed, payment, public_key, unbase64},
    api::{Api, string},
    daemon::Daemon,
    http::Request,
    wait_for,
};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

pub struct Signer {
    stop: Arc<AtomicBool>,
    signed: Arc<AtomicUsize>,
    thread: JoinHandle<Slowest>,
}

/// The slowest answers that there were.
#[derive(Debug, Default)]
pub struct Slowest {
    pub signature: Duration,
    pub health: Duration,
}

impl Signer {
    /// Over the Unix socket, on which strangers take no place.
    pub fn start(daemon: &Daemon) -> Self {
        let (stop, signed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut api = daemon.unix_api();
        let id = api.create("signer", "");
        let handle = api.open(&id, "");
        let key = public_key(&api.generate(&handle));
        let transaction = payment(&key);
        let body = json!({"wallet_handle_token": handle, "wallet_password": "", "transaction": base64(&transaction)});
        let (told, count) = (Arc::clone(&stop), Arc::clone(&signed));
        let mut watcher = daemon.unix();
        let thread = thread::spawn(move || {
            let mut slowest = Slowest::default();
            while !told.load(Ordering::Relaxed) {
                let answer = timed(&mut slowest.signature, || sign(&mut api, &body));
                check_signed(&answer, &transaction, &key);
                // As who watches over the daemon asks: without the token.
                let health = timed(&mut slowest.health, || watcher.send(&Request::new("GET", "/health")));
                assert_eq!(health.status, 200, "{health:?}");
                count.fetch_add(1, Ordering::Relaxed);
            }
            slowest
        });
        Self { stop, signed, thread }
    }

    /// Some more was signed since this was asked.
    pub fn goes_on(&self) {
        let before = self.signed.load(Ordering::Relaxed);
        wait_for("that signing goes on", || {
            let signed = self.signed.load(Ordering::Relaxed);
            assert!(!self.thread.is_finished(), "signing ended");
            if signed >= before + 2 { Ok(()) } else { Err(signed) }
        });
    }

    /// How much was signed, and how long the slowest answers took.
    pub fn stop(self) -> (usize, Slowest) {
        self.stop.store(true, Ordering::Relaxed);
        let slowest = self.thread.join().unwrap();
        (self.signed.load(Ordering::Relaxed), slowest)
    }
}

fn sign(api: &mut Api, body: &Value) -> Vec<u8> {
    unbase64(&string(&api.ok("/v1/transaction/sign", body)["signed_transaction"]))
}

fn timed<T>(slowest: &mut Duration, act: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = act();
    *slowest = start.elapsed().max(*slowest);
    result
}
