//! Signing with one key.

use kmd_api::v1::{SignProgram, SignProgramResponse, SignTransaction, SignTransactionResponse};
use kmd_core::Call;

use super::wallet::password;
use crate::http::endpoint::Failure;

pub(crate) fn transaction(call: &Call<'_>, request: SignTransaction) -> Result<SignTransactionResponse, Failure> {
    let signed = call.sign_transaction(
        request.wallet_handle_token.expose(),
        &password(&request.wallet_password),
        request.transaction.as_slice(),
        request.public_key.key(),
    )?;
    Ok(SignTransactionResponse {
        signed_transaction: signed.into(),
    })
}

pub(crate) fn program(call: &Call<'_>, request: SignProgram) -> Result<SignProgramResponse, Failure> {
    let signature = call.sign_program(
        request.wallet_handle_token.expose(),
        &password(&request.wallet_password),
        &request.address,
        request.data.as_slice(),
    )?;
    Ok(SignProgramResponse {
        sig: signature.to_vec().into(),
    })
}
