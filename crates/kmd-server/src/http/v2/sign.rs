//! Signing many transactions in one call.

use kmd_api::v2::{MAX_BATCH, SignTransactions, SignTransactionsResponse};
use kmd_core::{Call, Groups, TransactionToSign};

use crate::http::endpoint::Failure;
use crate::http::v1::password;

pub(crate) fn transactions(call: &Call<'_>, request: SignTransactions) -> Result<SignTransactionsResponse, Failure> {
    if !(1..=MAX_BATCH).contains(&request.transactions.len()) {
        let count = request.transactions.len();
        return Err(Failure::Body(
            format!("{count} transactions, 1 to {MAX_BATCH} can be signed at once").into(),
        ));
    }
    let groups = if request.partial_group {
        Groups::Partial
    } else {
        Groups::Whole
    };
    let batch: Vec<TransactionToSign<'_>> = request
        .transactions
        .iter()
        .map(|item| TransactionToSign {
            bytes: item.transaction.as_slice(),
            signer: item.public_key.key(),
        })
        .collect();
    let signed = call.sign_transactions(
        request.wallet_handle_token.expose(),
        &password(&request.wallet_password),
        &batch,
        groups,
    )?;
    Ok(SignTransactionsResponse {
        signed_transactions: signed.into_iter().map(Into::into).collect(),
    })
}
