//! Signing goes on while eight wallets are unlocked at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use kmd_api::Encoding;

use super::{WARM_UP, sign};
use crate::client::Client;
use crate::daemon::{Daemon, Kdf, Lab, Subject};
use crate::load::Until;
use crate::payment::USUAL_NOTE;
use crate::row::{Better, Round, Row, figure};
use crate::signer::Signer;
use crate::stats::milliseconds;

const UNLOCKS: usize = 8;

/// What a client that signs on one connection sees, and what the daemon takes.
pub fn row() -> Row {
    let figures = vec![
        figure(
            "while 8 unlocks run: p99 of a signing client",
            "ms",
            Better::Less,
            "≤ 20",
        ),
        figure(
            "while 8 unlocks run: slowest answer of a signing client",
            "ms",
            Better::Less,
            "",
        ),
        figure("while 8 unlocks run: signatures of one client", "/s", Better::More, ""),
        figure("while 8 unlocks run: until the last is open", "ms", Better::Less, ""),
        figure("while 8 unlocks run: peak RSS", "MiB", Better::Less, "≤ 160"),
    ];
    Row::new("unlocks", figures, prepare)
}

fn prepare(lab: &Lab, subject: &Subject) -> Result<Option<Round>> {
    let daemon = lab.start(subject, Kdf::Default)?;
    let mut client = daemon.client()?;
    let signer = Signer::new(&mut client)?;
    let ids: Vec<String> = (0..UNLOCKS)
        .map(|index| client.create(&format!("unlocks {index}")))
        .collect::<Result<_>>()?;
    Ok(Some(Box::new(move || measure(&daemon, &signer, &ids))))
}

fn measure(daemon: &Daemon, signer: &Signer, ids: &[String]) -> Result<Vec<f64>> {
    let opened = AtomicBool::new(false);
    let endpoint = daemon.tcp();
    let (signed, unlocked) = std::thread::scope(|scope| {
        let signing = scope.spawn(|| sign(&endpoint, signer, Encoding::Json, 1, USUAL_NOTE, Until::Told(&opened)));
        std::thread::sleep(WARM_UP);
        let unlocked = unlock_all(daemon, ids, &opened);
        // Also where that failed.
        opened.store(true, Ordering::Relaxed);
        (signing.join(), unlocked)
    });
    let signed = signed.ok().context("the signing thread panicked")??;
    Ok(vec![
        signed.milliseconds(0.99),
        signed.milliseconds(1.0),
        signed.rate(),
        milliseconds(unlocked?),
        daemon.memory("VmHWM")?,
    ])
}

/// Unlocks all wallets at once, sets `opened` once all are open, and gives the handles up; tells how long it took to open
/// them.
fn unlock_all(daemon: &Daemon, ids: &[String], opened: &AtomicBool) -> Result<Duration> {
    let mut clients: Vec<Client> = ids.iter().map(|_| daemon.client()).collect::<Result<_>>()?;
    let started = Instant::now();
    let handles: Vec<Result<String>> = std::thread::scope(|scope| {
        let workers: Vec<_> = clients
            .iter_mut()
            .zip(ids)
            .map(|(client, id)| scope.spawn(move || Ok(client.open(id)?.0)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().ok().context("an unlocking thread panicked")?)
            .collect()
    });
    let time = started.elapsed();
    opened.store(true, Ordering::Relaxed);
    for (client, handle) in clients.iter_mut().zip(handles) {
        client.release(&handle?)?;
    }
    Ok(time)
}
