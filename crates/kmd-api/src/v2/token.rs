//! The API token.

use super::Done;
use crate::request::request;

request! {
    /// Replaces the API token. The answer does not say the new one: it stands in `kmd.token`. The
    /// old one is dead at once, also for those who asked.
    RotateToken: Post "/v2/token/rotate" => Done {}
}
