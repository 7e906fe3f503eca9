//! The API token, which the server keeps.

use thiserror::Error;

/// Why the API token was not replaced, or may not stay so.
#[derive(Debug, Error)]
#[error("the API token: {0}")]
pub struct TokenError(pub String);

/// Keeps the API token.
pub trait TokenKeeper: Send + Sync {
    /// Puts a new one in its place. The old one is not accepted any more when
    /// this returns.
    ///
    /// # Errors
    /// No randomness; disk. Then the old one is still accepted, unless the error says otherwise.
    fn rotate(&self) -> Result<(), TokenError>;
}

/// Keeps no token: where the API asks for none.
pub struct NoToken;

impl TokenKeeper for NoToken {
    fn rotate(&self) -> Result<(), TokenError> {
        Err(TokenError("there is none".to_owned()))
    }
}
