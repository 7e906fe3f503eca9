//! What a multisig address is the hash of.

use super::error::MultisigError;
use crate::address::{Address, PublicKey};
use crate::hash::sha512_256;

const PREFIX: &[u8] = b"MultisigAddr";

/// Version, threshold and keys of a multisig account; valid by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MultisigPreimage {
    version: u8,
    threshold: u8,
    keys: Vec<PublicKey>,
}

impl MultisigPreimage {
    /// The only version there is.
    pub const VERSION: u8 = 1;
    /// The most keys an account can have.
    pub const MAX_KEYS: usize = 255;

    /// Checks and takes the parts. Keys keep their order, which the address depends on, and may
    /// repeat: a key that occurs twice signs twice.
    ///
    /// # Errors
    /// In this order: [`MultisigError::UnknownVersion`] unless `version` is 1;
    /// [`MultisigError::InvalidThreshold`] unless `threshold` is 1 to the number of keys;
    /// [`MultisigError::TooManyKeys`] above 255 keys.
    pub fn new(version: u8, threshold: u8, keys: Vec<PublicKey>) -> Result<Self, MultisigError> {
        if version != Self::VERSION {
            return Err(MultisigError::UnknownVersion);
        }
        if threshold == 0 || keys.len() < usize::from(threshold) {
            return Err(MultisigError::InvalidThreshold);
        }
        if keys.len() > Self::MAX_KEYS {
            return Err(MultisigError::TooManyKeys(keys.len()));
        }
        Ok(Self {
            version,
            threshold,
            keys,
        })
    }

    /// The version, 1.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.version
    }

    /// How many signatures are needed, at least 1.
    #[must_use]
    pub fn threshold(&self) -> u8 {
        self.threshold
    }

    /// The keys, 1 to 255, in the order the address was made with.
    #[must_use]
    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// The account's address: SHA-512/256 over "MultisigAddr", version, threshold and keys
    /// (Algorand developer documentation, "Multisignature accounts").
    #[must_use]
    pub fn address(&self) -> Address {
        let mut preimage = Vec::with_capacity(PREFIX.len() + 2 + 32 * self.keys.len());
        preimage.extend_from_slice(PREFIX);
        preimage.extend_from_slice(&[self.version, self.threshold]);
        for key in &self.keys {
            preimage.extend_from_slice(key.as_bytes());
        }
        Address::from_bytes(sha512_256(&[&preimage]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_in_the_order_of_the_reference() {
        let cases = [
            (0, 0, 0, Err(MultisigError::UnknownVersion)),
            (2, 1, 1, Err(MultisigError::UnknownVersion)),
            (1, 0, 0, Err(MultisigError::InvalidThreshold)),
            (1, 1, 0, Err(MultisigError::InvalidThreshold)),
            (1, 0, 1, Err(MultisigError::InvalidThreshold)),
            (1, 0, 256, Err(MultisigError::InvalidThreshold)),
            (1, 3, 2, Err(MultisigError::InvalidThreshold)),
            (1, 1, 256, Err(MultisigError::TooManyKeys(256))),
            (1, 255, 255, Ok(())),
            (1, 1, 1, Ok(())),
        ];
        for (version, threshold, keys, expected) in cases {
            let keys = vec![PublicKey::from_bytes([7; 32]); keys];
            let count = keys.len();
            let made = MultisigPreimage::new(version, threshold, keys);
            assert_eq!(made.map(|_| ()), expected, "{version} {threshold} {count}");
        }
    }
}
