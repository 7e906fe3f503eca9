//! The API token.

use kmd_api::v2::{Done, RotateToken};
use kmd_core::Call;

use crate::http::endpoint::Failure;

pub(crate) fn rotate(call: &Call<'_>, _request: RotateToken) -> Result<Done, Failure> {
    call.rotate_token()?;
    Ok(Done {})
}
