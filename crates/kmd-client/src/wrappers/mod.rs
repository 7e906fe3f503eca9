//! A method of [`Client`](crate::Client) for each endpoint, in files as `kmd_api::v1` and `v2` have them.
//! They take and return what the values mean, where the requests have what travels.

mod batch;
mod care;
mod key;
mod multisig;
mod sign;
mod token;
mod wallet;

use kmd_algorand::Address;
use kmd_api::SecretText;

use crate::error::Error;

pub use batch::ToSign;
pub use care::Scrypt;

fn copy(handle: &SecretText) -> SecretText {
    SecretText::new(handle.expose())
}

fn address(text: &str) -> Result<Address, Error> {
    text.parse().map_err(undecodable)
}

fn addresses(texts: &[String]) -> Result<Vec<Address>, Error> {
    texts.iter().map(|text| address(text)).collect()
}

fn undecodable(error: impl std::fmt::Display) -> Error {
    Error::Decode(error.to_string())
}
