//! A multisig account together with the signatures collected so far.

use super::error::MultisigError;
use super::preimage::MultisigPreimage;
use crate::address::PublicKey;
use crate::signature::Signature;

/// A partial signature: for each key of the account, in order, its signature if it has signed.
///
/// Version, threshold and number of keys are as a client sent them; [`preimage`](Self::preimage)
/// checks them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multisig {
    version: u8,
    threshold: u8,
    subsigs: Vec<Subsig>,
}

/// A key and its signature, if it has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subsig {
    key: PublicKey,
    signature: Option<Signature>,
}

impl Subsig {
    /// A key and its signature. An all-zero signature is none, as it is in the encodings.
    #[must_use]
    pub fn new(key: PublicKey, signature: Option<Signature>) -> Self {
        Self {
            key,
            signature: signature.filter(|signature| !signature.is_zero()),
        }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// Its signature, if there is one; never all zero.
    #[must_use]
    pub fn signature(&self) -> Option<Signature> {
        self.signature
    }

    /// The signature both agree on.
    fn merged(self, other: Option<Signature>) -> Result<Self, MultisigError> {
        match (self.signature, other) {
            (Some(one), Some(other)) if one != other => Err(MultisigError::SignatureConflict),
            (one, other) => Ok(Self::new(self.key, one.or(other))),
        }
    }
}

impl Multisig {
    /// Takes the parts as a client sent them.
    #[must_use]
    pub fn new(version: u8, threshold: u8, subsigs: Vec<Subsig>) -> Self {
        Self {
            version,
            threshold,
            subsigs,
        }
    }

    /// No signature yet.
    #[must_use]
    pub fn from_preimage(preimage: &MultisigPreimage) -> Self {
        let subsigs = preimage.keys().iter().map(|&key| Subsig::new(key, None)).collect();
        Self::new(preimage.version(), preimage.threshold(), subsigs)
    }

    /// The version as sent; 1 if the preimage is valid.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The threshold as sent.
    #[must_use]
    pub fn threshold(&self) -> u8 {
        self.threshold
    }

    /// The keys and their signatures, in the account's order.
    #[must_use]
    pub fn subsigs(&self) -> &[Subsig] {
        &self.subsigs
    }

    /// The account the signatures are for.
    ///
    /// # Errors
    /// Those of [`MultisigPreimage::new`].
    pub fn preimage(&self) -> Result<MultisigPreimage, MultisigError> {
        let keys = self.subsigs.iter().map(Subsig::key).collect();
        MultisigPreimage::new(self.version, self.threshold, keys)
    }

    /// Puts a key's signature in; at each place, when the key occurs more than once.
    ///
    /// # Errors
    /// [`MultisigError::KeyNotInMultisig`]; [`MultisigError::SignatureConflict`] when the key has
    /// another signature already. Nothing has changed then.
    pub fn sign_with(&mut self, key: PublicKey, signature: Signature) -> Result<(), MultisigError> {
        if self.subsigs.iter().all(|subsig| subsig.key != key) {
            return Err(MultisigError::KeyNotInMultisig);
        }
        let signed = |subsig: &Subsig| {
            if subsig.key == key {
                subsig.merged(Some(signature))
            } else {
                Ok(*subsig)
            }
        };
        self.subsigs = self.subsigs.iter().map(signed).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// The signatures of both. The order does not matter.
    ///
    /// # Errors
    /// [`MultisigError::DifferentAccounts`] unless version, threshold and keys are equal;
    /// [`MultisigError::SignatureConflict`] when a key's signatures differ.
    pub fn merge(&self, other: &Self) -> Result<Self, MultisigError> {
        if !self.is_of_same_account(other) {
            return Err(MultisigError::DifferentAccounts);
        }
        let pairs = self.subsigs.iter().zip(&other.subsigs);
        let subsigs = pairs.map(|(one, other)| one.merged(other.signature));
        let subsigs = subsigs.collect::<Result<_, _>>()?;
        Ok(Self::new(self.version, self.threshold, subsigs))
    }

    fn is_of_same_account(&self, other: &Self) -> bool {
        let keys = self.subsigs.iter().map(Subsig::key);
        (self.version, self.threshold) == (other.version, other.threshold)
            && keys.eq(other.subsigs.iter().map(Subsig::key))
    }
}
