//! The Swagger document, of which the operations count and not the words.

use crate::{
    compare::{check_headers, short},
    support::http::Reply,
    transcript::Step,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Checks that a document describes all operations, and none under /v1 that is not one.
pub fn check(step: &Step, got: &Reply) -> Result<(), String> {
    check_headers(&step.response.headers, &step.method, got)?;
    let document: Value = serde_json::from_slice(&got.body).map_err(|error| error.to_string())?;
    if got.status != step.response.status || document["swagger"] != "2.0" {
        return Err(format!("{} {}", got.status, short(&got.text())));
    }
    let operations: BTreeSet<String> = document["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| {
            let described = METHODS
                .iter()
                .filter(|method| item.get(method.to_lowercase()).is_some());
            described.map(move |method| format!("{method} {path}"))
        })
        .collect();
    let known: BTreeSet<String> = OPERATIONS.iter().map(|operation| (*operation).to_owned()).collect();
    let (missing, unknown) = (&known - &operations, &operations - &known);
    let unknown: Vec<_> = unknown.iter().filter(|operation| operation.contains(" /v1")).collect();
    match missing.is_empty() && unknown.is_empty() {
        true => Ok(()),
        false => Err(format!("missing {missing:?}, unknown {unknown:?}")),
    }
}

const METHODS: [&str; 7] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"];

/// What version 1 of the API is.
const OPERATIONS: [&str; 23] = [
    "GET /versions",
    "GET /swagger.json",
    "GET /v1/wallets",
    "POST /v1/wallet",
    "POST /v1/wallet/init",
    "POST /v1/wallet/release",
    "POST /v1/wallet/renew",
    "POST /v1/wallet/rename",
    "POST /v1/wallet/info",
    "POST /v1/master-key/export",
    "POST /v1/key",
    "POST /v1/key/list",
    "POST /v1/key/import",
    "POST /v1/key/export",
    "DELETE /v1/key",
    "POST /v1/multisig/list",
    "POST /v1/multisig/sign",
    "POST /v1/multisig/signprogram",
    "POST /v1/multisig/import",
    "POST /v1/multisig/export",
    "DELETE /v1/multisig",
    "POST /v1/transaction/sign",
    "POST /v1/program/sign",
];
