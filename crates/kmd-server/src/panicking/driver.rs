//! A driver of one wallet, which opens, and panics with whatever it is given next.

use std::sync::Arc;

use kmd_algorand::{Address, PublicKey, Signature};
use kmd_crypto::{Password, Seed};
use kmd_wallet::{
    Driver, DriverInfo, Error, Locked, Metadata, NewPassword, NewWallet, Result, Wallet, WalletId, WalletName,
};

pub(super) const ID: &str = "panicking";
/// How each of its panics begins.
pub(super) const CHOKED: &str = "choked on";

pub(super) struct Panicking;

/// Bytes as the panics quote them.
pub(super) fn spelled(bytes: &[u8]) -> String {
    format!("{bytes:?}")
}

fn text(password: &Password) -> String {
    String::from_utf8_lossy(password.expose()).into_owned()
}

fn metadata() -> Result<Metadata> {
    Ok(Metadata {
        id: WalletId::new(ID)?,
        name: WalletName::new("the only one")?,
        driver: Panicking.info(),
    })
}

impl Driver for Panicking {
    fn info(&self) -> DriverInfo {
        DriverInfo {
            name: "panicking",
            version: 1,
            mnemonic_ux: false,
            supported_transactions: &[],
        }
    }

    fn list(&self) -> Result<Vec<Metadata>> {
        Ok(vec![metadata()?])
    }

    fn create(&self, _new: NewWallet<'_>) -> Result<()> {
        Err(Error::NotSupported)
    }

    fn rename(&self, _id: &WalletId, _name: &WalletName, _password: &Password) -> Result<()> {
        Err(Error::NotSupported)
    }

    fn open(&self, id: &WalletId) -> Result<Box<dyn Locked>> {
        if id.as_str() == ID {
            Ok(Box::new(Self))
        } else {
            Err(Error::WalletNotFound)
        }
    }
}

impl Locked for Panicking {
    fn metadata(&self) -> Result<Metadata> {
        metadata()
    }

    fn unlock(self: Box<Self>, _password: &Password) -> Result<Arc<dyn Wallet>> {
        Ok(Arc::new(Self))
    }

    fn change_password(self: Box<Self>, password: &Password, new: NewPassword<'_>) -> Result<()> {
        panic!("{CHOKED} {} and {}", text(password), text(new.password));
    }
}

impl Wallet for Panicking {
    fn metadata(&self) -> Result<Metadata> {
        metadata()
    }

    fn check_password(&self, _password: &Password) -> Result<()> {
        Ok(())
    }

    fn list_keys(&self) -> Result<Vec<Address>> {
        Ok(Vec::new())
    }

    fn sign(&self, password: &Password, _signer: PublicKey, _message: &[u8]) -> Result<Signature> {
        panic!("{CHOKED} {}", text(password));
    }

    fn sign_at_once(&self, password: &Password, signer: PublicKey, message: &[u8]) -> Result<Option<Signature>> {
        self.sign(password, signer, message).map(Some)
    }

    fn import_key(&self, seed: &Seed) -> Result<Address> {
        panic!("{CHOKED} {}", spelled(seed.expose()));
    }
}
