//! What a daemon takes of the machine.

use crate::support::daemon::Daemon;
use std::{
    fs, thread,
    time::{Duration, Instant},
};

/// How long the daemon may take to let go: the threads that wait for work end after ten seconds without any.
const PATIENCE: Duration = Duration::from_secs(60);

/// Threads that may stay: the sessions are looked after every two seconds, by whichever has waited longest, so that a
/// few never have none to do for ten.
const WAITING: u64 = 8;

#[derive(Clone, Copy, Debug)]
pub struct Level {
    /// Memory in use, and the most that ever was, in MiB.
    pub memory: u64,
    pub peak: u64,
    pub threads: u64,
    /// Nothing where only root may count them.
    pub descriptors: Option<usize>,
    pub files: usize,
}

impl Level {
    pub fn of(daemon: &Daemon) -> Self {
        let id = daemon.process.id();
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let number = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().next().unwrap().parse().unwrap()
        };
        Self {
            memory: number("VmRSS:") / 1024,
            peak: number("VmHWM:") / 1024,
            threads: number("Threads:"),
            descriptors: fs::read_dir(format!("/proc/{id}/fd")).ok().map(Iterator::count),
            files: fs::read_dir(daemon.home.wallets()).map_or(0, Iterator::count),
        }
    }

    /// Waits until the daemon takes as much again, and this many MiB more at most; gives what it takes then.
    #[track_caller]
    pub fn comes_back(&self, daemon: &Daemon, more: u64) -> Self {
        let end = Instant::now() + PATIENCE;
        loop {
            let now = Self::of(daemon);
            let back = now.memory <= self.memory + more
                && now.threads <= self.threads + WAITING
                && now.descriptors <= self.descriptors
                && now.files <= self.files;
            if back {
                return now;
            }
            assert!(Instant::now() < end, "was {self:?} and stays {now:?}");
            thread::sleep(Duration::from_millis(100));
        }
    }
}
