//! The API token.

use kmd_api::v2::RotateToken;

use crate::{Client, Error};

impl Client {
    /// Replaces the API token of the daemon. This client's is dead then, as everybody's:
    /// [`open`](Self::open) the data directory again for one with the new token.
    ///
    /// # Errors
    /// [`Error::Refused`] when the file cannot be written.
    pub fn rotate_token(&self) -> Result<(), Error> {
        self.call(&RotateToken::default()).map(drop)
    }
}
