//! Keys of a wallet.

use kmd_algorand::Address;
use kmd_api::SecretBytes;
use kmd_api::v1::{
    AddressResponse, DeleteKey, Empty, ExportKey, ExportKeyResponse, GenerateKey, ImportKey, ListAddressesResponse,
    ListKeys,
};
use kmd_core::Call;
use kmd_crypto::{PrivateKey, Seed};

use super::wallet::password;
use crate::http::endpoint::Failure;

pub(crate) fn generate(call: &Call<'_>, request: GenerateKey) -> Result<AddressResponse, Failure> {
    let generated = call.generate_key(request.wallet_handle_token.expose(), request.display_mnemonic)?;
    Ok(address(generated))
}

pub(crate) fn list(call: &Call<'_>, request: ListKeys) -> Result<ListAddressesResponse, Failure> {
    Ok(addresses(&call.list_keys(request.wallet_handle_token.expose())?))
}

pub(crate) fn import(call: &Call<'_>, request: ImportKey) -> Result<AddressResponse, Failure> {
    let seed = seed(&request.private_key)?;
    Ok(address(call.import_key(request.wallet_handle_token.expose(), &seed)?))
}

/// The seed of a key of 64 bytes, whose public half is not trusted, or a bare
/// seed of 32.
fn seed(field: &SecretBytes) -> Result<Seed, Failure> {
    let bytes = field.expose();
    let seed = Seed::from_slice(bytes).or_else(|| Some(PrivateKey::from_slice(bytes)?.seed()));
    seed.ok_or(Failure::Body("the private key is neither 64 nor 32 bytes long".into()))
}

pub(crate) fn export(call: &Call<'_>, request: ExportKey) -> Result<ExportKeyResponse, Failure> {
    let key = call.export_key(
        request.wallet_handle_token.expose(),
        &password(&request.wallet_password),
        &request.address,
    )?;
    Ok(ExportKeyResponse {
        private_key: SecretBytes::new(key.expose()),
    })
}

pub(crate) fn delete(call: &Call<'_>, request: DeleteKey) -> Result<Empty, Failure> {
    call.delete_key(
        request.wallet_handle_token.expose(),
        &password(&request.wallet_password),
        &request.address,
    )?;
    Ok(Empty {})
}

pub(crate) fn address(address: Address) -> AddressResponse {
    AddressResponse {
        address: address.to_string(),
    }
}

pub(crate) fn addresses(addresses: &[Address]) -> ListAddressesResponse {
    ListAddressesResponse {
        addresses: addresses.iter().map(Address::to_string).collect(),
    }
}
