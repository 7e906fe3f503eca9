//! Bodies of requests, in both encodings. Each is decoded as every request
//! there is: most of those refuse it at its first field.

use kmd_api::{Encoding, Request, v1, v2};
use serde::de::DeserializeOwned;

/// A body in JSON.
pub fn json_body(body: &[u8]) {
    each_request(Encoding::Json, body);
}

/// A body in msgpack.
pub fn msgpack_body(body: &[u8]) {
    each_request(Encoding::Msgpack, body);
}

macro_rules! all_of {
    ($decode:ident, $($request:ty),* $(,)?) => {
        |encoding: Encoding, body: &[u8]| { $( $decode::<$request>(encoding, body); )* }
    };
}

fn each_request(encoding: Encoding, body: &[u8]) {
    all_of!(
        decode,
        v1::CreateWallet,
        v1::DeleteKey,
        v1::DeleteMultisig,
        v1::ExportKey,
        v1::ExportMasterKey,
        v1::ExportMultisig,
        v1::GenerateKey,
        v1::ImportKey,
        v1::ImportMultisig,
        v1::InitWallet,
        v1::ListKeys,
        v1::ListMultisig,
        v1::ListWallets,
        v1::ReleaseWallet,
        v1::RenameWallet,
        v1::RenewWallet,
        v1::SignMultisigProgram,
        v1::SignMultisigTransaction,
        v1::SignProgram,
        v1::SignTransaction,
        v1::Versions,
        v1::WalletInfo,
        v2::BackUpWallet,
        v2::ChangePassword,
        v2::RestoreWallet,
        v2::RotateToken,
        v2::SignTransactions,
        v2::VerifyWallet,
    )(encoding, body);
}

/// What was understood is what is written, in either encoding.
fn decode<T: Request + DeserializeOwned + Default>(encoding: Encoding, body: &[u8]) {
    let Ok(request) = encoding.decode_request::<T>(body) else {
        return;
    };
    let written = Encoding::Json.encode(&request).unwrap();
    for other in [Encoding::Json, Encoding::Msgpack] {
        let again: T = other.decode_request(&other.encode(&request).unwrap()).unwrap();
        assert_eq!(Encoding::Json.encode(&again).unwrap(), written);
    }
}
