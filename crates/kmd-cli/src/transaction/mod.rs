//! Files of transactions: seeing what is in them, signing them, checking signatures.
//!
//! ```text
//!  FILE ──file──► transactions ──describe──► lines ──inspect──► what is shown
//!                    │    └─────check─────► verdicts ──verify──► good, or not
//!                    └──────sign──────────► daemon ──file──► OUT
//! ```
//!
//! What is shown is read from the bytes that are signed, and signatures are checked here, without
//! the daemon: whoever doubts the one can ask the other.

mod authorization;
mod check;
mod danger;
mod describe;
mod file;
mod inspect;
mod json;
mod listing;
mod members;
mod phrase;
mod program;
mod reopen;
mod sign;
mod sign_program;
mod verify;

pub use inspect::Inspect;
pub(crate) use program::read_program;
pub use sign::Sign;
pub use sign_program::SignProgram;
pub use verify::Verify;
