//! One call of the daemon: one operation, from its handle to its result.

mod care;
mod keys;
mod multisig;
mod sign;
mod token;
mod wallets;

use std::cell::{Cell, OnceCell};

use kmd_wallet::{Wallet, WalletId};

use crate::error::{Error, Result};
use crate::kmd::Kmd;
use crate::operation::{Decision, Operation};
use crate::session::Opened;

pub use multisig::ProgramForm;

/// Whether a call may wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    MayWait,
    AtOnce,
}

/// One call. It remembers which wallet it was about and how much it signed, for
/// those who log and count.
pub struct Call<'a> {
    kmd: &'a Kmd,
    patience: Patience,
    wallet: OnceCell<WalletId>,
    signatures: Cell<usize>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(kmd: &'a Kmd, patience: Patience) -> Self {
        Self {
            kmd,
            patience,
            wallet: OnceCell::new(),
            signatures: Cell::new(0),
        }
    }

    /// The wallet that the call was about, as far as it got.
    pub fn wallet(&self) -> Option<&WalletId> {
        self.wallet.get()
    }

    /// The file of that wallet, as far as its driver knows it without looking.
    pub fn file(&self) -> Option<String> {
        let id = self.wallet()?;
        self.kmd.drivers.iter().find_map(|driver| driver.file(id))
    }

    /// The signatures that the call made; none where it failed.
    pub fn signatures(&self) -> usize {
        self.signatures.get()
    }

    fn about(&self, id: &WalletId) {
        // A call is about one wallet; a second would be a mistake of the log only.
        let _ = self.wallet.set(id.clone());
    }

    fn authenticate(&self, handle: &str) -> Result<Opened> {
        let opened = self.kmd.sessions.authenticate(handle)?;
        self.about(&opened.id);
        Ok(opened)
    }

    /// As [`Self::run`], on a wallet that is given its password without a handle.
    fn run_found<T>(
        &self,
        id: &WalletId,
        operation: &Operation<'_>,
        act: impl FnOnce() -> kmd_wallet::Result<T>,
    ) -> Result<T> {
        self.kmd.decide(id, operation)?;
        let attempt = self.kmd.attempts.admit(id)?;
        self.kmd
            .record(id, operation, attempt.ended(act()).map_err(Error::from))
    }

    /// Decides, does, records. Every operation on an open wallet comes through here.
    fn run<T>(
        &self,
        opened: &Opened,
        operation: &Operation<'_>,
        act: impl FnOnce(&dyn Wallet) -> kmd_wallet::Result<T>,
    ) -> Result<T> {
        self.kmd.decide(&opened.id, operation)?;
        let shown = |error| self.kmd.attempts.shown(&opened.id, error);
        self.kmd
            .record(&opened.id, operation, act(&*opened.wallet).map_err(shown))
    }
}

impl Kmd {
    /// Asks the policy. What it refuses is recorded here.
    pub(crate) fn decide(&self, wallet: &WalletId, operation: &Operation<'_>) -> Result<()> {
        match self.policy.decide(wallet, operation) {
            Decision::Allow => Ok(()),
            Decision::Refuse(reason) => {
                let refused = Error::Refused(reason);
                self.recorder.record(wallet, operation, Err(&refused));
                Err(refused)
            }
        }
    }

    /// Records how the operation ended, before its result goes on.
    pub(crate) fn record<T>(&self, wallet: &WalletId, operation: &Operation<'_>, result: Result<T>) -> Result<T> {
        if result.as_ref().is_err_and(Error::would_wait) {
            // Nothing has happened yet: it is done again, and recorded then.
            return result;
        }
        self.recorder.record(wallet, operation, result.as_ref().map(drop));
        result
    }
}
