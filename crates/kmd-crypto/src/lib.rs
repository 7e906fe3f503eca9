//! Secrets and what is done with them: passwords to keys, keys to envelopes,
//! master derivation keys to signing keys, signing keys to signatures.
//!
//! ```text
//! password ──scrypt──► opens ──► master key ──opens──► master derivation key ──HKDF──► seeds
//!                                     └────────opens──► secret keys ──► signing keys ──► signatures
//! ```
//!
//! Nothing here knows of files, wallets or requests. Randomness is passed in
//! ([`Random`]), so that everything can be tested with known bytes.

mod check;
mod derivation;
mod envelope;
mod kdf;
mod msgpack;
mod password;
mod random;
mod secret;
mod secretbox;
mod signing;
mod stack;
mod verify;

pub use check::PasswordCheck;
pub use derivation::derive_seed;
pub use envelope::{
    Content, EnvelopeError, open, open_master_key, open_max_key_index, seal, seal_master_key, seal_max_key_index,
};
pub use kdf::{KdfError, KdfFloor, KdfLoad, PasswordKdf, PasswordKdfSettings, TooWeak, UnfitParams};
pub use kmd_memory::{Protection as SecretMemory, protection as secret_memory};
pub use kmd_scrypt::{Limits as KdfLimits, Params as KdfParams, ParamsError as KdfParamsError};
pub use password::Password;
pub use random::{Random, RandomError};
pub use secret::{MasterDerivationKey, MasterKey, PrivateKey, SecretArray, SecretVec, Seed};
pub use signing::SigningKey;
pub use verify::verify;
