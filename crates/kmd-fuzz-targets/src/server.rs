//! The configuration, and whatever may come over a connection.

use std::sync::Arc;

use kmd_core::{AllowAll, Kmd, KmdSettings, ManualClock, NoToken, WalletToCreate};
use kmd_crypto::{Password, Random};
use kmd_wallet::contract::{TestRandom, cheap_params};
use kmd_wallet::memory::MemoryDriver;

use crate::crypto::KDF;

/// The API token of the daemon that is fed.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A configuration file.
pub fn config(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = kmd_server::fuzzing::configuration(text);
    }
}

/// What a client sends over one connection, to a daemon with one open wallet
/// in memory. Whatever it is, the answer is HTTP.
pub fn http(bytes: &[u8]) {
    let answer = kmd_server::fuzzing::answer(daemon(), TOKEN, bytes);
    assert!(
        answer.is_empty() || answer.starts_with(b"HTTP/1."),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    let internal = b"internal error";
    assert!(
        !answer.windows(internal.len()).any(|window| window == internal),
        "an endpoint panicked: {}",
        String::from_utf8_lossy(&answer)
    );
}

fn daemon() -> Kmd {
    let random: Arc<dyn Random> = Arc::new(TestRandom::default());
    let driver = MemoryDriver::new(cheap_params(), Arc::clone(&KDF), Arc::clone(&random));
    let kmd = Kmd::new(KmdSettings {
        drivers: vec![Box::new(driver)],
        session_lifetime: std::time::Duration::from_secs(60),
        clock: Arc::new(ManualClock::default()),
        random,
        policy: Arc::new(AllowAll),
        recorder: Arc::new(AllowAll),
        threads: 1.try_into().unwrap(),
        token: Arc::new(NoToken),
    });
    // The same id and handle each time, so that the corpus can name them.
    let created = kmd.call().create_wallet(WalletToCreate {
        driver: "memory",
        name: "w",
        password: &Password::new(b""),
        master_derivation_key: None,
    });
    let handle = kmd
        .call()
        .init_wallet(created.unwrap().id.as_str(), &Password::new(b""));
    let handle = handle.unwrap().expose();
    let handle = std::str::from_utf8(handle.expose()).unwrap();
    let display_mnemonic = false;
    kmd.call().generate_key(handle, display_mnemonic).unwrap();
    kmd
}
