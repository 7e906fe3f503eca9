//! The rows, one file an area.

mod batch;
mod generate;
mod keys;
mod process;
mod sign;
mod unlock;
mod unlocks;
mod wallets;

use std::time::{Duration, Instant};

use anyhow::Result;

pub use keys::{fill, list as list_keys};
pub use sign::sign;

use crate::row::Row;
use crate::stats::{median, milliseconds};
use crate::stop;

/// Before each timed round.
pub const WARM_UP: Duration = Duration::from_millis(300);

/// All rows, in the order of the table.
pub fn all() -> Vec<Row> {
    vec![
        sign::over_tcp("sign-1", 1, ["≥ 7,000", ""]),
        sign::over_tcp("sign-8", 8, ["≥ 20,000", ""]),
        sign::over_tcp("sign-32", 32, ["≥ 22,000", "≤ 5"]),
        sign::over_unix(),
        batch::json(),
        batch::msgpack(),
        unlock::cold(),
        unlock::open(),
        unlock::wrong(),
        generate::keys("generate-4", 4, "≥ 1,500"),
        generate::keys("generate-64", 64, "≥ 6,000"),
        wallets::list(),
        wallets::open(),
        wallets::create(),
        keys::row(),
        process::start(),
        process::idle(),
        process::binary(),
        unlocks::row(),
    ]
}

/// Measures again and again for a time, at least `least` times; gives the median in milliseconds.
///
/// # Errors
/// Of what is measured.
pub fn median_of(time: Duration, least: usize, mut measure: impl FnMut() -> Result<Duration>) -> Result<f64> {
    let started = Instant::now();
    let mut times = Vec::new();
    while times.len() < least || started.elapsed() < time {
        stop::check()?;
        times.push(milliseconds(measure()?));
    }
    Ok(median(&times))
}
