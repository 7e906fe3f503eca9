//! Addresses and public keys: the same 32 bytes for an ordinary account, two types all the same.
//!
//! An address may also be the hash of a multisig or of a program, which nobody can verify a
//! signature with; a public key may sign for an account it has been rekeyed to. Mixing the two up
//! must not compile.
//!
//! Text form (Algorand developer documentation, "Transforming an Ed25519 key into an Algorand
//! address"): base32 of RFC 4648 without padding, of the 32 bytes followed by the last 4 bytes of
//! their SHA-512/256. 36 bytes are 288 bits, 58 characters carry 290: the two bits too many have
//! to be zero, or one address would have four spellings.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE32_NOPAD, DecodeKind};
use thiserror::Error;

use crate::hash::sha512_256;

const CHECKSUM_LENGTH: usize = 4;

/// An account's address: 32 bytes, displayed as 58 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address([u8; 32]);

/// An Ed25519 public key: 32 bytes, not checked to be a point on the curve.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

/// Why a text is not an address. Never quotes the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Not 58 bytes long.
    #[error("an address has 58 characters")]
    Length,
    /// A character other than `A` to `Z` and `2` to `7`; lower case and padding are refused too.
    #[error("an address has only the characters A to Z and 2 to 7")]
    Alphabet,
    /// The last character carries bits that no address has; only a damaged text has them.
    #[error("the last character of the address is impossible")]
    NonCanonical,
    /// The last four bytes are not the checksum of the first 32.
    #[error("the checksum of the address is wrong")]
    Checksum,
}

impl Address {
    /// Length in bytes.
    pub const LENGTH: usize = 32;
    /// Length of the text form in characters.
    pub const TEXT_LENGTH: usize = 58;

    /// Takes 32 bytes as an address; every value is one.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, without checksum.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether all bytes are zero: the address that encodings leave out, owned by nobody.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == [0; 32]
    }

    fn checksum(&self) -> [u8; CHECKSUM_LENGTH] {
        let [.., a, b, c, d] = sha512_256(&[&self.0]);
        [a, b, c, d]
    }
}

impl PublicKey {
    /// Length in bytes.
    pub const LENGTH: usize = 32;

    /// Takes 32 bytes as a public key, unchecked.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<PublicKey> for Address {
    fn from(key: PublicKey) -> Self {
        Self(key.0)
    }
}

impl From<Address> for PublicKey {
    /// Right only for an account controlled by one Ed25519 key; the caller knows.
    fn from(address: Address) -> Self {
        Self(address.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; Self::LENGTH + CHECKSUM_LENGTH];
        let (address, checksum) = bytes.split_at_mut(Self::LENGTH);
        address.copy_from_slice(&self.0);
        checksum.copy_from_slice(&self.checksum());
        f.pad(&BASE32_NOPAD.encode(&bytes))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", Address(self.0))
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != Self::TEXT_LENGTH {
            return Err(AddressError::Length);
        }
        let mut bytes = [0; Self::LENGTH + CHECKSUM_LENGTH];
        BASE32_NOPAD
            .decode_mut(text.as_bytes(), &mut bytes)
            .map_err(|partial| AddressError::from_base32(partial.error.kind))?;
        let [address @ .., a, b, c, d] = bytes;
        let address = Self(address);
        if address.checksum() != [a, b, c, d] {
            return Err(AddressError::Checksum);
        }
        Ok(address)
    }
}

impl AddressError {
    fn from_base32(kind: DecodeKind) -> Self {
        match kind {
            DecodeKind::Length => Self::Length,
            DecodeKind::Symbol | DecodeKind::Padding => Self::Alphabet,
            DecodeKind::Trailing => Self::NonCanonical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Addresses that the reference printed; see tests/golden/wallets/manifest.json.
    const TEXT: &str = "PLGEQ4WPWHGTO47YDYJQBN3OX4JFYD5LPAHC3B645FUCQOMSNGCPMVJHNQ";
    const ZERO: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ";

    #[test]
    fn reads_what_it_writes() {
        for text in [TEXT, ZERO] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
            assert_eq!(Address::from_bytes(*address.as_bytes()), address);
            assert_eq!(Address::from(PublicKey::from(address)), address);
            assert_eq!(address.is_zero(), text == ZERO);
        }
        assert_eq!(
            format!("{:?}", Address::from_bytes([0; 32])),
            format!("Address({ZERO})")
        );
        assert_eq!(Address::from_bytes([0; 32]).to_string(), ZERO);
    }

    #[test]
    fn refuses_every_other_spelling() {
        let cases = [
            ("", AddressError::Length),
            (&TEXT[..57], AddressError::Length),
            (&format!("{TEXT}A"), AddressError::Length),
            (&format!("{TEXT}======"), AddressError::Length),
            (&format!("{}=", &TEXT[..57]), AddressError::Alphabet),
            (&TEXT.to_lowercase(), AddressError::Alphabet),
            (&format!("{}1", &TEXT[..57]), AddressError::Alphabet),
            (&format!("{} ", &TEXT[..57]), AddressError::Alphabet),
            (&format!("{}é", &TEXT[..56]), AddressError::Alphabet),
            // Q is 16, R is 17: the same 36 bytes with a stray bit behind them.
            (&format!("{}R", &TEXT[..57]), AddressError::NonCanonical),
            (&format!("{}M", &TEXT[..57]), AddressError::Checksum),
            (&format!("Q{}", &TEXT[1..]), AddressError::Checksum),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Address>(), Err(expected), "{text}");
        }
    }
}
