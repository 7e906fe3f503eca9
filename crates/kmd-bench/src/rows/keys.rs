//! A wallet of a hundred thousand keys.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use kmd_api::v1::{ListKeys, ListWallets};
use kmd_api::{Encoding, SecretText};

use super::median_of;
use crate::client::{self, Client};
use crate::daemon::{Daemon, Kdf, Lab, Subject};
use crate::http;
use crate::load::{Load, Until};
use crate::row::{Better, Round, Row, figure};
use crate::seed;

const KEYS: usize = 100_000;
/// Enough that keys share commits, where the daemon can do that.
const CONNECTIONS: usize = 64;

/// Listing them.
pub fn row() -> Row {
    let figures = vec![
        figure("list 100,000 keys of one wallet", "ms", Better::Less, "≤ 150"),
        figure(
            "list 100,000 keys of one wallet: peak RSS",
            "MiB",
            Better::Less,
            "bounded",
        ),
    ];
    Row::new("keys-list", figures, prepare)
}

fn prepare(lab: &Lab, subject: &Subject) -> Result<Option<Round>> {
    let file = many_keys(lab)?;
    let home = lab.home(Kdf::Cheap)?;
    let name = file.file_name().context("a wallet file without a name")?;
    fs::copy(file, home.wallets().join(name))?;
    let daemon = home.start(subject)?;
    let mut client = daemon.client()?;
    let wallets = client.call(&ListWallets::default())?.wallets;
    let [wallet] = wallets.as_slice() else {
        anyhow::bail!("{} wallets in place of one", wallets.len());
    };
    let (handle, _) = client.open(&wallet.id)?;
    let time = lab.round;
    Ok(Some(Box::new(move || {
        let median = median_of(time, 3, list(&mut client, &handle, KEYS)?)?;
        Ok(vec![median, daemon.memory("VmHWM")?])
    })))
}

/// What lists the keys of an open wallet once; the first time it was checked that there are so many.
///
/// # Errors
/// Of the daemon; another number of keys.
pub fn list<'a>(
    client: &'a mut Client,
    handle: &str,
    count: usize,
) -> Result<impl FnMut() -> Result<std::time::Duration> + use<'a>> {
    let question = ListKeys {
        wallet_handle_token: SecretText::new(handle),
    };
    let listed = client.call(&question)?.addresses.len();
    ensure!(listed == count, "{listed} keys are listed in place of {count}");
    let request = http::request(&question, Encoding::Json)?;
    Ok(move || client.expect(&request, 200))
}

/// The file of a wallet with that many keys. Ours makes them once, through the API; the file is the same to all.
fn many_keys(lab: &Lab) -> Result<&Path> {
    if lab.many_keys.get().is_none() {
        eprintln!("kmd-bench: generating {KEYS} keys");
        let made = make_many_keys(lab)?;
        lab.many_keys.get_or_init(|| made);
    }
    lab.many_keys.get().map(PathBuf::as_path).context("no wallet was made")
}

fn make_many_keys(lab: &Lab) -> Result<PathBuf> {
    let daemon = lab.start(&lab.subjects[0], Kdf::Cheap)?;
    let mut client = daemon.client()?;
    let wallet = client.create("many keys")?;
    let (handle, _) = client.open(&wallet)?;
    fill(&daemon, &handle, KEYS)?;
    let home = daemon.stop()?;
    let from = seed::only_file(&home.wallets())?;
    let to = lab
        .path()
        .join(from.file_name().context("a wallet file without a name")?);
    fs::copy(&from, &to)?;
    Ok(to)
}

/// Generates so many keys; gives how many in a second.
///
/// # Errors
/// Of the daemon; it takes too long.
pub fn fill(daemon: &Daemon, handle: &str, count: usize) -> Result<f64> {
    let outcome = Load {
        endpoint: &daemon.tcp(),
        connections: CONNECTIONS.min(count),
        requests: &[http::request(&client::generate(handle), Encoding::Json)?],
        warm_up: std::time::Duration::ZERO,
        until: Until::Sent(count),
    }
    .run()?;
    Ok(outcome.rate())
}
