//! Version 2 of the API: the table of its endpoints, and their handlers.

mod care;
mod failure;
mod sign;
mod token;

use kmd_api::{Encoding, Request, v2};

use super::endpoint::{BodyLimit, Endpoint, Failures, Place};
use super::reply::Reply;
use super::v1::decode;
use crate::status::Status;

pub(crate) use failure::{CODES, code, failure};

/// Declares an endpoint: request type, place, body limit, handler.
macro_rules! endpoint {
    ($request:ident, $place:ident, $body:ident, $handler:path) => {
        Endpoint {
            method: <v2::$request as Request>::METHOD,
            path: <v2::$request as Request>::PATH,
            place: Place::$place,
            body: BodyLimit::$body,
            failures: Failures::V2,
            handler: |call, wallet, encoding, body| {
                let mut request: v2::$request = decode(encoding, body)?;
                request.set_wallet_id(wallet.unwrap_or_default());
                Ok(encoding.encode(&$handler(call, request)?)?.into())
            },
        }
    };
}

/// All endpoints.
pub(crate) static ENDPOINTS: [Endpoint; 6] = [
    endpoint!(SignTransactions, Blocking, Batch, sign::transactions),
    endpoint!(ChangePassword, Blocking, Single, care::change_password),
    endpoint!(VerifyWallet, Blocking, Single, care::verify),
    endpoint!(BackUpWallet, Blocking, Single, care::back_up),
    endpoint!(RestoreWallet, Blocking, Single, care::restore),
    endpoint!(RotateToken, Blocking, Single, token::rotate),
];

/// The description of this version.
pub(crate) const OPENAPI: &str = include_str!("../../../openapi.json");

pub(crate) fn openapi() -> Reply {
    Reply::encoded(Encoding::Json, Status::Ok, OPENAPI)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::document::{described, nothing, routed};
    use crate::http::endpoint::Failure;

    fn document() -> serde_json::Value {
        serde_json::from_str(OPENAPI).unwrap()
    }

    #[test]
    fn routes_and_document_agree() {
        let document = document();
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(
            described(&document),
            routed(&ENDPOINTS, &["/v2/openapi.json", "/health", "/ready", "/metrics"])
        );
    }

    /// The fields of every request in the document are those that are decoded.
    #[test]
    fn bodies_and_document_agree() {
        let document = document();
        for endpoint in &ENDPOINTS {
            let operation = &document["paths"][endpoint.path][endpoint.method.as_str().to_lowercase()];
            let names_wallet = operation["parameters"][0]["$ref"] == "#/components/parameters/Wallet";
            assert_eq!(names_wallet, endpoint.path.contains("{id}"), "{}", endpoint.path);
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let name = schema.as_str().unwrap().rsplit('/').next().unwrap();
            let properties = &document["components"]["schemas"][name]["properties"];
            for field in properties.as_object().unwrap().keys() {
                // null is the zero value of every field, so only unknown names are refused.
                assert!(knows(endpoint, field), "{} does not know {field}", endpoint.path);
            }
            assert!(!knows(endpoint, "no_such_field"), "{}", endpoint.path);
        }
    }

    fn knows(endpoint: &Endpoint, field: &str) -> bool {
        let body = format!("{{\"{field}\": null}}");
        match (endpoint.handler)(&nothing().call(), None, Encoding::Json, body.as_bytes()) {
            Err(Failure::Body(why)) => !why.starts_with("unknown field"),
            _ => true,
        }
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
        let known: BTreeSet<&str> = CODES.iter().copied().collect();
        assert_eq!(described, known);
    }
}
