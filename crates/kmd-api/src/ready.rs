//! Readiness: what those ask who watch over kmd, and people when something does not work.

use serde::{Deserialize, Serialize};

use crate::request::request;

request! {
    /// Asks whether the daemon can do its work. Needs no token. It answers 200 when it can and 503
    /// when it cannot.
    Ready: Get "/ready" => Readiness {}
}

/// Whether the daemon can do its work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// It can.
    pub ready: bool,
    /// Why not, in words; empty when it can.
    pub reasons: Vec<String>,
}
