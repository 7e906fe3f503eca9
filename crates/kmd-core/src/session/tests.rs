//! What the table of open wallets holds, which no caller can see.

use kmd_wallet::contract::{TestRandom, cheap_params, kdf};
use kmd_wallet::memory::MemoryDriver;
use kmd_wallet::{Driver, NewWallet, WalletName};

use super::*;
use crate::clock::ManualClock;

const LIFETIME: Duration = Duration::from_secs(60);

struct World {
    driver: MemoryDriver,
    random: Arc<TestRandom>,
    clock: Arc<ManualClock>,
    sessions: Sessions,
}

impl World {
    fn new() -> Self {
        let random = Arc::new(TestRandom::default());
        let clock = Arc::new(ManualClock::default());
        Self {
            driver: MemoryDriver::new(cheap_params(), kdf(), random.clone()),
            random,
            sessions: Sessions::new(LIFETIME, clock.clone()),
            clock,
        }
    }

    /// A wallet that is open.
    fn wallet(&self, number: usize) -> Opened {
        let id = WalletId::new(&format!("wallet {number}")).unwrap();
        let password = kmd_crypto::Password::new(b"");
        self.driver
            .create(NewWallet {
                id: id.clone(),
                name: WalletName::from(id.clone()),
                password: &password,
                master_derivation_key: None,
            })
            .unwrap();
        let wallet = self.driver.open(&id).unwrap().unlock(&password).unwrap();
        Opened { id, wallet }
    }

    fn handle(&self, opened: Opened) -> String {
        let token = self.sessions.open(opened, &*self.random).unwrap();
        String::from_utf8(token.expose().expose().to_vec()).unwrap()
    }

    fn entries(&self) -> usize {
        self.sessions.state().open_wallets.len()
    }
}

/// Else a daemon with many handles would remember every wallet that ever was.
#[test]
fn a_wallet_that_nobody_holds_is_forgotten_at_once() {
    let world = World::new();
    let kept = world.wallet(0);
    for _ in 0..20 {
        world.handle(kept.clone());
    }
    for number in 1..=20 {
        let handle = world.handle(world.wallet(number));
        world.sessions.release(&handle).unwrap();
        assert_eq!(world.entries(), 1);
    }
}

#[test]
fn wallets_whose_handles_expire_together_are_forgotten() {
    let world = World::new();
    for number in 0..5 {
        let opened = world.wallet(number);
        world.handle(opened.clone());
        world.handle(opened);
    }
    world.clock.advance(LIFETIME);
    world.sessions.expire();
    assert_eq!(world.entries(), 0);
}

#[test]
fn a_wallet_that_somebody_holds_is_not_forgotten() {
    let world = World::new();
    let opened = world.wallet(0);
    let [one, other] = [0, 1].map(|_| world.handle(opened.clone()));
    drop(opened);
    let running = world.sessions.authenticate(&one).unwrap();
    world.sessions.release(&one).unwrap();
    assert!(world.sessions.open_wallet(&running.id).is_some());
    world.sessions.release(&other).unwrap();
    assert!(world.sessions.open_wallet(&running.id).is_some());
    let id = running.id.clone();
    assert_eq!(world.sessions.count_wallets(), 1);
    drop(running);
    assert_eq!(world.sessions.count_wallets(), 0);
    assert!(world.sessions.open_wallet(&id).is_none());
    // Forgotten when the next wallet is opened.
    world.handle(world.wallet(1));
    assert_eq!(world.entries(), 1);
}

#[test]
fn what_is_open_outlives_the_sweep() {
    let world = World::new();
    let held = world.wallet(0);
    world.handle(held.clone());
    for number in 1..=2 {
        let outlives_its_handle = world.wallet(number);
        let handle = world.handle(outlives_its_handle.clone());
        world.sessions.release(&handle).unwrap();
    }
    assert_eq!(world.entries(), 3);
    world.handle(world.wallet(3));
    assert_eq!(world.entries(), 2);
    assert!(world.sessions.open_wallet(&held.id).is_some());
}
