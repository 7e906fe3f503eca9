//! A password and, where its request spelled it so, the other bytes that the
//! reference would have taken it for.

use crate::secret::SecretVec;

/// A wallet password: any bytes, also none.
#[derive(Debug)]
pub struct Password {
    bytes: SecretVec,
    as_reference_decodes: Option<SecretVec>,
}

impl Password {
    /// A password of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self {
            bytes: SecretVec::from_slice(bytes),
            as_reference_decodes: None,
        }
    }

    /// Adds the bytes to be tried when the password itself does not open a wallet.
    #[must_use]
    pub fn or(mut self, as_reference_decodes: Option<&[u8]>) -> Self {
        self.as_reference_decodes = as_reference_decodes.map(SecretVec::from_slice);
        self
    }

    /// The password itself, with which new wallets are made.
    pub fn expose(&self) -> &[u8] {
        self.bytes.expose()
    }

    /// All byte strings to try, the password itself first.
    pub fn spellings(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(&self.bytes)
            .chain(&self.as_reference_decodes)
            .map(SecretVec::expose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallets_are_made_with_the_password_itself_and_opened_with_either() {
        let password = Password::new(b"itself").or(Some(b"other"));
        assert_eq!(password.expose(), b"itself");
        assert!(password.spellings().eq([&b"itself"[..], b"other"]));
        let password = Password::new(b"itself").or(None);
        assert!(password.spellings().eq([b"itself"]));
    }
}
