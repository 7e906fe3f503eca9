//! Signing as one member of a multisig.

use kmd_algorand::{Address, Multisig, MultisigError, PublicKey};
use kmd_crypto::Password;
use kmd_wallet::{Error, Result, Wallet};

/// Who signs, and what was signed before.
pub struct MultisigSigning {
    /// The member that signs.
    pub member: Option<PublicKey>,
    /// The signatures so far. `None`: the wallet must know the address.
    pub partial: Option<Multisig>,
}

/// Adds the member's signature over `message`: the multisig in msgpack.
///
/// A partial must be of one of the `accounts`; without one the first of them
/// must have been imported.
pub(crate) fn sign(
    wallet: &dyn Wallet,
    password: &Password,
    accounts: &[Address],
    signing: MultisigSigning,
    message: &[u8],
) -> Result<Vec<u8>> {
    wallet.check_password(password)?;
    let mut multisig = match signing.partial {
        Some(partial) => checked(partial, accounts)?,
        None => imported(wallet, accounts)?,
    };
    let member = signing.member.ok_or(Error::KeyNotFound)?;
    if !multisig.subsigs().iter().any(|subsig| subsig.key() == member) {
        return Err(not_a_member(wallet, member)?);
    }
    multisig.sign_with(member, wallet.sign(password, member, message)?)?;
    Ok(multisig.encode())
}

fn checked(partial: Multisig, accounts: &[Address]) -> Result<Multisig> {
    if accounts.contains(&partial.preimage()?.address()) {
        Ok(partial)
    } else {
        Err(Error::MultisigMismatch)
    }
}

fn imported(wallet: &dyn Wallet, accounts: &[Address]) -> Result<Multisig> {
    let account = accounts.first().ok_or(Error::MultisigNotFound)?;
    Ok(Multisig::from_preimage(&wallet.export_multisig(account)?))
}

/// The reference looks for the key before it looks at the multisig.
fn not_a_member(wallet: &dyn Wallet, member: PublicKey) -> Result<Error> {
    if wallet.list_keys()?.contains(&Address::from(member)) {
        Ok(MultisigError::KeyNotInMultisig.into())
    } else {
        Ok(Error::KeyNotFound)
    }
}
