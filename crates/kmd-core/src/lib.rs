//! What the daemon does, without how it is asked: sessions, and one method for
//! each operation on a wallet.
//!
//! Every operation runs the same way, written once here:
//!
//! ```text
//! authenticate(handle) → decide(operation) → wallet does it → record(outcome) → return
//! ```
//!
//! The decision comes before a key is decrypted; the record before a signature
//! leaves. Nothing here reads a clock or the operating system's randomness:
//! both are passed in.

mod attempts;
mod batch;
mod call;
mod clock;
mod error;
mod kmd;
mod multisig;
mod operation;
mod session;
mod sync;
mod token;

pub use attempts::TooManyAttempts;
pub use batch::{Groups, TransactionToSign};
pub use call::{Call, ProgramForm};
pub use clock::{Clock, ManualClock};
pub use error::{BatchError, Error, GroupError, Result};
pub use kmd::{HandleInfo, Kmd, KmdSettings, WalletToCreate};
pub use multisig::MultisigSigning;
pub use operation::{AllowAll, Decision, Operation, Outcome, Policy, Recorder};
pub use session::{HandleToken, SessionError};
pub use token::{NoToken, TokenError, TokenKeeper};
