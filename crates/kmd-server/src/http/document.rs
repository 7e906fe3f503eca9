//! For the tests that the documents of the API and its routes agree.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use kmd_core::{AllowAll, Kmd, KmdSettings, ManualClock, NoToken};

use super::endpoint::Endpoint;
use super::{v1, v2};
use crate::status::Status;

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

/// What the documents promise can be answered, and so is counted.
#[test]
fn every_status_of_the_documents_is_known() {
    for document in [v1::SWAGGER, v2::OPENAPI] {
        let document: serde_json::Value = serde_json::from_str(document).unwrap();
        let operations = document["paths"].as_object().unwrap().values();
        let operations = operations.flat_map(|operations| operations.as_object().unwrap().values());
        for code in operations.flat_map(|operation| operation["responses"].as_object().unwrap().keys()) {
            assert!(Status::ALL.iter().any(|status| status.digits() == code), "{code}");
        }
    }
}
