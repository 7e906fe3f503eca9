//! Accounts of several keys, of which some number must sign.
//!
//! ```text
//!   MultisigPreimage ── address() ──► Address
//!     │ version, threshold, keys          the preimage cannot be had back from it
//!     ▼
//!   Multisig ── sign_with, merge ──► Multisig ── encode ──► the answer of a signing request
//!     the preimage, and a signature or none for each key
//! ```
//!
//! A preimage is valid by construction. A partial signature comes from a client and may not be;
//! [`Multisig::preimage`] is the way from one to the other.

mod encoding;
mod error;
mod partial;
mod preimage;

pub(crate) use encoding::MULTISIG;
pub use error::MultisigError;
pub use partial::{Multisig, Subsig};
pub use preimage::MultisigPreimage;
