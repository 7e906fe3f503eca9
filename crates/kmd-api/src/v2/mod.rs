//! Version 2 of the API: what the reference has no path for. Fields and
//! encodings are as in version 1; errors carry a code to act on.

mod care;
mod sign;
mod token;

pub use care::*;
pub use sign::*;
pub use token::*;

use serde::{Deserialize, Serialize};

/// What a failed request is answered with.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ErrorResponse {
    /// The error.
    pub error: ErrorBody,
}

/// An error.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ErrorBody {
    /// For programs: one of a fixed list of words.
    pub code: String,
    /// What to do about it, for people.
    pub hint: String,
    /// What was wrong, for people.
    pub message: String,
}
