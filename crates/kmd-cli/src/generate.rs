//! Generating keys, few or many.
//!
//! Each key is a commit on the disk, and the daemon gathers commits that are asked for at once. So
//! many keys are asked for over several connections. They are the same keys as one connection would
//! make, in another order.

use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kmd_algorand::Address;
use kmd_client::Client;

use crate::context::Context;
use crate::error::Error;
use crate::output::Progress;
use crate::phrase::shell_word;
use crate::unlock::OpenWallet;
use crate::{Result, daemon};

/// Well within the shortest life of a handle that makes sense.
const BETWEEN_RENEWALS: Duration = Duration::from_secs(5);
/// Fewer are asked for one after the other.
const MANY: u64 = 64;
const CONNECTIONS: usize = 16;
/// Most in one command: more than a wallet needs, few enough that a digit too many is noticed at once.
const MOST: u64 = 1_000_000;

/// A number of keys on the command line.
pub(crate) fn count_of_keys(text: &str) -> std::result::Result<u64, String> {
    match text.parse() {
        Ok(count) if count <= MOST => Ok(count),
        Ok(_) => Err(format!(
            "at most {MOST} keys at once; more can be generated afterwards with `kmd key new --count`"
        )),
        Err(error) => Err(error.to_string()),
    }
}

/// The same where none makes no sense.
pub(crate) fn at_least_one_key(text: &str) -> std::result::Result<u64, String> {
    match count_of_keys(text)? {
        0 => Err("at least 1".to_owned()),
        count => Ok(count),
    }
}

/// Generates the next keys of the wallet. They come in order when there are at most 64.
///
/// # Errors
/// Why one could not be generated, and how many were.
pub(crate) fn generate(open: &OpenWallet<'_>, count: u64, context: &Context) -> Result<Vec<Address>> {
    let task = Task {
        open,
        count,
        begun: AtomicU64::new(0),
        failed: AtomicBool::new(false),
        done: AtomicU64::new(0),
        progress: context.output.progress_of("generating keys", count),
    };
    let parts = if count <= MANY {
        vec![task.work(open.client)]
    } else {
        task.share(&context.data_dir()?)
    };
    let mut addresses = Vec::new();
    for part in parts {
        addresses.extend(part.map_err(|error| task.unfinished(error))?);
    }
    Ok(addresses)
}

struct Task<'a> {
    open: &'a OpenWallet<'a>,
    count: u64,
    /// How many were asked for.
    begun: AtomicU64,
    /// Nobody goes on when one has failed.
    failed: AtomicBool,
    /// How many there are.
    done: AtomicU64,
    progress: Progress,
}

impl Task<'_> {
    /// Works over several connections.
    fn share(&self, data_dir: &Path) -> Vec<Result<Vec<Address>>> {
        let connect_and_work = || self.work(&daemon::open(data_dir).map_err(|error| self.stopped(error))?);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(connect_and_work)).collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        })
    }

    /// Generates keys until there are enough.
    fn work(&self, client: &Client) -> Result<Vec<Address>> {
        let handle = &self.open.handle;
        let mut addresses = Vec::new();
        let mut renewed = Instant::now();
        while !self.failed.load(Ordering::Relaxed) && self.begun.fetch_add(1, Ordering::Relaxed) < self.count {
            if renewed.elapsed() > BETWEEN_RENEWALS {
                client.renew_wallet(handle).map_err(|error| self.stopped(error))?;
                renewed = Instant::now();
            }
            addresses.push(client.generate_key(handle).map_err(|error| self.stopped(error))?);
            self.progress.set(self.done.fetch_add(1, Ordering::Relaxed) + 1);
        }
        Ok(addresses)
    }

    fn stopped(&self, error: kmd_client::Error) -> Error {
        self.failed.store(true, Ordering::Relaxed);
        error.into()
    }

    fn unfinished(&self, error: Error) -> Error {
        let done = self.done.load(Ordering::Relaxed);
        let (wallet, rest) = (shell_word(&self.open.wallet.name), self.count - done);
        error
            .while_doing(format!("{done} of {} keys were generated, then it failed", self.count))
            .hint(format!(
                "`kmd key list -w {wallet}` shows those that were; `kmd key new -w {wallet} --count {rest}` makes the others"
            ))
    }
}
