//! Clients that ask for too much: the daemon refuses what is too much, serves the others meanwhile, stays within its
//! bounds, and is afterwards as it was before.
//!
//! Times are printed and not judged, for a machine may be busy with other things; that everything is answered is.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "abuse/attacks.rs"]
mod attacks;
#[path = "abuse/level.rs"]
mod level;
#[path = "abuse/mixed.rs"]
mod mixed;
#[path = "abuse/signer.rs"]
mod signer;
mod support;

use attacks::Outcome::{Answered, Cut};
use level::Level;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use signer::Signer;
use std::{env, fs};
use support::{
    daemon::{Daemon, Home, cheap, cheap_with},
    not_tested,
};

/// For scripts/abuse.sh: how many times the worst is done.
const TIMES: &str = "KMD_ABUSE_TIMES";

/// MiB beyond what a daemon takes at rest: what docs/operation.md says of a daemon with these settings, and a third for
/// pages of the program that were not needed before.
const MOST_FOR_CONNECTIONS: u64 = 160;
const MOST_FOR_BODIES: u64 = 300;
/// MiB that may stay: what allocators keep for the next time.
const MAY_STAY: u64 = 48;

/// Does it while a client signs, and checks that the daemon took no more than so many MiB more, and what is left.
fn survives(name: &str, daemon: &Daemon, most: u64, attack: impl Fn(&Daemon, &Signer)) {
    let times = env::var(TIMES).map_or(1, |times| times.parse().unwrap());
    let signer = Signer::start(daemon);
    signer.goes_on();
    let before = Level::of(daemon);
    for _ in 0..times {
        attack(daemon, &signer);
        signer.goes_on();
        let peak = Level::of(daemon).peak;
        assert!(peak <= before.memory + most, "{name}: {before:?}, then {peak} MiB");
        let after = before.comes_back(daemon, MAY_STAY);
        println!("{name}: {before:?}, then {after:?}");
    }
    let (signed, slowest) = signer.stop();
    println!("{name}: signed {signed} meanwhile, slowest answers: {slowest:?}");
}

#[test]
fn ten_thousand_slow_clients() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, raised).unwrap();
    let most = limit
        .maximum
        .map_or(10_000, |most| most.saturating_sub(1000).min(10_000));
    if most < 10_000 {
        not_tested(
            "ten thousand slow clients",
            &format!("only {most}, since no more files may be open (ulimit -Hn)"),
        );
    }
    let count = usize::try_from(most).unwrap();
    let daemon = Home::with(&cheap_with(json!({"max_connections": 10_000}))).start();
    survives("slow clients", &daemon, MOST_FOR_CONNECTIONS, |daemon, signer| {
        let clients = attacks::slow_clients(daemon, count);
        signer.goes_on();
        drop(clients);
    });
}

#[test]
fn monstrous_bodies() {
    let daemon = Home::cheap().start();
    survives("monsters", &daemon, MOST_FOR_BODIES, |daemon, _| {
        for monster in attacks::monsters(daemon) {
            let (name, outcome) = (monster.name, monster.outcome);
            assert!(monster.allowed.contains(&outcome), "{name}: {outcome:?}");
        }
    });
}

#[test]
fn many_large_batches() {
    let daemon = Home::cheap().start();
    survives("large batches", &daemon, MOST_FOR_BODIES, |daemon, _| {
        let outcomes = attacks::large_batches(daemon);
        let count = |outcome| outcomes.iter().filter(|one| **one == outcome).count();
        // What came whole is spaces and so refused for what it is. Who is refused for want of room is told so, but for
        // those that were too slow to hear it.
        let (whole, told, cut) = (count(Answered(400)), count(Answered(503)), count(Cut));
        assert_eq!(whole + told + cut, outcomes.len(), "{outcomes:?}");
        assert!((1..=4).contains(&whole), "64 MiB hold four of 15: {outcomes:?}");
        assert!(told > 0, "{outcomes:?}");
    });
}

#[test]
fn a_flood_of_unlocks_and_of_wrong_tokens() {
    let mut config = cheap();
    config["drivers"]["sqlite"]["scrypt"] = json!({"scrypt_n": 16384, "scrypt_r": 1, "scrypt_p": 4});
    config["kmd"] = json!({"kdf_parallel": 1, "kdf_queue": 8});
    let daemon = Home::with(&config).start();
    survives("floods", &daemon, MOST_FOR_CONNECTIONS, |daemon, _| {
        // Another one each time: what is known of wrong passwords lasts for an hour.
        let id = daemon.api().create("flooded", "right");
        let statuses = attacks::unlocks(daemon, &id, 200);
        let count = |status| statuses.iter().filter(|one| **one == status).count();
        // Five wrong ones are free; who comes when they are known to be wrong has to wait, and who comes before that is
        // worked on as far as the queue holds them. How many that are is for the machine to say.
        let (wrong, busy, must_wait) = (count(401), count(503), count(429));
        assert_eq!(wrong + busy + must_wait, statuses.len(), "{statuses:?}");
        assert!(wrong >= 5 && busy + must_wait > 0, "{statuses:?}");
        attacks::wrong_tokens(daemon, 5000);
        let files = daemon.home.wallet_files();
        let file = files.iter().find(|name| name.contains(&id)).unwrap();
        fs::remove_file(daemon.home.wallets().join(file)).unwrap();
    });
}
