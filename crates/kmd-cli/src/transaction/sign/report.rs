//! What will be done, and what was done.

use std::path::Path;

use kmd_algorand::{Address, PublicKey, SignedTransaction};
use serde::Serialize;

use super::plan::Step;
use crate::output::{Page, Report};
use crate::transaction::authorization::state;
use crate::transaction::check::{Verdict, check};
use crate::transaction::phrase::count;

/// A line for each transaction.
pub(super) fn plan(steps: &[Step]) -> Vec<String> {
    let line = |(place, step): (usize, &Step)| {
        let number = place + 1;
        match step {
            Step::Leave(reason) => format!("transaction {number} stays as it is: {reason}"),
            Step::Key { signer } => format!(
                "transaction {number} will be signed with the key of {}",
                Address::from(*signer)
            ),
            Step::Multisig { account, members, .. } => {
                let members = names(members).join(", ");
                format!("transaction {number} will be signed for the multisig {account}, with the key of {members}")
            }
        }
    };
    steps.iter().enumerate().map(line).collect()
}

fn names(members: &[PublicKey]) -> Vec<String> {
    members
        .iter()
        .map(|member| Address::from(*member).to_string())
        .collect()
}

/// What `kmd sign` prints.
#[derive(Serialize)]
pub(super) struct Signed {
    out: String,
    transactions: Vec<One>,
}

#[derive(Serialize)]
struct One {
    number: usize,
    id: String,
    state: &'static str,
    signed_by: Vec<String>,
    #[serde(skip)]
    missing: usize,
}

impl Signed {
    pub(super) fn new(out: &Path, signed: &[SignedTransaction], steps: &[Step]) -> Self {
        let one = |(place, (signed, step)): (usize, (&SignedTransaction, &Step))| {
            let verdict = check(signed);
            One {
                number: place + 1,
                id: signed.transaction.id().to_string(),
                state: state(&verdict),
                signed_by: match step {
                    Step::Leave(_) => Vec::new(),
                    Step::Key { signer } => names(&[*signer]),
                    Step::Multisig { members, .. } => names(members),
                },
                missing: match verdict {
                    Verdict::Incomplete { have, need } => need - have,
                    _ => 0,
                },
            }
        };
        Self {
            out: out.display().to_string(),
            transactions: signed.iter().zip(steps).enumerate().map(one).collect(),
        }
    }
}

impl Report for Signed {
    fn write(&self, page: &mut Page) {
        let signed = self.transactions.iter().filter(|one| !one.signed_by.is_empty()).count();
        page.line(format!(
            "Signed {}, written to {}",
            count(signed, "transaction"),
            self.out
        ));
        for One {
            number, missing, state, ..
        } in &self.transactions
        {
            match *state {
                "incomplete" => page.line(format!(
                    "transaction {number} needs {} more",
                    count(*missing, "signature")
                )),
                "missing" => page.line(format!("transaction {number} is not signed yet")),
                _ => {}
            }
        }
    }
}
