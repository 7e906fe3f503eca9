//! The name `ledger`, which the reference knows even where its driver is
//! switched off: it has no wallets then and makes none. There is no Ledger
//! driver here; see the README.

use kmd_crypto::Password;
use kmd_wallet::{Driver, DriverInfo, Error, Locked, Metadata, NewWallet, Result, WalletId, WalletName};

pub(crate) struct NoLedger;

impl Driver for NoLedger {
    fn info(&self) -> DriverInfo {
        DriverInfo {
            name: "ledger",
            version: 1,
            mnemonic_ux: false,
            supported_transactions: &["pay", "keyreg"],
        }
    }

    fn list(&self) -> Result<Vec<Metadata>> {
        Ok(Vec::new())
    }

    fn create(&self, _new: NewWallet<'_>) -> Result<()> {
        Err(Error::NotSupported)
    }

    fn rename(&self, _id: &WalletId, _name: &WalletName, _password: &Password) -> Result<()> {
        Err(Error::NotSupported)
    }

    fn open(&self, _id: &WalletId) -> Result<Box<dyn Locked>> {
        Err(Error::WalletNotFound)
    }
}
