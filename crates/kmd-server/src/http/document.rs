//! For the tests that the documents of the API and its routes agree.

use std::collections::BTreeSet;

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
