//! What the fuzzer feeds, and what must hold for any bytes.
//!
//! Each target takes bytes as a stranger could send or leave them, and panics
//! where kmd does something that it must never do. The fuzzer in `fuzz/` looks
//! for such bytes; the tests of this crate feed what it kept to the same
//! functions, on any compiler.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a target fails by panicking")]

mod algorand;
mod bodies;
mod crypto;
mod server;
mod wallet_file;

pub use algorand::{address, mnemonic, multisig, transaction};
pub use bodies::{json_body, msgpack_body};
pub use crypto::{envelope, handle_token};
pub use server::{config, http};
pub use wallet_file::wallet_file;

/// What takes bytes.
pub type Target = fn(&[u8]);

/// All targets by the names that they have in `fuzz/`.
pub const TARGETS: [(&str, Target); 11] = [
    ("address", address),
    ("config", config),
    ("envelope", envelope),
    ("handle_token", handle_token),
    ("http", http),
    ("json_body", json_body),
    ("mnemonic", mnemonic),
    ("msgpack_body", msgpack_body),
    ("multisig", multisig),
    ("transaction", transaction),
    ("wallet_file", wallet_file),
];
