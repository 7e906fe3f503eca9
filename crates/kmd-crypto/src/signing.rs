//! Ed25519, behind the one type that may sign.
//!
//! The public key is always derived from the secret: signing with a public key
//! from elsewhere can leak the secret (RUSTSEC-2022-0093).

use std::fmt;

use kmd_ed25519::KeyPair;
use kmd_memory::Secret;

use crate::secret::{PrivateKey, Seed};

/// A key to sign with: a seed and the public key that follows from it, in locked
/// memory.
pub struct SigningKey {
    pair: Secret<KeyPair>,
    public: [u8; 32],
}

impl SigningKey {
    /// Derives the public key of a seed.
    pub fn from_seed(seed: &Seed) -> Self {
        let mut pair = Secret::<KeyPair>::zeroed();
        let public = kmd_ed25519::derive(seed.expose(), &mut pair);
        Self { pair, public }
    }

    /// The public key, 32 bytes.
    pub fn public_key(&self) -> [u8; 32] {
        self.public
    }

    /// The stored form: the seed, then its public key.
    pub fn private_key(&self) -> PrivateKey {
        PrivateKey::from_fn(|pair| pair.copy_from_slice(&*self.pair))
    }

    /// Signs `message` (RFC 8032, Ed25519): 64 bytes.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        kmd_ed25519::sign(&self.pair, message)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        let bytes: Vec<u8> = (0..text.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
            .collect();
        bytes.try_into().unwrap()
    }

    /// RFC 8032, section 7.1, tests 1 to 3.
    #[test]
    fn rfc_8032() {
        let cases = [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                &[][..],
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                &[0x72],
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                &[0xaf, 0x82],
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
        ];
        for (seed, public, message, signature) in cases {
            let key = SigningKey::from_seed(&Seed::from_slice(&hex::<32>(seed)).unwrap());
            assert_eq!(key.public_key(), hex::<32>(public));
            assert_eq!(key.sign(message), hex::<64>(signature));
        }
    }
}
