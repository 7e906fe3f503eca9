//! A wallet file with a byte of it gone wrong, under a daemon that serves: the wallet opens rightly, or the log names its
//! file. `kmd-driver-sqlite/tests/damage.rs` does it to every byte; here are some of them, for what is told.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use rustix::process::Signal;
use serde_json::json;
use std::{
    fs::{self, File},
    io::Read,
    path::PathBuf,
};
use support::{
    algorand::{base64, check_signed, payment, public_key, unbase64},
    api::{Api, string},
    daemon::{Daemon, Home, cheap_with},
    http::Reply,
};

const PASSWORD: &str = "password of the damaged";
/// One byte in so many is damaged, of those that are not zero. A prime, for what is stored in words and pages.
const STEP: usize = 3;

#[test]
fn what_does_not_open_rightly_is_named_in_the_log() {
    let mut damaged = Damaged::new();
    let whole = fs::read(&damaged.file).unwrap();
    let used = (0..whole.len()).filter(|place| whole[*place] != 0).step_by(STEP);
    let (mut right, mut refused) = (0, 0);
    for place in used {
        let mut bytes = whole.clone();
        bytes[place] ^= 0xff;
        damaged.replace(&bytes);
        if damaged.opens_rightly() {
            right += 1;
        } else {
            refused += 1;
            let log = damaged.new_log();
            assert!(log.contains(damaged.file.to_str().unwrap()), "byte {place}: {log}");
        }
    }
    // Else this tests nothing.
    assert!(right > 100 && refused > 100, "{right} {refused}");
}

/// A daemon, and the one wallet that it has.
struct Damaged {
    daemon: Daemon,
    log: File,
    keys: Vec<String>,
    file: PathBuf,
}

impl Damaged {
    fn new() -> Self {
        let home = Home::in_memory(&cheap_with(json!({"log_format": "json"})));
        let daemon = home.start();
        let mut api = daemon.api();
        let id = api.create("wallet", PASSWORD);
        let handle = api.open(&id, PASSWORD);
        for _ in 0..2 {
            api.generate(&handle);
        }
        let keys = api.keys(&handle);
        api.ok("/v1/wallet/release", &json!({"wallet_handle_token": handle}));
        Self {
            log: File::open(home.file("kmd.log")).unwrap(),
            file: home.wallets().join(&home.wallet_files()[0]),
            keys,
            daemon,
        }
    }

    /// Puts another file into its place: two that were written within a tick of the kernel's clock look alike.
    fn replace(&self, bytes: &[u8]) {
        let beside = self.file.with_extension("damaged");
        fs::write(&beside, bytes).unwrap();
        fs::rename(beside, &self.file).unwrap();
    }

    /// Whether the wallet has its keys, and they sign.
    fn opens_rightly(&mut self) -> bool {
        self.new_log();
        match self.open() {
            Err(reply) if reply.status == 429 => {
                // Where the password does not open it, a new daemon has not seen that five times.
                self.daemon.process.signal(Signal::TERM);
                self.daemon.process.wait();
                self.daemon = self.daemon.home.start();
                self.opens_rightly()
            }
            Err(_) => false,
            Ok((mut api, handle)) => {
                let signs = self.keys.iter().all(|key| signs(&mut api, &handle, key));
                api.ok("/v1/wallet/release", &json!({"wallet_handle_token": handle}));
                signs
            }
        }
    }

    fn open(&self) -> Result<(Api, String), Reply> {
        let mut api = self.daemon.api();
        // Its id may be what is damaged.
        let id = api.wallet_ids().pop().unwrap_or_default();
        let reply = api.post(
            "/v1/wallet/init",
            &json!({"wallet_id": id, "wallet_password": PASSWORD}),
        );
        if reply.status != 200 {
            return Err(reply);
        }
        let handle = string(&reply.json()["wallet_handle_token"]);
        Ok((api, handle))
    }

    /// What was logged since this was asked.
    fn new_log(&mut self) -> String {
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        log
    }
}

/// Whether a key signs. Where another key would, that is found here.
fn signs(api: &mut Api, handle: &str, address: &str) -> bool {
    let key = public_key(address);
    let transaction = payment(&key);
    let body = json!({
        "wallet_handle_token": handle, "wallet_password": PASSWORD, "transaction": base64(&transaction),
    });
    let reply = api.post("/v1/transaction/sign", &body);
    if reply.status == 200 {
        let signed = unbase64(&string(&reply.json()["signed_transaction"]));
        check_signed(&signed, &transaction, &key);
    }
    reply.status == 200
}
