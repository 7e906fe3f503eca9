//! Who signs what: decided before anything is signed, and shown.

use std::collections::{BTreeMap, BTreeSet};

use kmd_algorand::{Address, Authorization, Multisig, MultisigPreimage, PublicKey};
use thiserror::Error;

use crate::transaction::check::{CheckedTransaction, Flaw, Verdict};
use crate::transaction::members::who_signs;

/// What a wallet has.
pub(super) struct Holdings {
    pub(super) keys: BTreeSet<Address>,
    /// Those that may be needed.
    pub(super) multisigs: BTreeMap<Address, MultisigPreimage>,
}

/// What the person asked for.
#[derive(Default)]
pub(super) struct Wishes {
    /// Who signs instead of the senders.
    pub(super) signer: Option<Address>,
    /// Only what this account signs.
    pub(super) multisig: Option<Address>,
    /// As which members; none: as many as are needed.
    pub(super) members: Vec<Address>,
    /// Places of transactions; none: all.
    pub(super) only: BTreeSet<usize>,
}

/// What is done with a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Leave(Reason),
    /// A signature with one key.
    Key {
        signer: PublicKey,
    },
    /// Signatures of these members. `partial` is what others have done so far, or nothing where the
    /// wallet knows the account.
    Multisig {
        account: Address,
        partial: Option<Multisig>,
        members: Vec<PublicKey>,
    },
}

/// Why a transaction is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Reason {
    #[error("not asked for")]
    NotAsked,
    #[error("signed already")]
    Signed,
    #[error("it has a kind of signature that kmd does not add to")]
    OtherKind,
    #[error("the wallet has no key of {0}")]
    NoKey(Address),
    #[error("the wallet has no key of {0} that has not signed")]
    NoMember(Address),
}

/// Why nothing can be signed.
#[derive(Debug, PartialEq, Eq, Error)]
pub(super) enum Obstacle {
    #[error("transaction {number} has a wrong signature already: {flaw}")]
    WrongSignature { number: usize, flaw: Flaw },
    #[error("transaction {number} is partly signed for {found}, so it cannot be signed for {wanted}")]
    OtherSigner {
        number: usize,
        found: Address,
        wanted: Address,
    },
}

/// One step for each transaction.
pub(super) fn plan(
    transactions: &[CheckedTransaction],
    holdings: &Holdings,
    wishes: &Wishes,
) -> Result<Vec<Step>, Obstacle> {
    let step = |(place, transaction)| step(place, transaction, holdings, wishes);
    transactions.iter().enumerate().map(step).collect()
}

fn step(
    place: usize,
    transaction: &CheckedTransaction,
    holdings: &Holdings,
    wishes: &Wishes,
) -> Result<Step, Obstacle> {
    let CheckedTransaction { signed, verdict } = transaction;
    let number = place + 1;
    if !wishes.only.is_empty() && !wishes.only.contains(&place) {
        return Ok(Step::Leave(Reason::NotAsked));
    }
    if let Verdict::Bad(flaw) = verdict {
        let flaw = flaw.clone();
        return Err(Obstacle::WrongSignature { number, flaw });
    }
    let signer = wishes.signer.unwrap_or(signed.authorizer());
    if wishes.multisig.is_some_and(|wanted| wanted != signer) {
        return Ok(Step::Leave(Reason::NotAsked));
    }
    let complete = *verdict == Verdict::Good;
    Ok(match &signed.authorization {
        Authorization::None => first(signer, holdings, wishes),
        Authorization::Multisig(_) if signer != signed.authorizer() => {
            let found = signed.authorizer();
            return Err(Obstacle::OtherSigner {
                number,
                found,
                wanted: signer,
            });
        }
        Authorization::Multisig(multisig) if !complete => more(signer, multisig, Some(multisig), holdings, wishes),
        _ if complete => Step::Leave(Reason::Signed),
        _ => Step::Leave(Reason::OtherKind),
    })
}

/// Nobody has signed yet.
fn first(signer: Address, holdings: &Holdings, wishes: &Wishes) -> Step {
    let multisig = holdings.multisigs.get(&signer);
    match multisig {
        _ if holdings.keys.contains(&signer) && wishes.multisig.is_none() => Step::Key { signer: signer.into() },
        Some(preimage) => more(signer, &Multisig::from_preimage(preimage), None, holdings, wishes),
        None => Step::Leave(Reason::NoKey(signer)),
    }
}

/// Members of the multisig that have not signed, up to as many as are needed.
fn more(
    account: Address,
    multisig: &Multisig,
    partial: Option<&Multisig>,
    holdings: &Holdings,
    wishes: &Wishes,
) -> Step {
    let members = who_signs(multisig, |address| holdings.keys.contains(address), &wishes.members);
    if members.is_empty() {
        return Step::Leave(Reason::NoMember(account));
    }
    Step::Multisig {
        account,
        partial: partial.cloned(),
        members,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmd_algorand::{SignedTransaction, Transaction};

    fn address(number: u8) -> Address {
        Address::from_bytes([number; 32])
    }

    /// A payment of this sender, to be signed by another account where one is given.
    fn entry(sender: u8, signer: Option<u8>, authorization: Authorization) -> SignedTransaction {
        let transaction = [b"\x82\xa3snd\xc4\x20", [sender; 32].as_slice(), b"\xa4type\xa3pay"].concat();
        SignedTransaction {
            transaction: Transaction::decode(&transaction).unwrap(),
            signer: signer.map(address),
            authorization,
        }
    }

    fn preimage() -> MultisigPreimage {
        MultisigPreimage::new(1, 2, [1, 2, 3].map(|number| address(number).into()).to_vec()).unwrap()
    }

    /// Keys 1 and 2, and the multisig account of 1, 2 and 3.
    fn holdings() -> Holdings {
        Holdings {
            keys: [1, 2].map(address).into(),
            multisigs: [(preimage().address(), preimage())].into(),
        }
    }

    fn step(signed: SignedTransaction, wishes: &Wishes) -> Step {
        plan(&[signed.into()], &holdings(), wishes).unwrap().remove(0)
    }

    #[test]
    fn who_has_the_key_signs() {
        let unsigned = |sender, signer| entry(sender, signer, Authorization::None);
        let none = Wishes::default();
        let key = |number| Step::Key {
            signer: address(number).into(),
        };
        assert_eq!(step(unsigned(1, None), &none), key(1));
        assert_eq!(step(unsigned(9, Some(2)), &none), key(2));
        assert_eq!(step(unsigned(9, None), &none), Step::Leave(Reason::NoKey(address(9))));
        assert_eq!(
            step(unsigned(1, Some(9)), &none),
            Step::Leave(Reason::NoKey(address(9)))
        );

        let as_two = Wishes {
            signer: Some(address(2)),
            ..Wishes::default()
        };
        assert_eq!(step(unsigned(9, None), &as_two), key(2));
        let second = Wishes {
            only: [1].into(),
            ..Wishes::default()
        };
        assert_eq!(step(unsigned(1, None), &second), Step::Leave(Reason::NotAsked));
        let multisig = Wishes {
            multisig: Some(preimage().address()),
            ..Wishes::default()
        };
        assert_eq!(step(unsigned(1, None), &multisig), Step::Leave(Reason::NotAsked));
    }

    #[test]
    fn members_of_a_multisig_sign() {
        let account = preimage().address();
        let as_multisig = Wishes {
            signer: Some(account),
            ..Wishes::default()
        };
        let members: Vec<PublicKey> = [1, 2].map(|number| address(number).into()).to_vec();
        let expected = Step::Multisig {
            account,
            partial: None,
            members: members.clone(),
        };
        assert_eq!(step(entry(9, None, Authorization::None), &as_multisig), expected);

        let begun = Multisig::from_preimage(&preimage());
        let mut partly = entry(9, None, Authorization::Multisig(begun.clone()));
        partly.signer = Some(account);
        let expected = Step::Multisig {
            account,
            partial: Some(begun),
            members,
        };
        assert_eq!(step(partly.clone(), &Wishes::default()), expected);
        let other = Wishes {
            signer: Some(address(1)),
            ..Wishes::default()
        };
        assert_eq!(
            plan(&[partly.into()], &holdings(), &other),
            Err(Obstacle::OtherSigner {
                number: 1,
                found: account,
                wanted: address(1)
            })
        );
    }
}
