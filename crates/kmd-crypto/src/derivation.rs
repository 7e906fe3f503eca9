//! Generated keys: the seed of key number i follows from the master derivation
//! key.
//!
//! HKDF-Expand (RFC 5869, no Extract) over SHA-512/256 with the master
//! derivation key as PRK and "AlgorandDeterministicKey-" ‖ decimal i as info.

use hkdf::Hkdf;
use sha2::Sha512_256;

use crate::secret::{MasterDerivationKey, Seed};
use crate::stack::wiped;

const INFO_PREFIX: &str = "AlgorandDeterministicKey-";

/// The seed of the key with this index. The first index that wallets use is 1.
pub fn derive_seed(master_derivation_key: &MasterDerivationKey, index: u64) -> Seed {
    let info = format!("{INFO_PREFIX}{index}");
    Seed::from_fn(|seed| {
        // Both can only fail for lengths other than these: PRK and output of 32 bytes.
        let derived = wiped(|| {
            let hkdf = Hkdf::<Sha512_256>::from_prk(master_derivation_key.expose());
            hkdf.is_ok_and(|hkdf| hkdf.expand(info.as_bytes(), seed).is_ok())
        });
        if !derived {
            unreachable!("HKDF-SHA-512/256 takes a PRK of 32 bytes and gives 32 bytes");
        }
    })
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    /// Of the wallet "plain" that the reference made (`tests/golden/wallets`).
    #[test]
    fn seeds_are_the_reference_s() {
        let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).unwrap();
        let key = bytes("136b923718928e639013a562bb956a41e3550bf24d06d54bbbc7edac803e19fa");
        let key = MasterDerivationKey::from_slice(&key).unwrap();
        for (index, seed) in [
            (1, "2e52f2a87f686f9327d6b4f320bbd9bcfe1cbf48489e5d7f8063e305825f1a85"),
            (2, "8d1fd2b329bddf1d6f1c2cc93b9408ee53201476694800f0d02ae1e4df926e70"),
            (3, "346cd7f314af457e4db1d357f3198dd33d1037ce7393d1219c536725092706a3"),
        ] {
            assert_eq!(derive_seed(&key, index).expose()[..], bytes(seed), "{index}");
        }
    }
}
