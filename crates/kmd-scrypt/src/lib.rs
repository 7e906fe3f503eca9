//! The scrypt key derivation function, bounded and wiped.
//!
//! kmd derives the key of a wallet from its password with `N = 65536, r = 1, p = 32`, which is to
//! say thirty-two independent lanes. This crate runs eight of them at once in vector registers
//! (with AVX-512VL or AVX2, chosen at run time; one at a time elsewhere) on several threads.
//!
//! [`Params`] are what to compute, [`Limits`] what of that one is ready to pay for, and a [`Kdf`]
//! computes it, within a bound on memory that holds for all callers together.
//!
//! ```
//! use core::num::NonZeroUsize;
//! use kmd_scrypt::{Kdf, Limits, Params};
//!
//! let kdf = Kdf::new(Limits::default(), NonZeroUsize::MIN);
//! let mut key = [0; 32];
//! kdf.derive(b"password", b"NaCl", &Params::new(1024, 8, 16)?, &mut key)?;
//! assert_eq!(key[..4], [0xfd, 0xba, 0xbe, 0x1c]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Secrets
//!
//! Everything computed on the way is wiped: the blocks of the lanes, the state of the hash
//! functions, and the scratch memory, which is also kept out of core dumps. Registers and what the
//! compiler spills of them to the stack are wiped as well as can be: the stack that computing used
//! is overwritten afterwards.
//!
//! # Unsafe code
//!
//! Of the crates of kmd with unsafe code, this needs it to map scratch memory and look at it as
//! vectors, and to call code compiled for instructions that were found to be there. All computing
//! is in safe code.

mod backend;
mod kdf;
mod limits;
mod params;
mod pbkdf2;
mod pool;
mod portable;
mod scratch;
#[cfg(target_arch = "x86_64")]
mod simd;

use thiserror::Error;

#[doc(hidden)]
pub use backend::Backend;
pub use kdf::Kdf;
pub use limits::Limits;
pub use params::{Params, ParamsError};

/// Why no key was derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// The parameters ask for more work than the limits allow.
    #[error("the scrypt parameters ask for more work than is allowed")]
    TooMuchWork,
    /// The parameters ask for more memory than the limits allow.
    #[error("the scrypt parameters ask for more memory than is allowed")]
    TooMuchMemory,
    /// The system did not give the memory that the parameters ask for.
    #[error("there is not enough memory to derive the key")]
    OutOfMemory,
    /// A key has at least one byte, and at most 32 * (2^32 - 1) of them.
    #[error("scrypt gives no key of this length")]
    OutputLength,
}

/// There is no memory to be had.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutOfMemory;

impl From<OutOfMemory> for Error {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}
