//! Addresses as a result, one a line, so that they can be piped.

use kmd_algorand::Address;
use kmd_api::v1::Wallet;
use serde::Serialize;

use crate::output::{Page, Report};

/// Addresses in a wallet.
#[derive(Serialize)]
pub(crate) struct Addresses {
    wallet: String,
    addresses: Vec<String>,
    #[serde(skip)]
    none: &'static str,
}

impl Addresses {
    /// `none` is said where there are none.
    pub(crate) fn new(wallet: &Wallet, addresses: &[Address], none: &'static str) -> Self {
        Self {
            wallet: wallet.name.clone(),
            addresses: addresses.iter().map(Address::to_string).collect(),
            none,
        }
    }
}

impl Report for Addresses {
    fn write(&self, page: &mut Page) {
        for address in &self.addresses {
            page.line(address);
        }
    }

    fn remark(&self) -> Option<String> {
        self.addresses.is_empty().then(|| self.none.to_owned())
    }
}

/// Addresses that were deleted from a wallet.
#[derive(Serialize)]
pub(crate) struct Deleted {
    wallet: String,
    deleted: Vec<String>,
}

impl Deleted {
    pub(crate) fn new(wallet: &Wallet, deleted: &[Address]) -> Self {
        Self {
            wallet: wallet.name.clone(),
            deleted: deleted.iter().map(Address::to_string).collect(),
        }
    }
}

impl Report for Deleted {
    fn write(&self, page: &mut Page) {
        for address in &self.deleted {
            page.line(format_args!("Deleted {address} from the wallet {}.", self.wallet));
        }
    }
}
