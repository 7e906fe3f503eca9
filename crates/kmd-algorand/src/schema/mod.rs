//! What may stand where: constant tables, and the one function that walks them.
//!
//! Algorand signs the canonical encoding of a transaction: map keys in byte order, fields with a
//! zero value left out, the shortest integers, binary headers for bytes. Clients send anything
//! that means the same. Decoding into structs and encoding those again would need every rule twice
//! for each of a hundred fields; here a field is one line of a table and a rule is one place in
//! the transcoder.
//!
//! ```text
//!   input ──Reader──► Transcoder ──► canonical bytes
//!                         ▲                     │
//!                    Schema (tables) ─────► Fields (what stands in them)
//! ```

mod error;
mod output;
mod table;
mod transcode;
mod view;

pub use error::{DecodeError, Expected, FieldPath, Problem};
pub(crate) use output::Canonical;
pub(crate) use table::{Field, Kind, Schema, field};
pub(crate) use transcode::{Stopped, canonicalise, canonicalise_first};
pub use view::{Fields, Value};
