//! Version 1 of the API, as the reference serves it. One file an area; each
//! request stands beside its answer. Fields of answers are in sorted order,
//! since that is the order on the wire, and empty ones are left out.

mod key;
mod multisig;
mod sign;
mod wallet;

pub use key::*;
pub use multisig::*;
pub use sign::*;
pub use wallet::*;

use serde::{Deserialize, Serialize};

/// An answer without content.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Empty {}

/// What a failed request is answered with.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ErrorResponse {
    /// Always true.
    pub error: bool,
    /// What was wrong, in the words of the reference.
    pub message: String,
}

/// The answer to `GET /versions`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VersionsResponse {
    /// The API versions that the daemon serves.
    pub versions: Vec<String>,
}

crate::request::request! {
    /// Asks which API versions the daemon serves. Needs no token.
    Versions: Get "/versions" => VersionsResponse {}
}
