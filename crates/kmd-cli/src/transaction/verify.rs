//! `kmd verify`

use std::path::PathBuf;

use clap::Args;
use kmd_algorand::GroupState;
use serde::Serialize;

use super::authorization::state;
use super::check::Verdict;
use super::file::read_transactions;
use super::listing::{Listing, state_name, trouble};
use super::phrase::base64;
use crate::Result;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::output::{Page, Report};
use crate::plural::count;

/// Check the signatures and groups of a file of transactions, without a daemon
///
/// Checks signatures of single keys, multisig accounts and programs, and
/// computes the ids of groups anew. Whether a sender was rekeyed to the signer,
/// and whether a program approves, only the network knows. Fails when anything
/// is wrong or missing.
#[derive(Args)]
#[command(
    after_long_help = "JSON: {\"transactions\": [{\"number\", \"id\", \"signer\", \"state\", \"why\"}], \"groups\": [{\"id\", \"transactions\": [], \"state\", \"good\", \"why\"}]}; the state of a signature is good, missing, incomplete, bad or unchecked, that of a group whole, scattered, wrong-order or not-whole"
)]
pub struct Verify {
    /// Transactions in msgpack; - reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Accept that the file holds only some transactions of a group
    #[arg(long)]
    partial_group: bool,
}

impl Verify {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let listing = Listing::new(read_transactions(&self.file)?)?;
        let report = Checked::new(&listing, self.partial_group);
        context.output.print(&report)?;
        match report.faults() {
            0 => Ok(()),
            faults => Err(Error::new(
                Kind::CheckFailed,
                format!("{} not good", count(faults, "check")),
            )),
        }
    }
}

#[derive(Serialize)]
struct Checked {
    transactions: Vec<Signature>,
    groups: Vec<CheckedGroup>,
}

#[derive(Serialize)]
struct Signature {
    number: usize,
    id: String,
    signer: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Serialize)]
struct CheckedGroup {
    id: String,
    transactions: Vec<usize>,
    state: &'static str,
    good: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl Checked {
    fn new(listing: &Listing, partial_groups: bool) -> Self {
        let signature = |(place, item): (usize, &super::listing::Item)| Signature {
            number: place + 1,
            id: item.signed().transaction.id().to_string(),
            signer: item.signed().authorizer().to_string(),
            state: state(&item.verdict),
            why: why(&item.verdict),
        };
        let group = |group: &kmd_algorand::Group| CheckedGroup {
            id: base64(&group.id),
            transactions: group.members.iter().map(|place| place + 1).collect(),
            state: state_name(&group.state),
            good: group.state == GroupState::Whole || partial_groups && group.state == GroupState::NotWhole,
            why: trouble(group),
        };
        Self {
            transactions: listing.items.iter().enumerate().map(signature).collect(),
            groups: listing.groups.iter().map(group).collect(),
        }
    }

    fn faults(&self) -> usize {
        let signatures = self
            .transactions
            .iter()
            .filter(|signature| signature.state != "good")
            .count();
        signatures + self.groups.iter().filter(|group| !group.good).count()
    }
}

fn why(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Good => None,
        Verdict::Missing => Some("it is not signed".to_owned()),
        Verdict::Incomplete { have, need } => Some(format!("{have} of the {need} signatures it needs")),
        Verdict::Bad(flaw) => Some(flaw.to_string()),
        Verdict::Unchecked => Some("post-quantum signatures cannot be checked here".to_owned()),
    }
}

impl Report for Checked {
    fn write(&self, page: &mut Page) {
        for signature in &self.transactions {
            let Signature {
                number,
                id,
                signer,
                state,
                why,
            } = signature;
            match why {
                None => page.line(format!("good        transaction {number} {id}, by {signer}")),
                Some(why) => page.alarm(&format!("{state:10}  transaction {number} {id}: {why}")),
            }
        }
        for group in &self.groups {
            let members: Vec<String> = group.transactions.iter().map(ToString::to_string).collect();
            let whose = format!("group {} of transactions {}", group.id, members.join(", "));
            match &group.why {
                None => page.line(format!("good        {whose}")),
                Some(why) if group.good => page.line(format!("partial     {whose}: {why}")),
                Some(why) => page.alarm(&format!("bad         {whose}: {why}")),
            }
        }
    }
}
