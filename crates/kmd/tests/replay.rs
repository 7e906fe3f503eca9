//! Replays every recorded exchange of the reference against the daemon: same status, same headers, same body bytes,
//! but for what `deviations.json` says.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "replay/check.rs"]
mod check;
#[path = "replay/compare.rs"]
mod compare;
#[path = "replay/deviations.rs"]
mod deviations;
#[path = "replay/done.rs"]
mod done;
#[path = "replay/player.rs"]
mod player;
#[path = "replay/recorded.rs"]
mod recorded;
#[path = "replay/swagger.rs"]
mod swagger;
#[path = "replay/transcript.rs"]
mod transcript;

mod support;

use std::{collections::BTreeSet, fs};
use support::golden;

/// The exchanges that the reference was recorded with.
const RECORDED: usize = 517;

macro_rules! transcripts {
    ($($name:ident),* $(,)?) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                player::play(stringify!($name));
            }
        )*
    };
}

transcripts! {
    bodies,
    cors_any,
    cors_listed,
    cors_none,
    cors_pna,
    empty_fields,
    http_surface,
    keys,
    keys_collide,
    multisig,
    session_expiry,
    signing,
    wallets,
}

/// A transcript that no test plays, or a step that vanished from one, would go unnoticed otherwise. Each test itself
/// counts the steps that it visited.
#[test]
fn every_recorded_exchange_has_a_test() {
    let files: BTreeSet<String> = fs::read_dir(golden::path("transcripts"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let played: BTreeSet<String> = NAMES.iter().map(|name| format!("{name}.json")).collect();
    assert_eq!(played, files);

    let exchanges: usize = NAMES
        .iter()
        .map(|name| transcript::Transcript::load(name).steps.len())
        .sum();
    assert_eq!(exchanges, RECORDED);
}

/// A deviation that names no step, or more than one, does nothing or too much.
#[test]
fn every_deviation_names_one_step() {
    for (name, step) in deviations::all_names() {
        let transcript = transcript::Transcript::load(&name);
        let found = transcript.steps.iter().filter(|known| known.name == step).count();
        assert_eq!(found, 1, "{name} / {step}");
    }
}
