//! Unlocking, with the KDF that the daemon is delivered with.

use std::time::Duration;

use anyhow::Result;
use kmd_api::Encoding;

use super::median_of;
use crate::client;
use crate::daemon::{Daemon, Kdf, Lab, Subject};
use crate::http;
use crate::row::{Better, Round, Row, figure};

/// Wallets that take turns in being unlocked.
const WALLETS: usize = 3;
/// Lets the daemon finish what a release started.
const IDLE: Duration = Duration::from_millis(50);

/// Of a wallet that nobody has open.
pub fn cold() -> Row {
    let figures = vec![figure(
        "unlock, default KDF, no handle open, idle daemon",
        "ms",
        Better::Less,
        "≤ 200",
    )];
    Row::new("unlock-cold", figures, prepare_cold)
}

/// Of a wallet that is open.
pub fn open() -> Row {
    let figures = vec![figure(
        "unlock of a wallet that is open, right password",
        "ms",
        Better::Less,
        "≤ 2",
    )];
    Row::new("unlock-open", figures, |lab, subject| {
        let (daemon, id) = open_wallet(lab, subject)?;
        let mut client = daemon.client()?;
        let time = lab.round;
        Ok(Some(Box::new(move || {
            let _runs = &daemon;
            Ok(vec![median_of(time, 3, || client.open_and_release(&id))?])
        })))
    })
}

/// Of a wallet that is open, by somebody who guesses.
pub fn wrong() -> Row {
    let figures = vec![figure(
        "unlock of a wallet that is open, wrong password",
        "ms",
        Better::Less,
        "the whole KDF",
    )];
    Row::new("unlock-wrong", figures, |lab, subject| {
        let daemon = lab.start(subject, Kdf::Default)?;
        let mut client = daemon.client()?;
        let mut round = 0;
        Ok(Some(Box::new(move || {
            let _runs = &daemon;
            // Of a wallet that nobody guessed before: after five wrong ones the next must wait.
            round += 1;
            let id = client.create(&format!("guessed {round}"))?;
            client.open(&id)?;
            let request = http::request(&client::open(&id, "wrong horse"), Encoding::Json)?;
            Ok(vec![median_of(Duration::ZERO, 3, || client.expect(&request, 401))?])
        })))
    })
}

fn prepare_cold(lab: &Lab, subject: &Subject) -> Result<Option<Round>> {
    let daemon = lab.start(subject, Kdf::Default)?;
    let mut client = daemon.client()?;
    let ids: Vec<String> = (0..WALLETS)
        .map(|index| client.create(&format!("cold {index}")))
        .collect::<Result<_>>()?;
    client.open_and_release(&ids[0])?;
    let mut turn = 0;
    let time = lab.round;
    Ok(Some(Box::new(move || {
        let _runs = &daemon;
        let median = median_of(time, WALLETS, || {
            turn += 1;
            std::thread::sleep(IDLE);
            client.open_and_release(&ids[turn % WALLETS])
        })?;
        Ok(vec![median])
    })))
}

/// A daemon with a wallet that stays open.
fn open_wallet(lab: &Lab, subject: &Subject) -> Result<(Daemon, String)> {
    let daemon = lab.start(subject, Kdf::Default)?;
    let mut client = daemon.client()?;
    let id = client.create("open")?;
    client.open(&id)?;
    Ok((daemon, id))
}
