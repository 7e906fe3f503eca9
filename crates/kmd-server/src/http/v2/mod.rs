//! Version 2 of the API: the table of its endpoints, and their handlers.

mod failure;
mod sign;

use http::StatusCode;
use kmd_api::{Encoding, Request, v2};

use super::endpoint::{BodyLimit, Endpoint, Failures, Place};
use super::reply::Reply;
use super::v1::decode;

pub(crate) use failure::failure;

/// Declares an endpoint: request type, place, body limit, handler.
macro_rules! endpoint {
    ($request:ident, $place:ident, $body:ident, $handler:path) => {
        Endpoint {
            method: <v2::$request as Request>::METHOD,
            path: <v2::$request as Request>::PATH,
            place: Place::$place,
            body: BodyLimit::$body,
            failures: Failures::V2,
            handler: |call, encoding, body| {
                let request: v2::$request = decode(encoding, body)?;
                Ok(encoding.encode(&$handler(call, request)?)?.into())
            },
        }
    };
}

/// All endpoints.
pub(crate) static ENDPOINTS: [Endpoint; 1] = [endpoint!(SignTransactions, Blocking, Batch, sign::transactions)];

/// The description of this version.
pub(crate) const OPENAPI: &str = include_str!("../../../openapi.json");

pub(crate) fn openapi() -> Reply {
    Reply::encoded(Encoding::Json, StatusCode::OK, OPENAPI)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::document::{described, routed};

    fn document() -> serde_json::Value {
        serde_json::from_str(OPENAPI).unwrap()
    }

    #[test]
    fn routes_and_document_agree() {
        let document = document();
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(described(&document), routed(&ENDPOINTS, &["/v2/openapi.json"]));
    }

    #[test]
    fn codes_and_document_agree() {
        let codes = &document()["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"]["enum"];
        let described: BTreeSet<&str> = codes
            .as_array()
            .unwrap()
            .iter()
            .map(|code| code.as_str().unwrap())
            .collect();
        let known: BTreeSet<&str> = failure::CODES.into_iter().collect();
        assert_eq!(described, known);
    }
}
