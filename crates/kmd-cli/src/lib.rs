//! The commands of `kmd` for people: wallets, keys, signatures, from a terminal or a script.
//!
//! ```text
//!  arguments ──► command ──► wallet/* key/* multisig/* …   one file a command
//!                               │
//!                            context ──► daemon (found, or started)  ──► kmd-client
//!                               ├──────► ask    (passwords, words, yes or no)
//!                               └──────► output (for people, or JSON)
//! ```
//!
//! A command is the struct of its arguments and a `run`: it asks the [`Context`] for what it needs
//! and prints one [`Report`](output::Report). It never ends the process and never writes past
//! [`output`]. What went wrong is an [`Error`], whose [`Kind`] decides the exit code.

mod accounts;
mod address;
mod addresses;
mod arguments;
mod ask;
mod command;
mod completions;
pub mod config;
mod context;
mod daemon;
mod doctor;
mod error;
mod generate;
mod key;
mod man;
mod mnemonic;
mod multisig;
mod new_file;
pub mod output;
mod phrase;
mod refusal;
mod status;
mod transaction;
mod unlock;
mod wallet;
mod words;

pub use arguments::{Arguments, DaemonOptions, Invocation, parse};
pub use context::Context;
pub use error::{Error, Kind};

/// How commands end.
pub type Result<T> = std::result::Result<T, Error>;
