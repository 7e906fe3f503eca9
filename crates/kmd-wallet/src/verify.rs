//! Checking a wallet from end to end: what the database says of itself, and
//! whether everything that is encrypted opens and is what its row says.
//!
//! Others may use the wallet meanwhile. Rows are read in pages, and the highest
//! key index after them: it only grows, in one commit with the keys, so it can
//! never seem to be behind.

use std::collections::HashSet;

use kmd_algorand::MultisigPreimage;
use kmd_crypto::{
    EnvelopeError, MasterDerivationKey, MasterKey, PrivateKey, SigningKey, derive_seed, open_max_key_index,
};

use crate::problem::{Problem, ProblemKind, Table};
use crate::store::{Store, StoredIndex, StoredKey, StoredMultisig};
use crate::{Error, Result};

/// Most problems that are listed; all are counted.
const MOST_LISTED: usize = 100;
/// Rows that are read at once.
const PAGE: usize = 500;

/// What a wallet holds, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Verification {
    /// Keys that follow from the master derivation key.
    pub generated_keys: u64,
    /// Keys that were imported.
    pub imported_keys: u64,
    /// Multisig addresses.
    pub multisigs: u64,
    /// The highest index that a key was ever generated at, where it can be read.
    pub highest_index: Option<u64>,
    /// The first hundred problems.
    pub problems: Vec<Problem>,
    /// How many there are.
    pub problem_count: u64,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problem_count == 0
    }

    fn found(&mut self, problem: Problem) {
        self.problem_count += 1;
        if self.problems.len() < MOST_LISTED {
            self.problems.push(problem);
        }
    }
}

/// Checks everything that the master key opens.
///
/// # Errors
/// When the wallet cannot be read now; what is damaged in it is no error.
pub(crate) fn verify(store: &dyn Store, master_key: &MasterKey) -> Result<Verification> {
    let mut checking = Checking {
        master_key,
        master_derivation_key: None,
        indexes: HashSet::new(),
        verification: Verification::default(),
    };
    for said in store.check(MOST_LISTED)? {
        checking.found(Problem::of(Table::Database, ProblemKind::Database(said)));
    }
    checking.master_derivation_key(&store.secrets()?.master_derivation_key);
    let keys = pages(
        |from| store.key_rows(from, PAGE),
        |key| key.row,
        |key| checking.key(key),
    );
    checking.read(Table::Keys, keys)?;
    let multisigs = pages(
        |from| store.multisig_rows(from, PAGE),
        |multisig| multisig.row,
        |multisig| checking.multisig(multisig),
    );
    checking.read(Table::Multisigs, multisigs)?;
    checking.highest_index(&store.secrets()?.max_key_index);
    Ok(checking.verification)
}

/// Goes through all rows, a page at a time.
fn pages<T>(page: impl Fn(i64) -> Result<Vec<T>>, row: impl Fn(&T) -> i64, mut check: impl FnMut(&T)) -> Result<()> {
    let mut from = Some(i64::MIN);
    while let Some(first) = from {
        let rows = page(first)?;
        rows.iter().for_each(&mut check);
        from = rows.last().and_then(|last| row(last).checked_add(1));
    }
    Ok(())
}

struct Checking<'a> {
    master_key: &'a MasterKey,
    master_derivation_key: Option<MasterDerivationKey>,
    indexes: HashSet<u64>,
    verification: Verification,
}

impl Checking<'_> {
    fn found(&mut self, problem: Problem) {
        self.verification.found(problem);
    }

    /// A table that breaks off is one more problem of a damaged database; of a
    /// sound one it means that it cannot be read now.
    fn read(&mut self, table: Table, read: Result<()>) -> Result<()> {
        match read {
            Err(Error::Database { .. }) if !self.verification.is_sound() => {
                self.found(Problem::of(table, ProblemKind::Unreadable));
                Ok(())
            }
            other => other,
        }
    }

    fn master_derivation_key(&mut self, envelope: &[u8]) {
        match opened(MasterDerivationKey::open(self.master_key, envelope)) {
            Ok(key) => self.master_derivation_key = Some(key),
            Err(kind) => self.found(Problem::of(Table::Metadata, kind)),
        }
    }

    fn key(&mut self, key: &StoredKey) {
        match key.index {
            StoredIndex::None => self.verification.imported_keys += 1,
            StoredIndex::Number(_) | StoredIndex::Wrong => self.verification.generated_keys += 1,
        }
        for kind in [self.secret_of(key), self.index_of(key)].into_iter().flatten() {
            self.found(Problem::of_key(key, kind));
        }
    }

    /// What is wrong with the secret key, if anything is.
    fn secret_of(&self, key: &StoredKey) -> Option<ProblemKind> {
        let Some(address) = key.address else {
            return Some(ProblemKind::NoAddress);
        };
        let Some(envelope) = &key.secret_key else {
            return Some(ProblemKind::DoesNotDecrypt);
        };
        let seed = match opened(PrivateKey::open(self.master_key, envelope)) {
            Ok(private_key) => private_key.seed(),
            Err(kind) => return Some(kind),
        };
        if SigningKey::from_seed(&seed).public_key() != *address.as_bytes() {
            return Some(ProblemKind::OtherAddress);
        }
        let (index, derivation_key) = (key.index.number()?, self.master_derivation_key.as_ref()?);
        let derived = derive_seed(derivation_key, index);
        (derived.expose() != seed.expose()).then_some(ProblemKind::OtherIndex)
    }

    fn index_of(&mut self, key: &StoredKey) -> Option<ProblemKind> {
        match key.index {
            StoredIndex::None => None,
            StoredIndex::Wrong | StoredIndex::Number(0) => Some(ProblemKind::NoIndex),
            StoredIndex::Number(index) => (!self.indexes.insert(index)).then_some(ProblemKind::IndexTwice),
        }
    }

    fn multisig(&mut self, multisig: &StoredMultisig) {
        self.verification.multisigs += 1;
        let kind = match (&multisig.address, &multisig.preimage) {
            (None, _) => ProblemKind::NoAddress,
            (_, None) => ProblemKind::NoMultisig,
            (Some(address), Some(preimage)) if MultisigPreimage::address(preimage) != *address => {
                ProblemKind::OtherAddress
            }
            _ => return,
        };
        self.found(Problem::of_multisig(multisig, kind));
    }

    fn highest_index(&mut self, envelope: &[u8]) {
        let highest = match opened(open_max_key_index(self.master_key, envelope)) {
            Ok(highest) => highest,
            Err(kind) => return self.found(Problem::of(Table::Metadata, kind)),
        };
        self.verification.highest_index = Some(highest);
        let mut higher: Vec<u64> = self.indexes.iter().copied().filter(|index| *index > highest).collect();
        higher.sort_unstable();
        for index in higher {
            self.found(Problem {
                index: Some(index),
                ..Problem::of(Table::Keys, ProblemKind::IndexTooHigh)
            });
        }
    }
}

fn opened<T>(result: std::result::Result<T, EnvelopeError>) -> std::result::Result<T, ProblemKind> {
    result.map_err(|error| match error {
        EnvelopeError::WrongType => ProblemKind::WrongType,
        _ => ProblemKind::DoesNotDecrypt,
    })
}
