//! `kmd address convert`

use clap::Args;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXLOWER_PERMISSIVE};
use kmd_algorand::Address;
use serde::Serialize;

use super::typo;
use crate::context::Context;
use crate::output::{Page, Report};
use crate::{Error, Kind, Result};

/// Show an address or a public key in all its spellings
///
/// Shows an address or a public key as address, in hexadecimal and in base64.
/// Where an address is mistyped, says which character is the wrong one.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"address\", \"hex\", \"base64\"}")]
pub struct Convert {
    /// An address, or a public key of 32 bytes in hexadecimal or base64
    #[arg(value_name = "ADDRESS|KEY")]
    text: String,
}

impl Convert {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let address = address_of(&self.text)?;
        context.output.print(&Spellings {
            address: address.to_string(),
            hex: HEXLOWER.encode(address.as_bytes()),
            base64: BASE64.encode(address.as_bytes()),
        })
    }
}

/// What a person may give for an address.
pub(super) fn address_of(text: &str) -> Result<Address> {
    let text = text.trim();
    if let Some(address) = key(text) {
        return Ok(address);
    }
    text.parse().map_err(|error| {
        let failed = Error::new(Kind::Invalid, format!("{text} is not an address")).because(error);
        typo::hints(text).into_iter().fold(failed, Error::hint)
    })
}

/// A public key. None of its spellings is as long as an address.
fn key(text: &str) -> Option<Address> {
    let spelling: &[Encoding] = match text.len() {
        43 => &[BASE64_NOPAD, BASE64URL_NOPAD],
        44 => &[BASE64, BASE64URL],
        64 | 66 => &[HEXLOWER_PERMISSIVE],
        _ => return None,
    };
    let digits = text
        .strip_prefix("0x")
        .filter(|digits| digits.len() == 64)
        .unwrap_or(text);
    let bytes = spelling
        .iter()
        .find_map(|encoding| encoding.decode(digits.as_bytes()).ok())?;
    Some(Address::from_bytes(bytes.try_into().ok()?))
}

#[derive(Serialize)]
struct Spellings {
    address: String,
    hex: String,
    base64: String,
}

impl Report for Spellings {
    fn write(&self, page: &mut Page) {
        page.fields([("address", &self.address), ("hex", &self.hex), ("base64", &self.base64)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_are_the_same() {
        let expected = Address::from_bytes(std::array::from_fn(|index| 0xf8 + index as u8 % 8));
        let bytes = expected.as_bytes();
        let spellings = [
            expected.to_string(),
            format!(" {expected}\n"),
            HEXLOWER.encode(bytes),
            HEXLOWER.encode(bytes).to_uppercase(),
            format!("0x{}", HEXLOWER.encode(bytes)),
            BASE64.encode(bytes),
            BASE64_NOPAD.encode(bytes),
            BASE64URL.encode(bytes),
            BASE64URL_NOPAD.encode(bytes),
        ];
        for text in spellings {
            assert_eq!(address_of(&text).unwrap(), expected, "{text}");
        }
        for text in ["", "abc", &"g".repeat(64), &"=".repeat(44), &expected.to_string()[1..]] {
            assert_eq!(address_of(text).unwrap_err().kind, Kind::Invalid, "{text}");
        }
    }
}
