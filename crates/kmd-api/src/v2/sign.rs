//! Signing many transactions in one call.

use serde::{Deserialize, Deserializer, Serialize};

use crate::request::{Map, null_is_zero, request};
use crate::{ByteString, Password, PublicKeyField, SecretText};

/// One transaction of a batch.
#[derive(Debug, Default, Serialize)]
pub struct TransactionToSign {
    /// The key to sign with; none: the sender's.
    pub public_key: PublicKeyField,
    /// msgpack of the transaction.
    pub transaction: ByteString,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    #[serde(deserialize_with = "null_is_zero")]
    public_key: PublicKeyField,
    #[serde(deserialize_with = "null_is_zero")]
    transaction: ByteString,
}

impl<'de> Deserialize<'de> for TransactionToSign {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Map(fields) = Map::<Fields>::deserialize(deserializer)?;
        Ok(Self {
            public_key: fields.public_key,
            transaction: fields.transaction,
        })
    }
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
