//! Multisig addresses, and signing as a member.

use kmd_algorand::PublicKey;
use kmd_api::v1::{
    AddressResponse, DeleteMultisig, Empty, ExportMultisig, ExportMultisigResponse, ImportMultisig,
    ListAddressesResponse, ListMultisig, SignMultisigProgram, SignMultisigResponse, SignMultisigTransaction,
};
use kmd_api::{ByteString, PublicKeyField};
use kmd_core::{Call, MultisigSigning, ProgramForm};

use super::key::{address, addresses};
use super::wallet::password;
use crate::http::endpoint::Failure;

pub(crate) fn list(call: &Call<'_>, request: ListMultisig) -> Result<ListAddressesResponse, Failure> {
    Ok(addresses(&call.list_multisig(request.wallet_handle_token.expose())?))
}

pub(crate) fn import(call: &Call<'_>, request: ImportMultisig) -> Result<AddressResponse, Failure> {
    let keys = request.pks.into_iter().map(member).collect::<Result<_, _>>()?;
    let imported = call.import_multisig(
        request.wallet_handle_token.expose(),
        request.multisig_version,
        request.threshold,
        keys,
    )?;
    Ok(address(imported))
}

fn member(field: PublicKeyField) -> Result<PublicKey, Failure> {
    field
        .member()
        .ok_or(Failure::Body("a public key of the multisig is empty".into()))
}

pub(crate) fn export(call: &Call<'_>, request: ExportMultisig) -> Result<ExportMultisigResponse, Failure> {
    let preimage = call.export_multisig(request.wallet_handle_token.expose(), &request.address)?;
    let bytes = |key: &PublicKey| ByteString::from(key.as_bytes().to_vec());
    Ok(ExportMultisigResponse {
        multisig_version: preimage.version(),
        pks: preimage.keys().iter().map(bytes).collect(),
        threshold: preimage.threshold(),
    })
}

pub(crate) fn delete(call: &Call<'_>, request: DeleteMultisig) -> Result<Empty, Failure> {
    call.delete_multisig(
        request.wallet_handle_token.expose(),
        &password(&request.wallet_password),
        &request.address,
    )?;
    Ok(Empty {})
}

pub(crate) fn sign_transaction(
    call: &Call<'_>,
    request: SignMultisigTransaction,
) -> Result<SignMultisigResponse, Failure> {
    let multisig = call.sign_multisig_transaction(
        request.wallet_handle_token.expose(),
        &password(&request.wallet_password),
        request.transaction.as_slice(),
        request.signer.address(),
        MultisigSigning {
            member: request.public_key.key(),
            partial: request.partial_multisig.into_multisig(),
        },
    )?;
    Ok(SignMultisigResponse {
        multisig: multisig.into(),
    })
}

pub(crate) fn sign_program(call: &Call<'_>, request: SignMultisigProgram) -> Result<SignMultisigResponse, Failure> {
    let form = if request.use_legacy_msig {
        ProgramForm::Legacy
    } else {
        ProgramForm::WithAddress
    };
    let multisig = call.sign_multisig_program(
        request.wallet_handle_token.expose(),
        &password(&request.wallet_password),
        &request.address,
        request.data.as_slice(),
        form,
        MultisigSigning {
            member: request.public_key.key(),
            partial: request.partial_multisig.into_multisig(),
        },
    )?;
    Ok(SignMultisigResponse {
        multisig: multisig.into(),
    })
}
