//! Many orders in which requests with handles may run, chosen by a checker: a handle ends once, opens nothing once it
//! has ended, and keys go with the last handle.
//!
//! Run with `--features model`. With `--features mutant` the sessions give their lock up between looking at a handle
//! and acting on it, and the test passes when the checker notices.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]
#![cfg_attr(
    feature = "mutant",
    allow(dead_code, reason = "one of the models is enough to find it")
)]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use kmd_core::{AllowAll, Error, Kmd, KmdSettings, ManualClock, NoToken, SessionError, WalletToCreate};
use kmd_crypto::Password;
use kmd_wallet::contract::{TestRandom, cheap_params, kdf};
use kmd_wallet::memory::MemoryDriver;
use shuttle::thread;

const RUNS: usize = 1_000;
/// How many times at most the checker takes the thread that runs off its turn where it hurts.
const DEPTH: usize = 4;
const LIFETIME: Duration = Duration::from_secs(60);

/// A daemon with one wallet, and its clock.
struct World {
    kmd: Kmd,
    clock: Arc<ManualClock>,
    wallet: String,
}

impl World {
    fn new() -> Arc<Self> {
        let clock = Arc::new(ManualClock::default());
        let random = Arc::new(TestRandom::default());
        let kmd = Kmd::new(KmdSettings {
            drivers: vec![Box::new(MemoryDriver::new(cheap_params(), kdf(), random.clone()))],
            session_lifetime: LIFETIME,
            clock: clock.clone(),
            random,
            policy: Arc::new(AllowAll),
            recorder: Arc::new(AllowAll),
            threads: NonZeroUsize::MIN,
            token: Arc::new(NoToken),
        });
        let created = kmd.call().create_wallet(WalletToCreate {
            driver: "memory",
            name: "w",
            password: &password(),
            master_derivation_key: None,
        });
        let wallet = created.unwrap().id.as_str().to_owned();
        Arc::new(Self { kmd, clock, wallet })
    }

    fn open(&self) -> String {
        let token = self.kmd.call().init_wallet(&self.wallet, &password()).unwrap();
        String::from_utf8(token.expose().expose().to_vec()).unwrap()
    }

    fn lists(&self, handle: &str) -> bool {
        self.kmd.call().list_keys(handle).is_ok()
    }

    fn release(&self, handle: &str) -> Option<SessionError> {
        match self.kmd.call().release_handle(handle) {
            Ok(()) => None,
            Err(Error::Session(error)) => Some(error),
            Err(error) => panic!("{error}"),
        }
    }
}

fn password() -> Password {
    Password::new(b"")
}

/// Two give the same handle up, one renews it, one opens another.
fn a_handle_is_given_up_twice() {
    let world = World::new();
    let handle = world.open();
    let releases = [0, 1].map(|_| {
        let (world, handle) = (Arc::clone(&world), handle.clone());
        thread::spawn(move || {
            let ended = world.release(&handle);
            assert!(!world.lists(&handle), "a handle that was given up opens the wallet");
            ended
        })
    });
    let renews = {
        let (world, handle) = (Arc::clone(&world), handle.clone());
        thread::spawn(move || world.kmd.call().renew_handle(&handle).is_ok())
    };
    let opens = {
        let world = Arc::clone(&world);
        thread::spawn(move || world.open())
    };
    let mut ended = releases.map(|release| release.join().unwrap());
    ended.sort_by_key(Option::is_some);
    assert_eq!(ended, [None, Some(SessionError::Unknown)], "a handle ended twice");
    renews.join().unwrap();
    let other = opens.join().unwrap();
    assert!(world.lists(&other), "another handle ended with it");
    assert_eq!(world.release(&other), None);
    assert_eq!(
        (world.kmd.open_handles(), world.kmd.open_wallets()),
        (0, 0),
        "keys stayed"
    );
    assert_eq!(
        world.kmd.time_to_next_deadline(),
        None,
        "a deadline of no handle stayed"
    );
}

/// Time passes while handles are used, renewed and swept.
fn a_handle_expires() {
    let world = World::new();
    let handle = world.open();
    world.clock.advance(LIFETIME);
    let swept = {
        let world = Arc::clone(&world);
        thread::spawn(move || world.kmd.expire_sessions())
    };
    let renewed = {
        let (world, handle) = (Arc::clone(&world), handle.clone());
        thread::spawn(move || world.kmd.call().renew_handle(&handle).is_ok())
    };
    let opened = {
        let world = Arc::clone(&world);
        thread::spawn(move || world.open())
    };
    assert!(!renewed.join().unwrap(), "a handle was renewed after its deadline");
    swept.join().unwrap();
    let other = opened.join().unwrap();
    assert!(!world.lists(&handle) && world.lists(&other));
    assert_eq!((world.kmd.open_handles(), world.kmd.open_wallets()), (1, 1));
}

#[test]
#[cfg(not(feature = "mutant"))]
fn a_handle_ends_once() {
    shuttle::check_pct(a_handle_is_given_up_twice, RUNS, DEPTH);
    shuttle::check_random(a_handle_is_given_up_twice, RUNS);
}

#[test]
#[cfg(not(feature = "mutant"))]
fn a_deadline_is_kept_by_all() {
    shuttle::check_pct(a_handle_expires, RUNS, DEPTH);
    shuttle::check_random(a_handle_expires, RUNS);
}

#[test]
#[cfg(feature = "mutant")]
fn a_lock_that_is_split_is_found() {
    let checked = std::panic::catch_unwind(|| shuttle::check_pct(a_handle_is_given_up_twice, 20 * RUNS, DEPTH));
    assert!(checked.is_err(), "the checker missed it");
}
