//! Wallets and their handles.

use kmd_api::v1::{
    CreateWallet, Empty, ExportMasterKey, ExportMasterKeyResponse, InitWallet, InitWalletResponse, ListWallets,
    ListWalletsResponse, ReleaseWallet, RenameWallet, RenewWallet, Wallet, WalletHandle, WalletHandleResponse,
    WalletInfo, WalletResponse,
};
use kmd_api::{SecretBytes, SecretText};
use kmd_core::{Call, HandleInfo, WalletToCreate};
use kmd_crypto::{MasterDerivationKey, Password};
use kmd_wallet::Metadata;

use crate::http::endpoint::Failure;

pub(crate) fn list(call: &Call<'_>, _request: ListWallets) -> Result<ListWalletsResponse, Failure> {
    let wallets = call.list_wallets()?;
    Ok(ListWalletsResponse {
        wallets: wallets.iter().map(wallet).collect(),
    })
}

pub(crate) fn create(call: &Call<'_>, request: CreateWallet) -> Result<WalletResponse, Failure> {
    let created = call.create_wallet(WalletToCreate {
        driver: &request.wallet_driver_name,
        name: &request.wallet_name,
        password: &password(&request.wallet_password),
        master_derivation_key: master_derivation_key(&request.master_derivation_key)?,
    })?;
    Ok(WalletResponse {
        wallet: wallet(&created),
    })
}

/// None and 32 zero bytes both mean: make one.
fn master_derivation_key(field: &SecretBytes) -> Result<Option<MasterDerivationKey>, Failure> {
    match field.expose() {
        bytes if bytes.is_empty() || *bytes == [0; 32] => Ok(None),
        bytes => MasterDerivationKey::from_slice(bytes)
            .map(Some)
            .ok_or(Failure::Body("the master derivation key is not 32 bytes long".into())),
    }
}

pub(crate) fn init(call: &Call<'_>, request: InitWallet) -> Result<InitWalletResponse, Failure> {
    let token = call.init_wallet(&request.wallet_id, &password(&request.wallet_password))?;
    let text = token.expose();
    // The token is hex and a dot.
    let text = std::str::from_utf8(text.expose()).unwrap_or_default();
    Ok(InitWalletResponse {
        wallet_handle_token: SecretText::new(text),
    })
}

pub(crate) fn release(call: &Call<'_>, request: ReleaseWallet) -> Result<Empty, Failure> {
    call.release_handle(request.wallet_handle_token.expose())?;
    Ok(Empty {})
}

pub(crate) fn renew(call: &Call<'_>, request: RenewWallet) -> Result<WalletHandleResponse, Failure> {
    Ok(handle(&call.renew_handle(request.wallet_handle_token.expose())?))
}

pub(crate) fn info(call: &Call<'_>, request: WalletInfo) -> Result<WalletHandleResponse, Failure> {
    Ok(handle(&call.handle_info(request.wallet_handle_token.expose())?))
}

pub(crate) fn rename(call: &Call<'_>, request: RenameWallet) -> Result<WalletResponse, Failure> {
    let renamed = call.rename_wallet(
        &request.wallet_id,
        &request.wallet_name,
        &password(&request.wallet_password),
    )?;
    Ok(WalletResponse {
        wallet: wallet(&renamed),
    })
}

pub(crate) fn export_master_key(call: &Call<'_>, request: ExportMasterKey) -> Result<ExportMasterKeyResponse, Failure> {
    let key = call.export_master_derivation_key(
        request.wallet_handle_token.expose(),
        &password(&request.wallet_password),
    )?;
    Ok(ExportMasterKeyResponse {
        master_derivation_key: SecretBytes::new(key.expose()),
    })
}

/// The password of a request, with both of its readings.
pub(crate) fn password(field: &kmd_api::Password) -> Password {
    Password::new(field.expose().as_bytes()).or(field.expose_as_reference_decodes().map(str::as_bytes))
}

fn handle(info: &HandleInfo) -> WalletHandleResponse {
    WalletHandleResponse {
        wallet_handle: WalletHandle {
            expires_seconds: info.remaining.as_secs(),
            wallet: wallet(&info.wallet),
        },
    }
}

pub(crate) fn wallet(metadata: &Metadata) -> Wallet {
    Wallet {
        driver_name: metadata.driver.name.into(),
        driver_version: metadata.driver.version,
        id: metadata.id.as_str().to_owned(),
        mnemonic_ux: metadata.driver.mnemonic_ux,
        name: metadata.name.as_str().to_owned(),
        supported_txs: metadata
            .driver
            .supported_transactions
            .iter()
            .map(|name| (*name).into())
            .collect(),
    }
}
