//! Generating keys, few or many.

use std::time::{Duration, Instant};

use kmd_algorand::Address;

use crate::Result;
use crate::output::Output;
use crate::unlock::OpenWallet;

/// Well within the shortest life of a handle that makes sense.
const BETWEEN_RENEWALS: Duration = Duration::from_secs(5);

/// Generates the next keys of the wallet, in order.
///
/// # Errors
/// Why one could not be generated, and how many were.
pub(crate) fn generate(open: &OpenWallet<'_>, count: u64, output: &Output) -> Result<Vec<Address>> {
    let progress = output.progress_of("generating keys", count);
    let mut addresses = Vec::new();
    let mut renewed = Instant::now();
    for number in 0..count {
        let failed = |error| {
            let error = crate::Error::from(error);
            error.while_doing(format!("{number} of {count} keys were generated, then it failed"))
        };
        if renewed.elapsed() > BETWEEN_RENEWALS {
            open.client.renew_wallet(&open.handle).map_err(failed)?;
            renewed = Instant::now();
        }
        addresses.push(open.client.generate_key(&open.handle).map_err(failed)?);
        progress.set(number + 1);
    }
    Ok(addresses)
}
