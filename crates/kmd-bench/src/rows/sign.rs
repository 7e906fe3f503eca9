//! Signing payments, one a request.

use anyhow::{Context, Result};
use kmd_api::Encoding;

use super::WARM_UP;
use crate::client::Endpoint;
use crate::daemon::{Daemon, Kdf, Lab};
use crate::http;
use crate::load::{Load, Outcome, Until};
use crate::payment::USUAL_NOTE;
use crate::row::{Better, Figure, Round, Row, figure};
use crate::signer::Signer;

/// JSON over TCP.
pub fn over_tcp(name: &'static str, connections: usize, aims: [&'static str; 2]) -> Row {
    let plural = if connections == 1 { "" } else { "s" };
    let what = format!("sign a payment, v1 JSON over TCP, {connections} connection{plural}");
    Row::new(name, figures(&what, aims), move |lab, subject| {
        let daemon = lab.start(subject, Kdf::Cheap)?;
        let endpoint = daemon.tcp();
        Ok(Some(round(lab, daemon, endpoint, Encoding::Json, connections)?))
    })
}

/// msgpack over the Unix socket.
pub fn over_unix() -> Row {
    let what = "sign a payment, v1 msgpack over the Unix socket, 8 connections";
    Row::new("sign-unix", figures(what, ["≥ 25,000", ""]), |lab, subject| {
        let daemon = lab.start(subject, Kdf::Cheap)?;
        let endpoint = daemon.unix();
        endpoint
            .map(|endpoint| round(lab, daemon, endpoint, Encoding::Msgpack, 8))
            .transpose()
    })
}

fn figures(what: &str, [rate, p99]: [&'static str; 2]) -> Vec<Figure> {
    vec![
        figure(what, "/s", Better::More, rate),
        figure(format!("{what}: p50"), "ms", Better::Less, ""),
        figure(format!("{what}: p99"), "ms", Better::Less, p99),
        figure(
            format!("{what}: the daemon's processor time for each"),
            "µs",
            Better::Less,
            "",
        ),
    ]
}

fn round(lab: &Lab, daemon: Daemon, endpoint: Endpoint, encoding: Encoding, connections: usize) -> Result<Round> {
    let signer = Signer::new(&mut daemon.client()?)?;
    let time = lab.round;
    Ok(Box::new(move || {
        let before = daemon.cpu()?;
        let outcome = sign(
            &endpoint,
            &signer,
            encoding,
            connections,
            USUAL_NOTE,
            Until::Passed(time),
        )?;
        let each = (daemon.cpu()? - before) * 1e6 / outcome.answers as f64;
        Ok(vec![
            outcome.rate(),
            outcome.milliseconds(0.5),
            outcome.milliseconds(0.99),
            each,
        ])
    }))
}

/// Signs on so many connections, and checks some of the answers.
///
/// # Errors
/// Of the load; a signature that is not valid.
pub fn sign(
    endpoint: &Endpoint,
    signer: &Signer,
    encoding: Encoding,
    connections: usize,
    note: usize,
    until: Until<'_>,
) -> Result<Outcome> {
    let transaction = signer.payment(0, note)?;
    let requests = [http::request(&signer.sign(&transaction), encoding)?];
    let outcome = Load {
        endpoint,
        connections,
        requests: &requests,
        warm_up: WARM_UP,
        until,
    }
    .run()?;
    for sample in &outcome.samples {
        signer
            .check(encoding, sample, &transaction)
            .context("a sampled answer")?;
    }
    Ok(outcome)
}
