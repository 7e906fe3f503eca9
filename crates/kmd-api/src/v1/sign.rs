//! Signing transactions and programs with one key.

use serde::{Deserialize, Serialize};

use crate::request::request;
use crate::{ByteString, Password, PublicKeyField, SecretText};

/// A signed transaction.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignTransactionResponse {
    /// Canonical msgpack map of `sgnr`, `sig` and `txn`.
    pub signed_transaction: ByteString,
}

/// A signed program.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignProgramResponse {
    /// 64 bytes.
    pub sig: ByteString,
}

request! {
    /// Signs a transaction.
    SignTransaction: Post "/v1/transaction/sign" => SignTransactionResponse {
        /// The key to sign with; none: the sender's.
        public_key: PublicKeyField,
        /// msgpack of the transaction.
        transaction: ByteString,
        /// The handle.
        wallet_handle_token: SecretText,
        /// The password, again.
        wallet_password: Password,
    }
}

request! {
    /// Signs a program for delegation.
    SignProgram: Post "/v1/program/sign" => SignProgramResponse {
        /// Address of the key to sign with.
        address: String,
        /// The program.
        data: ByteString,
        /// The handle.
        wallet_handle_token: SecretText,
        /// The password, again.
        wallet_password: Password,
    }
}
