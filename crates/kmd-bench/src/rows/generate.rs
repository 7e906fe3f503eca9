//! Generating keys, each durable when it is answered.

use anyhow::Result;
use kmd_api::Encoding;

use super::WARM_UP;
use crate::client;
use crate::daemon::Kdf;
use crate::http;
use crate::load::{Load, Until};
use crate::row::{Better, Row, figure};

/// On so many connections, all in one wallet.
pub fn keys(name: &'static str, connections: usize, aim: &'static str) -> Row {
    let what = format!("generate keys, {connections} connections");
    let figures = vec![
        figure(&what, "/s", Better::More, aim),
        figure(format!("{what}: p99"), "ms", Better::Less, ""),
    ];
    Row::new(name, figures, move |lab, subject| {
        let daemon = lab.start(subject, Kdf::Cheap)?;
        let mut client = daemon.client()?;
        let wallet = client.create("generate")?;
        let (handle, _) = client.open(&wallet)?;
        let requests = [http::request(&client::generate(&handle), Encoding::Json)?];
        let time = lab.round;
        let round = move || -> Result<Vec<f64>> {
            let outcome = Load {
                endpoint: &daemon.tcp(),
                connections,
                requests: &requests,
                warm_up: WARM_UP,
                until: Until::Passed(time),
            }
            .run()?;
            Ok(vec![outcome.rate(), outcome.milliseconds(0.99)])
        };
        Ok(Some(Box::new(round)))
    })
}
