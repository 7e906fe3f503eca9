//! `kmd sign`
//!
//! ```text
//!  FILE ──► shown ──► unlock ──► plan ──► confirmed ──► carry_out ──► checked ──► OUT
//! ```
//!
//! OUT holds all transactions of FILE: those that the wallet cannot sign are left as they are, for
//! others to sign. It is written at the very end, so a failure leaves nothing half done.

mod carry_out;
mod plan;
mod report;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use kmd_algorand::{Address, GroupState, TransactionFile};

use self::carry_out::carry_out;
use self::plan::{Holdings, Step, Wishes, plan};
use self::report::Signed;
use super::check::CheckedTransaction;
use super::file::{OutArgs, is_standard_input, read_transactions};
use super::listing::{Item, Listing, trouble};
use super::reopen::reopen;
use crate::Result;
use crate::address::argument;
use crate::ask::{Consent, YesArgs};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::output::Report;
use crate::phrase::count;
use crate::unlock::{OpenWallet, WalletArgs};

/// Sign the transactions of a file
///
/// Signs those that the wallet has keys for, as single keys or as members of
/// multisig accounts. Shows them first and asks. The others stay as they are, so
/// that they can be signed with other wallets, one after the other.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"out\", \"transactions\": [{\"number\", \"id\", \"state\", \"signed_by\": []}]}")]
pub struct Sign {
    /// Transactions in msgpack, as `goal clerk send -o FILE` and the SDKs write them; - reads standard input
    ///
    /// With -, the password is asked for on the terminal, and so is the
    /// confirmation; without a terminal, --password-file and --yes give them.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    out: OutArgs,

    #[command(flatten)]
    wallet: WalletArgs,

    #[command(flatten)]
    what: What,

    #[command(flatten)]
    yes: YesArgs,
}

/// What to sign, and as whom.
#[derive(Args)]
struct What {
    /// Sign as this account, to which the senders were rekeyed
    #[arg(long, value_name = "ADDRESS", value_parser = argument)]
    signer: Option<Address>,

    /// Sign only for this multisig account
    #[arg(long, value_name = "ADDRESS", value_parser = argument, conflicts_with = "signer")]
    multisig: Option<Address>,

    /// Sign as this member of a multisig account [default: as many as are needed]
    #[arg(long = "member", value_name = "ADDRESS", value_parser = argument)]
    members: Vec<Address>,

    /// Sign only these transactions, by their number in the file
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    only: Vec<usize>,

    /// Sign though the file holds only some transactions of a group
    #[arg(long)]
    partial_group: bool,
}

impl Sign {
    pub(crate) fn reads_standard_input(&self) -> bool {
        is_standard_input(&self.file)
    }

    pub(crate) fn run(self, context: &Context) -> Result<()> {
        self.out.check()?;
        let listing = Listing::new(read_transactions(&self.file)?)?;
        self.what.check(&listing)?;
        if self.yes.consent() == Consent::Missing {
            context.output.show(|page| listing.write(page));
        }

        let wallet = self.wallet.unlock(context)?;
        let transactions: Vec<CheckedTransaction> = listing.items.into_iter().map(Item::into_checked).collect();
        let holdings = holdings(&wallet, &transactions, &self.what)?;
        let steps = plan(&transactions, &holdings, &self.what.wishes())
            .map_err(|error| Error::new(Kind::Invalid, "this cannot be signed").because(error))?;
        let signing = steps.iter().filter(|step| step.signs()).count();
        let plan = report::plan(&steps);
        if signing == 0 {
            let nothing = format!("the wallet {} has nothing to sign here", wallet.wallet.name);
            return Err(plan
                .iter()
                .fold(Error::new(Kind::NotFound, nothing), Error::because)
                .hint("`kmd key list` shows the keys of a wallet; -w chooses another one"));
        }
        plan.iter().for_each(|line| context.output.note(line));
        let question = format!(
            "Sign {} with the wallet {}?",
            count(signing, "transaction"),
            wallet.wallet.name
        );
        context.ask.confirm(&question, self.yes.consent())?;

        let wallet = reopen(context, wallet)?;
        let signed = carry_out(context, &wallet, transactions, &steps)?;
        self.out
            .write(&TransactionFile::write(signed.iter().map(|one| &one.signed)))?;
        context.output.print(&Signed::new(self.out.path(), &signed, &steps))
    }
}

impl What {
    /// Refuses what would be no use to sign.
    fn check(&self, listing: &Listing) -> Result<()> {
        let count = listing.items.len();
        if let Some(number) = self.only.iter().find(|number| !(1..=count).contains(number)) {
            return Err(Error::new(Kind::Usage, format!("there is no transaction {number}"))
                .because(format!("the file has {count}")));
        }
        for group in &listing.groups {
            let accepted = self.partial_group && group.state == GroupState::NotWhole;
            let concerned = group.members.iter().any(|place| self.wants(*place));
            if let Some(trouble) = trouble(group).filter(|_| concerned && !accepted) {
                let error = Error::new(Kind::Invalid, "a group in the file is not as it was made").because(trouble);
                return Err(match group.state {
                    GroupState::NotWhole => error.hint("--partial-group signs it all the same"),
                    _ => error,
                });
            }
        }
        Ok(())
    }

    fn wants(&self, place: usize) -> bool {
        self.only.is_empty() || self.only.contains(&(place + 1))
    }

    fn wishes(&self) -> Wishes {
        Wishes {
            signer: self.signer,
            multisig: self.multisig,
            members: self.members.clone(),
            only: self.only.iter().map(|number| number - 1).collect(),
        }
    }
}

/// What the wallet has of what may be needed.
fn holdings(wallet: &OpenWallet<'_>, transactions: &[CheckedTransaction], what: &What) -> Result<Holdings> {
    let keys: BTreeSet<Address> = wallet.client.list_keys(&wallet.handle)?.into_iter().collect();
    let imported = wallet.client.list_multisig(&wallet.handle)?;
    let signers = transactions.iter().map(|one| one.signed.authorizer());
    let wanted: BTreeSet<Address> = signers.chain(what.signer).chain(what.multisig).collect();
    let mut multisigs = Vec::new();
    for address in imported.into_iter().filter(|address| wanted.contains(address)) {
        multisigs.push((address, wallet.client.export_multisig(&wallet.handle, address)?));
    }
    Ok(Holdings {
        keys,
        multisigs: multisigs.into_iter().collect(),
    })
}

impl Step {
    fn signs(&self) -> bool {
        !matches!(self, Self::Leave(_))
    }
}
