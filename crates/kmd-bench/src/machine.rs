//! What the figures were measured on.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use ed25519_dalek::{Signer, SigningKey};

/// File systems that never wait for a disk.
pub const IN_MEMORY: [&str; 2] = ["tmpfs", "ramfs"];

const ROUNDS: u32 = 5;
const SIGNATURES: u32 = 1000;

/// Processor, cores, kernel and the file system of `folder`, as a table in Markdown. A signature made without any daemon
/// tells how fast the machine is at this hour: on a virtual one that changes.
///
/// # Errors
/// When the system does not tell.
pub fn describe(folder: &Path) -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let rows = [
        ("processor", processor()?),
        ("cores", cores.to_string()),
        ("kernel", first_line("/proc/sys/kernel/osrelease")?),
        (
            "one Ed25519 signature on one core",
            format!("{:.1} µs", ed25519_microseconds()),
        ),
        ("file system of the wallets", file_system(folder)?),
        ("other load at the start", load_average()?),
    ];
    let lines: Vec<String> = rows
        .iter()
        .map(|(what, value)| format!("| {what} | {value} |"))
        .collect();
    Ok(format!("| machine | |\n|---|---|\n{}\n", lines.join("\n")))
}

/// Runnable processes, averaged over 1, 5 and 15 minutes.
///
/// # Errors
/// When the system does not tell.
pub fn load_average() -> Result<String> {
    let line = first_line("/proc/loadavg")?;
    let averages: Vec<&str> = line.split(' ').take(3).collect();
    Ok(format!("load average {}", averages.join(" ")))
}

/// The kind of file system that holds `path`.
///
/// # Errors
/// When the path or its mount cannot be found.
pub fn file_system(path: &Path) -> Result<String> {
    let path = path
        .canonicalize()
        .with_context(|| format!("{} cannot be opened", path.display()))?;
    let mounts = fs::read_to_string("/proc/self/mounts")?;
    mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ').skip(1);
            Some((PathBuf::from(words.next()?), words.next()?))
        })
        .filter(|(point, _)| path.starts_with(point))
        // The deepest one, and of several in one place the one mounted last, covers the others.
        .max_by_key(|(point, _)| point.as_os_str().len())
        .map(|(_, kind)| kind.to_owned())
        .context("no mount holds the folder")
}

/// The fastest of some rounds of signing.
fn ed25519_microseconds() -> f64 {
    let key = SigningKey::from_bytes(&[7; 32]);
    let round = |_| {
        let started = Instant::now();
        for number in 0..SIGNATURES {
            black_box(key.sign(&number.to_le_bytes()));
        }
        started.elapsed().as_secs_f64() * 1e6 / f64::from(SIGNATURES)
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

fn processor() -> Result<String> {
    let info = fs::read_to_string("/proc/cpuinfo")?;
    let model = info
        .lines()
        .find(|line| line.starts_with("model name"))
        .and_then(|line| line.split_once(": "));
    Ok(model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned()))
}

fn first_line(path: &str) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("{path} cannot be read"))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
