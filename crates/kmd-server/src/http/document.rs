//! For the tests that the documents of the API and its routes agree.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use kmd_core::{AllowAll, Kmd, KmdSettings, ManualClock, NoToken};

use super::endpoint::Endpoint;

/// Paths and methods.
type Operations = BTreeSet<(String, String)>;

/// The operations that a Swagger or OpenAPI document describes.
pub(crate) fn described(document: &serde_json::Value) -> Operations {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().unwrap().keys();
            methods.map(move |method| (path.clone(), method.to_uppercase()))
        })
        .collect()
}

/// The operations that are routed: the endpoints, and GET of what is routed apart.
pub(crate) fn routed(endpoints: &[Endpoint], apart: &[&str]) -> Operations {
    let apart = apart.iter().map(|path| ((*path).to_owned(), "GET".to_owned()));
    endpoints
        .iter()
        .map(|endpoint| (endpoint.path.to_owned(), endpoint.method.as_str().to_owned()))
        .chain(apart)
        .collect()
}

/// A daemon without drivers, to see what gets as far as asking it.
pub(crate) fn nothing() -> Kmd {
    Kmd::new(KmdSettings {
        drivers: Vec::new(),
        session_lifetime: Duration::from_secs(1),
        clock: Arc::new(ManualClock::default()),
        random: Arc::new(crate::random::OsRandom),
        policy: Arc::new(AllowAll),
        recorder: Arc::new(AllowAll),
        threads: NonZeroUsize::MIN,
        token: Arc::new(NoToken),
    })
}
