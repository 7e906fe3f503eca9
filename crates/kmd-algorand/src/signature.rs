//! An Ed25519 signature as 64 bytes. Opaque here: kmd-crypto makes and checks them.

use std::fmt;

use data_encoding::HEXLOWER;

/// An Ed25519 signature: 64 bytes, as RFC 8032 encodes it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Length in bytes.
    pub const LENGTH: usize = 64;

    /// Takes the 64 bytes as they are; nothing is verified.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// Whether all bytes are zero, which Algorand's encodings use for "not signed yet".
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == [0; 64]
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", HEXLOWER.encode(&self.0))
    }
}
