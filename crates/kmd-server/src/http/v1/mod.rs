//! Version 1 of the API: the table of its endpoints, and their handlers.

mod failure;
mod key;
mod multisig;
mod sign;
mod wallet;

use std::sync::LazyLock;

use kmd_api::v1::VersionsResponse;
use kmd_api::{Encoding, Request, v1};
use serde::de::DeserializeOwned;

pub(crate) use failure::{message, status};
pub(crate) use wallet::{password, wallet};

use super::endpoint::{BodyLimit, Endpoint, Failure, Failures, Place};
use super::reply::Reply;
use crate::status::Status;

/// Declares an endpoint: request type, place, status of a failed operation,
/// handler, and how its answer is encoded when that carries a secret.
macro_rules! endpoint {
    ($request:ident, $place:ident, $status:ident, $handler:path) => {
        endpoint!($request, $place, $status, $handler, encode)
    };
    ($request:ident, $place:ident, $status:ident, $handler:path, $encode:ident) => {
        Endpoint {
            method: <v1::$request as Request>::METHOD,
            path: <v1::$request as Request>::PATH,
            place: Place::$place,
            body: BodyLimit::Single,
            failures: Failures::V1(Status::$status),
            handler: |call, _, encoding, body| {
                let request: v1::$request = decode(encoding, body)?;
                Ok(encoding.$encode(&$handler(call, request)?)?.into())
            },
        }
    };
}

/// All endpoints. The first are asked for most often.
pub(crate) static ENDPOINTS: [Endpoint; 21] = [
    endpoint!(SignTransaction, Inline, BadRequest, sign::transaction),
    endpoint!(SignProgram, Inline, BadRequest, sign::program),
    endpoint!(
        SignMultisigTransaction,
        Blocking,
        BadRequest,
        multisig::sign_transaction
    ),
    endpoint!(SignMultisigProgram, Blocking, BadRequest, multisig::sign_program),
    endpoint!(ListWallets, Blocking, InternalServerError, wallet::list),
    endpoint!(CreateWallet, Blocking, BadRequest, wallet::create),
    endpoint!(InitWallet, Blocking, BadRequest, wallet::init, encode_secret),
    endpoint!(ReleaseWallet, Blocking, Unauthorized, wallet::release),
    endpoint!(RenewWallet, Blocking, InternalServerError, wallet::renew),
    endpoint!(RenameWallet, Blocking, BadRequest, wallet::rename),
    endpoint!(WalletInfo, Blocking, InternalServerError, wallet::info),
    endpoint!(
        ExportMasterKey,
        Blocking,
        BadRequest,
        wallet::export_master_key,
        encode_secret
    ),
    endpoint!(GenerateKey, Blocking, InternalServerError, key::generate),
    endpoint!(DeleteKey, Blocking, BadRequest, key::delete),
    endpoint!(ListKeys, Blocking, InternalServerError, key::list),
    endpoint!(ImportKey, Blocking, BadRequest, key::import),
    endpoint!(ExportKey, Blocking, BadRequest, key::export, encode_secret),
    endpoint!(ListMultisig, Blocking, InternalServerError, multisig::list),
    endpoint!(ImportMultisig, Blocking, BadRequest, multisig::import),
    endpoint!(ExportMultisig, Blocking, BadRequest, multisig::export),
    endpoint!(DeleteMultisig, Blocking, BadRequest, multisig::delete),
];

pub(crate) fn decode<T: Request + DeserializeOwned + Default>(encoding: Encoding, body: &[u8]) -> Result<T, Failure> {
    match T::METHOD {
        // The reference never looks at the body of a GET.
        kmd_api::Method::Get => Ok(T::default()),
        _ => Ok(encoding.decode_request(body)?),
    }
}

/// Our own description of the API.
pub(crate) const SWAGGER: &str = include_str!("../../../swagger.json");

pub(crate) fn swagger() -> Reply {
    Reply::encoded(Encoding::Json, Status::Ok, SWAGGER)
}

pub(crate) fn versions(encoding: Encoding) -> Reply {
    static VERSIONS: LazyLock<VersionsResponse> = LazyLock::new(|| VersionsResponse {
        versions: vec!["v1".to_owned(), "v2".to_owned()],
    });
    Reply::encoded(encoding, Status::Ok, encoding.encode(&*VERSIONS).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::document::{described, nothing, routed};

    /// Every route is in the document, and every operation of the document is a
    /// route.
    #[test]
    fn routes_and_document_agree() {
        let document: serde_json::Value = serde_json::from_str(SWAGGER).unwrap();
        let described = described(&document);
        assert_eq!(described, routed(&ENDPOINTS, &["/versions", "/swagger.json"]));
        assert_eq!(described.len(), 23);
    }

    /// The endpoints that read a body, and what the document says of them.
    fn with_bodies(document: &serde_json::Value) -> impl Iterator<Item = (&Endpoint, &serde_json::Value)> {
        let reading = ENDPOINTS
            .iter()
            .filter(|endpoint| endpoint.method != kmd_api::Method::Get);
        reading.map(|endpoint| {
            let method = endpoint.method.as_str().to_lowercase();
            (endpoint, &document["paths"][endpoint.path][method])
        })
    }

    /// The fields of every request in the document are those that are decoded.
    #[test]
    fn bodies_and_document_agree() {
        let document: serde_json::Value = serde_json::from_str(SWAGGER).unwrap();
        for (endpoint, operation) in with_bodies(&document) {
            let parameters = operation["parameters"].as_array().unwrap();
            let body = parameters.iter().find(|parameter| parameter["in"] == "body").unwrap();
            let name = body["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            let fields = document["definitions"][name]["properties"].as_object().unwrap();
            for field in fields.keys() {
                // null is the zero value of every field, so only unknown names are refused.
                let body = format!("{{\"{field}\": null}}");
                let known = decodes(endpoint, body.as_bytes());
                assert!(known, "{} does not know {field}", endpoint.path);
            }
            assert!(!decodes(endpoint, br#"{"no_such_field": null}"#), "{}", endpoint.path);
        }
    }

    /// What any request with a body may be refused with, and who tries passwords.
    #[test]
    fn refusals_are_in_the_document() {
        let document: serde_json::Value = serde_json::from_str(SWAGGER).unwrap();
        for (endpoint, operation) in with_bodies(&document) {
            for status in ["400", "401", "408", "413", "500", "503"] {
                assert!(operation["responses"][status].is_object(), "{} {status}", endpoint.path);
            }
            // A new wallet has no password yet that could be wrong.
            let tries =
                decodes(endpoint, br#"{"wallet_password": "tried"}"#) && endpoint.path != v1::CreateWallet::PATH;
            let told = operation["responses"]["429"].is_object();
            assert_eq!(told, tries, "{}", endpoint.path);
        }
    }

    /// Whether the body gets past decoding: then the missing handle, wallet or
    /// driver is what is refused.
    fn decodes(endpoint: &Endpoint, body: &[u8]) -> bool {
        match (endpoint.handler)(&nothing().call(), None, Encoding::Json, body) {
            Err(Failure::Body(why)) => why.contains("not 32 bytes") || why.contains("neither 64 nor 32"),
            _ => true,
        }
    }
}
