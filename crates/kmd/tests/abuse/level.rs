//! What a daemon takes of the machine.

use crate::support::{daemon::Daemon, not_tested, wait_for};
use std::{fs, sync::Once};

/// Threads that may stay: the sessions are looked after every two seconds, by whichever has waited longest, so that a
/// few never have none to do for ten.
const WAITING: u64 = 8;

#[derive(Clone, Copy, Debug)]
pub struct Level {
    /// Memory in use, and the most that ever was, in MiB.
    pub memory: u64,
    pub peak: u64,
    /// Of that what is not of files, in KiB.
    pub anonymous: u64,
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
            anonymous: number("RssAnon:"),
            threads: number("Threads:"),
            descriptors: fs::read_dir(format!("/proc/{id}/fd")).ok().map(Iterator::count),
            files: fs::read_dir(daemon.home.wallets()).map_or(0, Iterator::count),
        }
    }

    /// Waits until the daemon takes as much again, and this many MiB more at most; gives what it takes then. That may be
    /// a while: the threads that wait for work end after ten seconds without any.
    #[track_caller]
    pub fn comes_back(&self, daemon: &Daemon, more: u64) -> Self {
        if self.descriptors.is_none() {
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                not_tested(
                    "files that a daemon leaves open under abuse",
                    "only root can count them",
                )
            });
        }
        wait_for(&format!("a daemon that takes as much as before: {self:?}"), || {
            let now = Self::of(daemon);
            let back = now.memory <= self.memory + more
                && now.threads <= self.threads + WAITING
                && now.descriptors <= self.descriptors
                && now.files <= self.files;
            if back { Ok(now) } else { Err(now) }
        })
    }
}
