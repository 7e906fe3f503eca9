//! What Algorand defines and a key manager needs: addresses, transactions in the one form that is
//! signed, multisig accounts, program signatures and mnemonics.
//!
//! Bytes in, bytes out: no keys are held here, nothing is signed here, and there is no clock, no
//! randomness and no I/O. It is a crate of its own because it reads what strangers send, so it is
//! fuzzed and tested alone.
//!
//! ```text
//!  signed ── transaction  group  multisig  program  mnemonic
//!    │             │         │       │         │        │
//!    └─────────────┴── schema (tables: what may stand where) ── msgpack (tokens)
//!                 │
//!            address · signature · hash
//! ```
//!
//! The rule behind all of it: a signature covers what the caller meant. Whatever cannot be decoded
//! in full, without losing or reinterpreting a byte, is refused.

mod address;
mod group;
mod hash;
mod mnemonic;
mod msgpack;
mod multisig;
mod program;
mod schema;
mod signature;
mod signed;
mod transaction;

pub use address::{Address, AddressError, PublicKey};
pub use group::{
    Group, GroupSizeError, GroupState, MAX_GROUP_SIZE, group_id, group_members, groups, ids_without_group,
};
pub use hash::sha512_256;
pub use mnemonic::{MnemonicError, mnemonic_from_bytes, mnemonic_to_bytes, swapped_neighbours, unknown_words};
pub use multisig::{Multisig, MultisigError, MultisigPreimage, Subsig};
pub use program::{application_address, multisig_program_bytes, program_address, program_bytes};
pub use schema::{DecodeError, Expected, FieldPath, Fields, Problem, Value};
pub use signature::Signature;
pub use signed::{
    Authorization, Delegation, FileEntry, FileError, Form, LogicSignature, PostQuantumSignature, SignedTransaction,
    SignedTransactionError, TransactionFile,
};
pub use transaction::{Transaction, TransactionError, TransactionId};
