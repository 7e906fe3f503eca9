//! Taking care of a wallet: its password, its soundness, its backups.

use kmd_api::v2::{
    BackUpWallet, BackUpWalletResponse, ChangePassword, Done, RestoreWallet, RestoreWalletResponse, VerifyWallet,
    VerifyWalletResponse, WalletProblem,
};
use kmd_core::Call;
use kmd_wallet::{NewPassword, Problem, Table, Verification};

use crate::http::endpoint::Failure;
use crate::http::v1::{password, wallet};

pub(crate) fn change_password(call: &Call<'_>, request: ChangePassword) -> Result<Done, Failure> {
    // A password that was left out by mistake must not become a blank one.
    let new = request.new_password.as_ref();
    let new = password(new.ok_or(Failure::Body("new_password is missing; a blank one is \"\"".into()))?);
    let new = NewPassword {
        password: &new,
        n: Some(request.scrypt_n).filter(|n| *n != 0),
        r: Some(request.scrypt_r).filter(|r| *r != 0),
        p: Some(request.scrypt_p).filter(|p| *p != 0),
    };
    call.change_password(&request.wallet_id, &password(&request.wallet_password), new)?;
    Ok(Done {})
}

pub(crate) fn verify(call: &Call<'_>, request: VerifyWallet) -> Result<VerifyWalletResponse, Failure> {
    let found = call.verify_wallet(&request.wallet_id, &password(&request.wallet_password))?;
    Ok(verification(found))
}

pub(crate) fn back_up(call: &Call<'_>, request: BackUpWallet) -> Result<BackUpWalletResponse, Failure> {
    let written = call.back_up_wallet(
        &request.wallet_id,
        &password(&request.wallet_password),
        &request.file_name,
    )?;
    Ok(BackUpWalletResponse {
        path: written.path.display().to_string(),
        verification: verification(written.verification),
    })
}

pub(crate) fn restore(call: &Call<'_>, request: RestoreWallet) -> Result<RestoreWalletResponse, Failure> {
    let restored = call.restore_wallet(
        &request.file_name,
        &request.wallet_name,
        &password(&request.wallet_password),
    )?;
    Ok(RestoreWalletResponse {
        verification: verification(restored.verification),
        wallet: wallet(&restored.wallet),
    })
}

fn verification(found: Verification) -> VerifyWalletResponse {
    VerifyWalletResponse {
        generated_keys: found.generated_keys,
        highest_index: found.highest_index,
        imported_keys: found.imported_keys,
        multisigs: found.multisigs,
        problem_count: found.problem_count,
        problems: found.problems.iter().map(problem).collect(),
    }
}

fn problem(problem: &Problem) -> WalletProblem {
    let table = match problem.table {
        Table::Database => "database",
        Table::Metadata => "metadata",
        Table::Keys => "keys",
        Table::Multisigs => "msig_addrs",
    };
    WalletProblem {
        address: problem.address.as_ref().map(ToString::to_string),
        code: problem.kind.code().to_owned(),
        index: problem.index,
        message: problem.kind.to_string(),
        row: problem.row,
        table: table.to_owned(),
    }
}
