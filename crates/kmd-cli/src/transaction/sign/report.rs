//! What will be done, and what was done.

use std::path::Path;

use kmd_algorand::{Address, PublicKey};
use serde::Serialize;

use super::plan::Step;
use crate::output::{Page, Report};
use crate::phrase::count;
use crate::transaction::authorization::state;
use crate::transaction::check::{CheckedTransaction, Verdict};

/// What is done with which transactions, those that follow each other together.
pub(super) fn plan(steps: &[Step]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut first = 0;
    for run in steps.chunk_by(|one, next| described(one) == described(next)) {
        let last = first + run.len();
        let which = match run.len() {
            1 => format!("transaction {last}"),
            _ => format!("transactions {} to {last}", first + 1),
        };
        lines.extend(run.first().map(|step| format!("{which}: {}", described(step))));
        first = last;
    }
    lines
}

fn described(step: &Step) -> String {
    match step {
        Step::Leave(reason) => format!("leave as is, {reason}"),
        Step::Key { signer } => format!("sign with the key of {}", Address::from(*signer)),
        Step::Multisig { account, members, .. } => {
            let members = names(members).join(", ");
            format!("sign for the multisig {account} with the key of {members}")
        }
    }
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
    pub(super) fn new(out: &Path, signed: &[CheckedTransaction], steps: &[Step]) -> Self {
        let one = |(place, (transaction, step)): (usize, (&CheckedTransaction, &Step))| One {
            number: place + 1,
            id: transaction.signed.transaction.id().to_string(),
            state: state(&transaction.verdict),
            signed_by: match step {
                Step::Leave(_) => Vec::new(),
                Step::Key { signer } => names(&[*signer]),
                Step::Multisig { members, .. } => names(members),
            },
            missing: match transaction.verdict {
                Verdict::Incomplete { have, need } => need - have,
                _ => 0,
            },
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::sign::plan::Reason;

    #[test]
    fn what_is_the_same_is_said_once() {
        let key = |number| Step::Key {
            signer: PublicKey::from_bytes([number; 32]),
        };
        let steps = [key(1), key(1), Step::Leave(Reason::Signed), key(1), key(2)];
        let (one, two) = (Address::from_bytes([1; 32]), Address::from_bytes([2; 32]));
        let expected = [
            format!("transactions 1 to 2: sign with the key of {one}"),
            "transaction 3: leave as is, signed already".to_owned(),
            format!("transaction 4: sign with the key of {one}"),
            format!("transaction 5: sign with the key of {two}"),
        ];
        assert_eq!(plan(&steps), expected);
    }
}
