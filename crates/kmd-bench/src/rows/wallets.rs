//! A folder of a thousand wallets.

use std::fs::{self, File};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use kmd_api::Encoding;
use kmd_api::v1::ListWallets;

use super::median_of;
use crate::daemon::{Kdf, Lab, Subject};
use crate::http;
use crate::row::{Better, Round, Row, figure};
use crate::seed::{self, Seeded};
use crate::stop;

const WALLETS: usize = 1000;
/// How long making them may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// Listing them: again, and after somebody changed a file.
pub fn list() -> Row {
    let figures = vec![
        figure("list 1,000 wallets", "ms", Better::Less, "≤ 3"),
        figure("list 1,000 wallets after one was changed", "ms", Better::Less, ""),
    ];
    Row::new("wallets-list", figures, |lab, subject| {
        let Seeded { daemon, .. } = seed::wallets(lab, subject, WALLETS)?;
        let mut client = daemon.client()?;
        let listed = client.call(&ListWallets::default())?.wallets.len();
        ensure!(listed == WALLETS, "{listed} wallets are listed");
        let request = http::request(&ListWallets::default(), Encoding::Json)?;
        let time = lab.round;
        let file = fs::read_dir(daemon.wallets())?.next().context("no wallet file")??;
        let file = File::options().append(true).open(file.path())?;
        Ok(Some(Box::new(move || {
            let _runs = &daemon;
            let again = median_of(time, 3, || client.expect(&request, 200))?;
            let after_a_change = median_of(time, 3, || {
                file.set_modified(SystemTime::now())?;
                client.expect(&request, 200)
            })?;
            Ok(vec![again, after_a_change])
        })))
    })
}

/// Opening one of them, another one each time.
pub fn open() -> Row {
    let figures = vec![figure(
        "open one of 1,000 wallets, cheap KDF",
        "ms",
        Better::Less,
        "≤ 3",
    )];
    Row::new("wallets-open", figures, |lab, subject| {
        let Seeded { daemon, ids } = seed::wallets(lab, subject, WALLETS)?;
        let mut client = daemon.client()?;
        client.open_and_release(&ids[0])?;
        let mut turn = 0;
        let time = lab.round;
        Ok(Some(Box::new(move || {
            let _runs = &daemon;
            let median = median_of(time, 3, || {
                turn += 1;
                client.open_and_release(&ids[turn % WALLETS])
            })?;
            Ok(vec![median])
        })))
    })
}

/// Making them, one after the other, in an empty folder.
pub fn create() -> Row {
    let figures = vec![figure("create 1,000 wallets, cheap KDF", "s", Better::Less, "≤ 10")];
    let mut row = Row::new("wallets-create", figures, prepare_create);
    // It averages over a thousand by itself, and the reference takes two minutes.
    row.rounds = 1;
    row
}

fn prepare_create(lab: &Lab, subject: &Subject) -> Result<Option<Round>> {
    let daemon = lab.start(subject, Kdf::Cheap)?;
    let mut client = daemon.client()?;
    Ok(Some(Box::new(move || {
        let _runs = &daemon;
        let started = Instant::now();
        for index in 0..WALLETS {
            client.create(&format!("created {index}"))?;
            stop::check()?;
            ensure!(started.elapsed() < PATIENCE, "gave up after {index} wallets");
        }
        Ok(vec![started.elapsed().as_secs_f64()])
    })))
}
