//! Version 1 of the API: the table of its endpoints, and their handlers.

mod key;
mod multisig;
mod sign;
mod wallet;

use std::sync::LazyLock;

use bytes::Bytes;
use http::HeaderMap;
use hyper::StatusCode;
use kmd_api::v1::VersionsResponse;
use kmd_api::{Encoding, Request, v1};
use serde::de::DeserializeOwned;

use super::body::accepted_encoding;
use super::endpoint::{Endpoint, Failure, Place};
use super::reply::Reply;

/// Declares an endpoint: request type, place, status of a failed operation, handler.
macro_rules! endpoint {
    ($request:ident, $place:ident, $status:ident, $handler:path) => {
        Endpoint {
            method: <v1::$request as Request>::METHOD,
            path: <v1::$request as Request>::PATH,
            place: Place::$place,
            operation_failed: StatusCode::$status,
            handler: |call, encoding, body| {
                let request: v1::$request = decode(encoding, body)?;
                Ok(encoding.encode(&$handler(call, request)?)?)
            },
        }
    };
}

/// All endpoints. The first are asked for most often.
pub(crate) static ENDPOINTS: [Endpoint; 21] = [
    endpoint!(SignTransaction, Inline, BAD_REQUEST, sign::transaction),
    endpoint!(SignProgram, Inline, BAD_REQUEST, sign::program),
    endpoint!(SignMultisigTransaction, Inline, BAD_REQUEST, multisig::sign_transaction),
    endpoint!(SignMultisigProgram, Inline, BAD_REQUEST, multisig::sign_program),
    endpoint!(ListWallets, Blocking, INTERNAL_SERVER_ERROR, wallet::list),
    endpoint!(CreateWallet, Blocking, BAD_REQUEST, wallet::create),
    endpoint!(InitWallet, Blocking, BAD_REQUEST, wallet::init),
    endpoint!(ReleaseWallet, Blocking, UNAUTHORIZED, wallet::release),
    endpoint!(RenewWallet, Blocking, INTERNAL_SERVER_ERROR, wallet::renew),
    endpoint!(RenameWallet, Blocking, BAD_REQUEST, wallet::rename),
    endpoint!(WalletInfo, Blocking, INTERNAL_SERVER_ERROR, wallet::info),
    endpoint!(ExportMasterKey, Blocking, BAD_REQUEST, wallet::export_master_key),
    endpoint!(GenerateKey, Blocking, INTERNAL_SERVER_ERROR, key::generate),
    endpoint!(DeleteKey, Blocking, BAD_REQUEST, key::delete),
    endpoint!(ListKeys, Blocking, INTERNAL_SERVER_ERROR, key::list),
    endpoint!(ImportKey, Blocking, BAD_REQUEST, key::import),
    endpoint!(ExportKey, Blocking, BAD_REQUEST, key::export),
    endpoint!(ListMultisig, Blocking, INTERNAL_SERVER_ERROR, multisig::list),
    endpoint!(ImportMultisig, Blocking, BAD_REQUEST, multisig::import),
    endpoint!(ExportMultisig, Blocking, BAD_REQUEST, multisig::export),
    endpoint!(DeleteMultisig, Blocking, BAD_REQUEST, multisig::delete),
];

fn decode<T: Request + DeserializeOwned + Default>(encoding: Encoding, body: &[u8]) -> Result<T, Failure> {
    match T::METHOD {
        // The reference never looks at the body of a GET.
        kmd_api::Method::Get => Ok(T::default()),
        _ => Ok(encoding.decode_request(body)?),
    }
}

/// Our own description of the API.
pub(crate) const SWAGGER: &str = include_str!("../../../swagger.json");

pub(crate) fn swagger() -> Reply {
    Reply::encoded(Encoding::Json, StatusCode::OK, Bytes::from_static(SWAGGER.as_bytes()))
}

pub(crate) fn versions(headers: &HeaderMap) -> Reply {
    static VERSIONS: LazyLock<VersionsResponse> = LazyLock::new(|| VersionsResponse {
        versions: vec!["v1".to_owned()],
    });
    let encoding = accepted_encoding(headers);
    Reply::encoded(encoding, StatusCode::OK, encoding.encode(&*VERSIONS).unwrap_or_default())
}
