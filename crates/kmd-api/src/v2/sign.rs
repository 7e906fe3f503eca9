//! Signing many transactions in one call.

use serde::{Deserialize, Serialize};

use crate::request::{null_is_zero, request};
use crate::{ByteString, Password, PublicKeyField, SecretText};

/// One transaction of a batch.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TransactionToSign {
    /// The key to sign with; none: the sender's.
    #[serde(deserialize_with = "null_is_zero")]
    pub public_key: PublicKeyField,
    /// msgpack of the transaction.
    #[serde(deserialize_with = "null_is_zero")]
    pub transaction: ByteString,
}

/// The signed transactions of a batch.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignTransactionsResponse {
    /// In the order of the request; each a canonical msgpack map of `sgnr`,
    /// `sig` and `txn`.
    pub signed_transactions: Vec<ByteString>,
}

request! {
    /// Signs many transactions: all of them, or none.
    SignTransactions: Post "/v2/transactions/sign" => SignTransactionsResponse {
        /// The transactions of a group may be fewer than the group has.
        /// Otherwise all must be there, in order, and hash to the group id.
        partial_group: bool,
        /// 1 to 10,000 transactions.
        transactions: Vec<TransactionToSign>,
        /// The handle.
        wallet_handle_token: SecretText,
        /// The password, again.
        wallet_password: Password,
    }
}

/// Most transactions in one call.
pub const MAX_BATCH: usize = 10_000;
