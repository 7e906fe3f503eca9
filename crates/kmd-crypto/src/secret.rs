//! A type for each secret. They lie in locked memory ([`kmd_memory`]), are filled
//! in place, wiped when dropped, shown by nothing, and cannot be cloned; `expose`
//! is the one way to their bytes.

use std::fmt;

use kmd_memory::{Secret, SecretSlice};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// `N` secret bytes, which a move does not copy.
pub struct SecretArray<const N: usize>(Secret<[u8; N]>);

impl<const N: usize> SecretArray<N> {
    /// Lets `fill` write the secret where it stays.
    ///
    /// # Errors
    /// Those of `fill`; what it wrote is wiped then.
    pub fn try_from_fn<E>(fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Secret::zeroed());
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// Lets `fill` write the secret where it stays.
    pub fn from_fn(fill: impl FnOnce(&mut [u8; N])) -> Self {
        let mut secret = Self(Secret::zeroed());
        fill(&mut secret.0);
        secret
    }

    /// Copies the secret from a slice of `N` bytes, `None` when it has another length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == N).then(|| Self::from_fn(|secret| secret.copy_from_slice(bytes)))
    }

    /// The secret itself.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> ZeroizeOnDrop for SecretArray<N> {}

impl<const N: usize> fmt::Debug for SecretArray<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretArray<{N}>(…)")
    }
}

/// Secret bytes of a length known only at run time. Never grows, so that no
/// copy is left behind.
pub struct SecretVec(SecretSlice);

impl SecretVec {
    /// Takes the bytes over; the vector is wiped.
    pub fn from_vec(bytes: Vec<u8>) -> Self {
        Self::from_slice(&Zeroizing::new(bytes))
    }

    /// Copies the bytes.
    pub fn from_slice(bytes: &[u8]) -> Self {
        Self(SecretSlice::copy_of(bytes))
    }

    /// The secret itself.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl ZeroizeOnDrop for SecretVec {}

impl fmt::Debug for SecretVec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretVec(…)")
    }
}

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(SecretArray<$length>);

        impl $name {
            /// Lets `fill` write the secret where it stays.
            pub fn from_fn(fill: impl FnOnce(&mut [u8; $length])) -> Self {
                Self(SecretArray::from_fn(fill))
            }

            /// Lets `fill` write the secret where it stays.
            ///
            /// # Errors
            /// Those of `fill`; what it wrote is wiped then.
            pub fn try_from_fn<E>(fill: impl FnOnce(&mut [u8; $length]) -> Result<(), E>) -> Result<Self, E> {
                SecretArray::try_from_fn(fill).map(Self)
            }

            /// Copies the secret, `None` when the length is another.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                SecretArray::from_slice(bytes).map(Self)
            }

            /// The secret itself.
            pub fn expose(&self) -> &[u8; $length] {
                self.0.expose()
            }
        }
    };
}

secret! {
    /// Encrypts everything else in a wallet; itself encrypted under the
    /// password. 32 bytes. Also called the master encryption password.
    MasterKey, 32
}
secret! {
    /// Every generated key of a wallet follows from it. 32 bytes.
    MasterDerivationKey, 32
}
secret! {
    /// An Ed25519 seed (RFC 8032's secret key). 32 bytes.
    Seed, 32
}
secret! {
    /// A key as wallets store and export it: Ed25519 seed, then public key.
    /// 64 bytes.
    PrivateKey, 64
}

impl PrivateKey {
    /// The seed. The public half is never trusted: it is derived again.
    pub fn seed(&self) -> Seed {
        Seed::from_fn(|seed| seed.copy_from_slice(&self.expose()[..32]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        let shown = format!(
            "{:?} {:?} {:?}",
            MasterKey::from_fn(|key| key.fill(0xab)),
            PrivateKey::from_fn(|key| key.fill(0xab)),
            SecretVec::from_slice(&[0xab; 8]),
        );
        assert!(
            !shown.contains("171") && !shown.to_lowercase().contains("ab,"),
            "{shown}"
        );
    }

    #[test]
    fn wrong_lengths_are_refused() {
        assert!(Seed::from_slice(&[1; 31]).is_none());
        assert!(Seed::from_slice(&[1; 33]).is_none());
        assert!(Seed::from_slice(&[1; 32]).is_some());
    }
}
