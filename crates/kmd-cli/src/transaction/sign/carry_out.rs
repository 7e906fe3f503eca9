//! Has the daemon sign what was planned, and checks what it answers.

use kmd_algorand::{Address, Authorization, Multisig, PublicKey, SignedTransaction};
use kmd_client::ToSign;

use super::plan::Step;
use crate::Result;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::output::Progress;
use crate::transaction::check::{CheckedTransaction, Verdict};
use crate::unlock::OpenWallet;

/// Bytes and number of transactions in one request; the daemon takes up to 16 MiB, and a handle
/// lives for a minute.
const BATCH_BYTES: usize = 4 << 20;
const BATCH: usize = 1000;

/// The transactions, signed as planned.
pub(super) fn carry_out(
    context: &Context,
    wallet: &OpenWallet<'_>,
    transactions: Vec<CheckedTransaction>,
    steps: &[Step],
) -> Result<Vec<CheckedTransaction>> {
    let mut work = Work {
        wallet,
        transactions,
        progress: context.output.progress_of("signing", steps.len() as u64),
    };
    work.with_one_key(steps)?;
    work.with_several_keys(steps)?;
    Ok(work.transactions)
}

struct Work<'a> {
    wallet: &'a OpenWallet<'a>,
    /// Each is replaced by what the daemon made of it.
    transactions: Vec<CheckedTransaction>,
    progress: Progress,
}

/// Places of transactions and who signs them.
type Batch = Vec<(usize, PublicKey)>;

impl Work<'_> {
    fn with_one_key(&mut self, steps: &[Step]) -> Result<()> {
        let batches = self.batches(steps);
        if batches.is_empty() {
            return Ok(());
        }
        let at_once = self.wallet.client.versions()?.iter().any(|version| version == "v2");
        for batch in batches {
            let answers = if at_once {
                self.batch(&batch)?
            } else {
                self.one_by_one(&batch)?
            };
            for (answer, (place, signer)) in answers.iter().zip(&batch) {
                self.transactions[*place] = self.checked(answer, *place, (*signer).into())?;
            }
            self.progress.set(batch.last().map_or(0, |(place, _)| *place as u64));
        }
        Ok(())
    }

    fn batches(&self, steps: &[Step]) -> Vec<Batch> {
        let mut batches: Vec<Batch> = Vec::new();
        let mut bytes = usize::MAX;
        for (place, step) in steps.iter().enumerate() {
            let Step::Key { signer } = step else { continue };
            let length = self.transactions[place].signed.transaction.canonical().len();
            match batches.last_mut() {
                Some(batch) if batch.len() < BATCH && bytes + length <= BATCH_BYTES => {
                    batch.push((place, *signer));
                    bytes += length;
                }
                _ => {
                    batches.push(vec![(place, *signer)]);
                    bytes = length;
                }
            }
        }
        batches
    }

    /// Groups were checked over the whole file; others may sign the rest of them.
    fn batch(&self, batch: &Batch) -> Result<Vec<Vec<u8>>> {
        let OpenWallet {
            client,
            handle,
            password,
            ..
        } = self.wallet;
        let item = |(place, signer): &(usize, PublicKey)| ToSign {
            transaction: self.transactions[*place].signed.transaction.canonical(),
            signer: Some(*signer),
        };
        let items: Vec<ToSign<'_>> = batch.iter().map(item).collect();
        let answer = client.sign_partial_groups(handle, password.expose(), &items);
        let answer = answer.map_err(|error| refused(error, batch))?;
        if answer.len() == batch.len() {
            Ok(answer)
        } else {
            let other = "the daemon's answer has another number of transactions";
            Err(Error::new(Kind::Other, other))
        }
    }

    /// As version 1 of the API does it, for a daemon that has no other.
    fn one_by_one(&self, batch: &Batch) -> Result<Vec<Vec<u8>>> {
        let OpenWallet {
            client,
            handle,
            password,
            ..
        } = self.wallet;
        let sign = |(place, signer): &(usize, PublicKey)| {
            let transaction = self.transactions[*place].signed.transaction.canonical();
            Ok(client.sign_transaction(handle, password.expose(), transaction, Some(*signer))?)
        };
        batch.iter().map(sign).collect()
    }

    fn with_several_keys(&mut self, steps: &[Step]) -> Result<()> {
        for (place, step) in steps.iter().enumerate() {
            if let Step::Multisig {
                account,
                partial,
                members,
            } = step
            {
                let signed = self.several(place, *account, partial.clone(), members)?;
                self.transactions[place] = self.checked(&signed.encode(), place, *account)?;
                self.progress.set(place as u64);
            }
        }
        Ok(())
    }

    fn several(
        &self,
        place: usize,
        account: Address,
        mut partial: Option<Multisig>,
        members: &[PublicKey],
    ) -> Result<SignedTransaction> {
        let OpenWallet {
            client,
            handle,
            password,
            ..
        } = self.wallet;
        let transaction = self.transactions[place].signed.transaction.clone();
        let signer = Some(account).filter(|account| *account != transaction.sender());
        for member in members {
            partial = Some(client.sign_multisig_transaction(
                handle,
                password.expose(),
                transaction.canonical(),
                *member,
                partial,
                signer,
            )?);
        }
        Ok(SignedTransaction {
            transaction,
            signer,
            authorization: partial.map_or(Authorization::None, Authorization::Multisig),
        })
    }

    /// What the daemon answered must be what was asked for: nothing else is written.
    fn checked(&self, answer: &[u8], place: usize, signer: Address) -> Result<CheckedTransaction> {
        let wrong = |why: String| {
            Error::new(
                Kind::Other,
                format!("the daemon's signature of transaction {} is wrong", place + 1),
            )
            .because(why)
        };
        let signed = SignedTransaction::decode(answer).map_err(|error| wrong(error.to_string()))?;
        let same = signed.transaction == self.transactions[place].signed.transaction && signed.authorizer() == signer;
        let answer = CheckedTransaction::from(signed);
        match &answer.verdict {
            _ if !same => Err(wrong("it is of another transaction, or by another signer".to_owned())),
            Verdict::Good | Verdict::Incomplete { .. } => Ok(answer),
            Verdict::Bad(flaw) => Err(wrong(flaw.to_string())),
            Verdict::Missing | Verdict::Unchecked => Err(wrong("there is none".to_owned())),
        }
    }
}

/// The daemon counts the transactions of one request, from 0.
fn refused(error: kmd_client::Error, batch: &Batch) -> Error {
    let error = Error::from(error);
    match batch.first() {
        Some((first, _)) => error.while_doing(format!(
            "cannot sign the transactions from {} on, which the daemon counts from 0",
            first + 1
        )),
        None => error,
    }
}
