//! The accounts that secrets stand for, worked out here to be shown before anything is done.

use kmd_algorand::{Address, PublicKey};
use kmd_crypto::{MasterDerivationKey, Seed, SigningKey, derive_seed};

/// The address of a key.
pub(crate) fn address_of(seed: &Seed) -> Address {
    PublicKey::from_bytes(SigningKey::from_seed(seed).public_key()).into()
}

/// The address of the first key that a wallet with this master derivation key generates.
pub(crate) fn first_address(key: &MasterDerivationKey) -> Address {
    address_of(&derive_seed(key, 1))
}
