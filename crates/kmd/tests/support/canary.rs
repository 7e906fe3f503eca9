//! What no daemon may say: secrets that the tests gave to daemons or got from them. Every data directory is looked
//! through at its end for what its log holds, and every daemon for what it wrote to its streams.

use super::{
    TOKEN, golden,
    secrets::{Needles, Secrets},
};
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
    thread,
};

/// Passwords that are words of messages are no canaries.
const SHORTEST: usize = 12;

/// The token of the tests, and what is in the golden wallets.
static ALWAYS: LazyLock<Needles> = LazyLock::new(|| {
    let mut secrets = Secrets::default();
    secrets.add("API token", TOKEN.as_bytes());
    for wallet in golden::wallets() {
        let password = wallet.password();
        if password.len() >= SHORTEST {
            secrets.add("password of a golden wallet", password.as_bytes());
        }
        for (_, key) in wallet.private_keys() {
            // The seed: the public half is no secret.
            secrets.add("key of a golden wallet", &super::algorand::unbase64(key)[..32]);
        }
        if let Some(key) = wallet.master_derivation_key() {
            secrets.add(
                "master derivation key of a golden wallet",
                &super::algorand::unbase64(key),
            );
        }
    }
    secrets.needles()
});

/// As many are learnt by one test program: to search for more takes longer than the tests.
const MOST: usize = 100;

/// What this test program learnt.
static LEARNT: Mutex<Learnt> = Mutex::new(Learnt {
    known: BTreeSet::new(),
    secrets: Secrets::new(),
    needles: None,
});

struct Learnt {
    known: BTreeSet<Vec<u8>>,
    secrets: Secrets,
    /// Made when they are needed, and kept until there is more to search for.
    needles: Option<Arc<Needles>>,
}

impl Learnt {
    fn needles(&mut self) -> Arc<Needles> {
        let secrets = &self.secrets;
        Arc::clone(self.needles.get_or_insert_with(|| Arc::new(secrets.needles())))
    }
}

/// From now on nobody says this.
pub fn learn(name: &str, secret: &[u8]) {
    let mut learnt = LEARNT.lock().unwrap();
    if secret.len() >= SHORTEST && learnt.known.len() < MOST && learnt.known.insert(secret.to_vec()) {
        learnt.secrets.add(name, secret);
        learnt.needles = None;
    }
}

/// Fails the test if a secret is in this, which is what `place` holds.
pub fn check(place: &str, said: &[u8]) {
    // One failure is enough to see why.
    if said.is_empty() || thread::panicking() {
        return;
    }
    let learnt = LEARNT.lock().unwrap().needles();
    let found: Vec<String> = [&*ALWAYS, &*learnt]
        .into_iter()
        .flat_map(|needles| needles.search(said))
        .map(|(name, _)| name)
        .collect();
    assert!(found.is_empty(), "{place} tells secrets: {found:?}");
}

/// Checks all log files below a folder.
pub fn check_logs(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            check_logs(&path);
        } else if entry.file_name().to_string_lossy().starts_with("kmd.log") {
            check(&path.display().to_string(), &fs::read(&path).unwrap_or_default());
        }
    }
}
