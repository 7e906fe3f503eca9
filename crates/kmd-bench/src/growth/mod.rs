//! How cost grows: our daemon at rising sizes, as CSV lines and as plots.

mod plot;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use kmd_api::Encoding;
use kmd_api::v1::ListWallets;

use crate::daemon::{Kdf, Lab, Subject};
use crate::http;
use crate::load::Until;
use crate::machine;
use crate::payment::USUAL_NOTE;
use crate::rows::{fill, list_keys, median_of, sign};
use crate::seed::{self, Seeded};
use crate::signer::Signer;
use plot::{Plot, Scale};

const WALLETS: [usize; 5] = [1, 10, 100, 1000, 10_000];
const KEYS: [usize; 8] = [1, 10, 100, 1000, 3000, 10_000, 30_000, 100_000];
/// Fewer keys are generated too soon to tell how many it would be in a second.
const ENOUGH_FOR_A_RATE: usize = 900;
const CONNECTIONS: [usize; 10] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const NOTES: [usize; 8] = [0, 64, 128, 256, 512, 1024, 2048, 4096];
/// Connections that sign payments with notes.
const SIGNING: usize = 32;

/// Values at rising sizes.
type Points = Vec<(f64, f64)>;

/// Measures everything, prints it and draws it into `plots`.
///
/// # Errors
/// Of the daemon; of the file system.
pub fn run(lab: &Lab, plots: &Path) -> Result<()> {
    let subject = lab.subjects.first().context("no daemon")?;
    fs::create_dir_all(plots)?;
    eprintln!("{}", machine::describe(lab.path())?);
    println!("what,at,value,unit");
    for measure in [wallets, keys, connections, notes] {
        for plot in measure(lab, subject)? {
            plot.print();
            fs::write(plots.join(format!("{}.svg", plot.name)), plot.svg())?;
        }
    }
    eprintln!("kmd-bench: plots in {}; {}", plots.display(), machine::load_average()?);
    Ok(())
}

fn wallets(lab: &Lab, subject: &Subject) -> Result<Vec<Plot>> {
    let (mut listing, mut opening) = (Points::new(), Points::new());
    for count in WALLETS {
        progress("wallets", count);
        let Seeded { daemon, ids } = seed::wallets(lab, subject, count)?;
        let mut client = daemon.client()?;
        let list = http::request(&ListWallets::default(), Encoding::Json)?;
        client.expect(&list, 200)?;
        listing.push((count as f64, median_of(lab.round, 3, || client.expect(&list, 200))?));
        let mut turn = 0;
        let open = median_of(lab.round, 3, || {
            turn += 1;
            client.open_and_release(&ids[turn % count])
        })?;
        opening.push((count as f64, open));
    }
    Ok(vec![
        Plot::new(
            "wallets-list",
            "list all wallets",
            "wallets",
            "ms",
            [Scale::Log, Scale::Log],
            listing,
        ),
        Plot::new(
            "wallets-open",
            "open one wallet, cheap KDF",
            "wallets",
            "ms",
            [Scale::Log, Scale::Log],
            opening,
        ),
    ])
}

fn keys(lab: &Lab, subject: &Subject) -> Result<Vec<Plot>> {
    let daemon = lab.start(subject, Kdf::Cheap)?;
    let mut client = daemon.client()?;
    let wallet = client.create("growing")?;
    let (handle, _) = client.open(&wallet)?;
    let (mut listing, mut generating) = (Points::new(), Points::new());
    let mut there = 0;
    for count in KEYS {
        progress("keys", count);
        let rate = fill(&daemon, &handle, count - there)?;
        if count - there >= ENOUGH_FOR_A_RATE {
            generating.push((count as f64, rate));
        }
        there = count;
        let list = list_keys(&mut client, &handle, count)?;
        listing.push((count as f64, median_of(lab.round, 3, list)?));
    }
    Ok(vec![
        Plot::new(
            "keys-list",
            "list the keys of a wallet",
            "keys",
            "ms",
            [Scale::Log, Scale::Log],
            listing,
        ),
        Plot::new(
            "keys-generate",
            "generate keys, 64 connections, on the way from the point before",
            "keys in the wallet",
            "/s",
            [Scale::Log, Scale::Linear],
            generating,
        ),
    ])
}

fn connections(lab: &Lab, subject: &Subject) -> Result<Vec<Plot>> {
    let (mut rates, mut tails) = (Points::new(), Points::new());
    let daemon = lab.start(subject, Kdf::Cheap)?;
    let signer = Signer::new(&mut daemon.client()?)?;
    for count in CONNECTIONS {
        progress("connections", count);
        let outcome = sign(
            &daemon.tcp(),
            &signer,
            Encoding::Json,
            count,
            USUAL_NOTE,
            Until::Passed(lab.round),
        )?;
        rates.push((count as f64, outcome.rate()));
        tails.push((count as f64, outcome.milliseconds(0.99)));
    }
    Ok(vec![
        Plot::new(
            "connections-rate",
            "sign payments, v1 JSON over TCP",
            "connections",
            "/s",
            [Scale::Log, Scale::Linear],
            rates,
        ),
        Plot::new(
            "connections-p99",
            "sign payments, v1 JSON over TCP: p99",
            "connections",
            "ms",
            [Scale::Log, Scale::Log],
            tails,
        ),
    ])
}

fn notes(lab: &Lab, subject: &Subject) -> Result<Vec<Plot>> {
    let daemon = lab.start(subject, Kdf::Cheap)?;
    let signer = Signer::new(&mut daemon.client()?)?;
    let mut rates = Points::new();
    for note in NOTES {
        progress("bytes of note", note);
        let outcome = sign(
            &daemon.tcp(),
            &signer,
            Encoding::Json,
            SIGNING,
            note,
            Until::Passed(lab.round),
        )?;
        rates.push((note as f64, outcome.rate()));
    }
    Ok(vec![Plot::new(
        "notes",
        "sign payments with a note, 32 connections",
        "bytes of note",
        "/s",
        [Scale::Linear, Scale::Linear],
        rates,
    )])
}

fn progress(what: &str, count: usize) {
    eprintln!("kmd-bench: {count} {what}");
}
