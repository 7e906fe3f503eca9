//! The API token.

use super::Call;
use crate::error::Result;

impl Call<'_> {
    /// Replaces the API token. Nobody is told the new one: who may have it can
    /// read its file.
    ///
    /// # Errors
    /// [`crate::Error::Token`].
    pub fn rotate_token(&self) -> Result<()> {
        Ok(self.kmd.token.rotate()?)
    }
}
