//! `kmd verify`

use std::path::PathBuf;

use clap::Args;
use kmd_algorand::GroupState;
use serde::Serialize;

use super::authorization::{signed_by, state};
use super::check::Verdict;
use super::file::read_transactions;
use super::listing::{Item, Listing, state_name, trouble};
use super::phrase::base64;
use crate::Result;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::output::{Page, Report};
use crate::phrase::count;

/// Check the signatures and groups of a file of transactions, without a daemon
///
/// Checks signatures of single keys, multisig accounts and programs, and
/// computes the ids of groups anew. Whether a sender was rekeyed to the signer,
/// and whether a program approves, only the network knows. Fails when anything
/// is wrong or missing, with exit code 9.
///
/// Signatures of post-quantum keys (Falcon) cannot be checked here. They are
/// neither good nor bad: where nothing else is wrong, the exit code is 11.
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
        let unchecked = format!("{} could not be checked", count(report.unchecked(), "signature"));
        match (report.faults(), report.unchecked()) {
            (0, 0) => Ok(()),
            (0, _) => Err(Error::new(Kind::Unchecked, unchecked)
                .hint("nothing else is wrong; the network checks it when the transaction is sent")),
            (faults, 0) => Err(not_good(faults)),
            (faults, _) => Err(not_good(faults).because(unchecked)),
        }
    }
}

fn not_good(faults: usize) -> Error {
    Error::new(Kind::CheckFailed, format!("{} not good", count(faults, "check")))
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
        let signature = |(place, item): (usize, &Item)| Signature {
            number: place + 1,
            id: item.signed().transaction.id().to_string(),
            signer: item.signed().authorizer().to_string(),
            state: state(&item.verdict),
            why: why(item),
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
        let is_good = |signature: &&Signature| signature.state == "good";
        let signatures = self.transactions.len() - self.transactions.iter().filter(is_good).count();
        signatures - self.unchecked() + self.groups.iter().filter(|group| !group.good).count()
    }

    fn unchecked(&self) -> usize {
        let unchecked = state(&Verdict::Unchecked);
        let is_unchecked = |signature: &&Signature| signature.state == unchecked;
        self.transactions.iter().filter(is_unchecked).count()
    }
}

fn why(item: &Item) -> Option<String> {
    match &item.verdict {
        Verdict::Good => None,
        Verdict::Missing => Some("it is not signed".to_owned()),
        Verdict::Incomplete { have, need } => Some(format!("{have} of the {need} signatures it needs")),
        Verdict::Bad(flaw) => Some(flaw.to_string()),
        Verdict::Unchecked => Some(format!(
            "signed {}; kmd cannot check that kind of signature, it may be right or wrong",
            signed_by(item.signed())
        )),
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
            let noun = if members.len() == 1 {
                "transaction"
            } else {
                "transactions"
            };
            let whose = format!("group {} of {noun} {}", group.id, members.join(", "));
            match &group.why {
                None => page.line(format!("good        {whose}")),
                Some(why) if group.good => page.line(format!("partial     {whose}: {why}")),
                Some(why) => page.alarm(&format!("bad         {whose}: {why}")),
            }
        }
    }
}
