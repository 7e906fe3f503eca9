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
