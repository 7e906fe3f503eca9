//! Addresses as a result, one a line, so that they can be piped.

use kmd_algorand::Address;
use kmd_api::v1::Wallet;
use serde::Serialize;

use kmd_api::SecretText;
use kmd_client::Client;

use crate::ask::YesArgs;
use crate::context::Context;
use crate::output::{Page, Report};
use crate::unlock::WalletArgs;
use crate::{Error, Kind, Result};

/// Addresses in a wallet.
#[derive(Serialize)]
pub(crate) struct Addresses {
    wallet: String,
    addresses: Vec<String>,
    #[serde(skip)]
    none: String,
}

impl Addresses {
    /// `none` is said where there are none.
    pub(crate) fn new(wallet: &Wallet, addresses: &[Address], none: impl Into<String>) -> Self {
        Self {
            wallet: wallet.name.clone(),
            addresses: addresses.iter().map(Address::to_string).collect(),
            none: none.into(),
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
        self.addresses.is_empty().then(|| self.none.clone())
    }
}

/// Addresses of one kind, as they are deleted.
pub(crate) struct Deletion<'a> {
    pub(crate) wallet: WalletArgs,
    pub(crate) yes: YesArgs,
    pub(crate) addresses: Vec<Address>,
    /// The question, for the name of the wallet.
    pub(crate) question: &'a dyn Fn(&str) -> String,
    /// Those of this kind that the wallet has.
    pub(crate) there: fn(&Client, &SecretText) -> std::result::Result<Vec<Address>, kmd_client::Error>,
    /// Deletes one, by handle and password.
    pub(crate) delete: fn(&Client, &SecretText, &str, Address) -> std::result::Result<(), kmd_client::Error>,
    /// That the wallet has not got one of them, and where to see what it has.
    pub(crate) absent: fn(&str, &Address) -> (String, &'static str),
}

impl Deletion<'_> {
    /// Asks, and deletes all of them; none when one is not there.
    pub(crate) fn carry_out(self, context: &Context) -> Result<()> {
        let wallet = self.wallet.find(context)?;
        for address in &self.addresses {
            context.output.note(&address.to_string());
        }
        context
            .ask
            .confirm(&(self.question)(&wallet.name), self.yes.consent())?;

        let open = self.wallet.unlock_found(context, wallet)?;
        let there = (self.there)(open.client, &open.handle)?;
        if let Some(absent) = self.addresses.iter().find(|address| !there.contains(address)) {
            let (message, hint) = (self.absent)(&open.wallet.name, absent);
            return Err(Error::new(Kind::NotFound, message).hint(hint));
        }
        for address in &self.addresses {
            (self.delete)(open.client, &open.handle, open.password.expose(), *address)?;
        }
        context.output.print(&Deleted::new(&open.wallet, &self.addresses))
    }
}

/// Addresses that were deleted from a wallet.
#[derive(Serialize)]
struct Deleted {
    wallet: String,
    deleted: Vec<String>,
}

impl Deleted {
    fn new(wallet: &Wallet, deleted: &[Address]) -> Self {
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
