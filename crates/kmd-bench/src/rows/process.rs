//! The process: how fast it is there, and what it takes.

use std::fs;
use std::time::Duration;

use anyhow::Result;

use crate::daemon::{Kdf, Lab, Subject};
use crate::row::{Better, Round, Row, figure};
use crate::stats::{median, milliseconds};

/// Starts in a round.
const STARTS: usize = 5;
/// After the first answer, until memory is looked at.
const SETTLE: Duration = Duration::from_secs(1);

/// From before the process is made to its first answer, in a data directory that was used before.
pub fn start() -> Row {
    let figures = vec![figure("start to first answer", "ms", Better::Less, "≤ 15")];
    Row::new("start", figures, |lab, subject| {
        let mut home = Some(lab.start(subject, Kdf::Default)?.stop()?);
        let subject = subject.clone();
        Ok(Some(Box::new(move || {
            let mut times = Vec::new();
            for _ in 0..STARTS {
                let Some(used) = home.take() else { break };
                let daemon = used.start(&subject)?;
                times.push(milliseconds(daemon.first_answer));
                home = Some(daemon.stop()?);
            }
            Ok(vec![median(&times)])
        })))
    })
}

/// Memory of a daemon without wallets that has answered once.
pub fn idle() -> Row {
    let figures = vec![figure("idle RSS", "MiB", Better::Less, "≤ 12")];
    Row::new("idle", figures, |lab, subject| {
        let daemon = lab.start(subject, Kdf::Default)?;
        Ok(Some(Box::new(move || {
            std::thread::sleep(SETTLE);
            Ok(vec![daemon.memory("VmRSS")?])
        })))
    })
}

/// The file.
pub fn binary() -> Row {
    let figures = vec![figure("binary", "MiB", Better::Less, "≤ 12")];
    let mut row = Row::new("binary", figures, measure_binary);
    row.rounds = 1;
    row
}

fn measure_binary(_lab: &Lab, subject: &Subject) -> Result<Option<Round>> {
    let bytes = fs::metadata(&subject.binary)?.len() as f64;
    Ok(Some(Box::new(move || Ok(vec![bytes / f64::from(1 << 20)]))))
}
