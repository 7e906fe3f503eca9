//! A client that goes on signing, whatever others do to the daemon.

use crate::support::{
    algorand::{base64, check_signed, payment, public_key, unbase64},
    api::{Api, string},
    daemon::Daemon,
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
    thread: JoinHandle<Duration>,
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
        let thread = thread::spawn(move || {
            let mut slowest = Duration::ZERO;
            while !told.load(Ordering::Relaxed) {
                let answer = timed(&mut slowest, || sign(&mut api, &body));
                check_signed(&answer, &transaction, &key);
                let answered = timed(&mut slowest, || api.get("/versions").status);
                assert_eq!(answered, 200);
                count.fetch_add(1, Ordering::Relaxed);
            }
            slowest
        });
        Self { stop, signed, thread }
    }

    /// Some more was signed since this was asked.
    pub fn goes_on(&self) {
        let before = self.signed.load(Ordering::Relaxed);
        let end = Instant::now() + crate::support::PATIENCE;
        while self.signed.load(Ordering::Relaxed) < before + 2 {
            assert!(
                !self.thread.is_finished() && Instant::now() < end,
                "signing does not go on"
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// How much was signed, and how long the slowest answer took.
    pub fn stop(self) -> (usize, Duration) {
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
