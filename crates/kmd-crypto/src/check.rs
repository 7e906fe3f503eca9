//! Recognising a password again without keeping it.

use sha2::{Digest, Sha512_256};
use subtle::ConstantTimeEq;

use crate::password::Password;
use crate::random::{Random, RandomError};
use crate::secret::SecretArray;
use crate::stack::wiped;

/// A salted SHA-512/256 of the password that opened a wallet. Lives only as
/// long as the wallet's keys are in memory; weaker than a slow hash on purpose,
/// since who can read it can read the keys beside it.
#[derive(Debug)]
pub struct PasswordCheck {
    salt: [u8; 32],
    digest: SecretArray<32>,
}

impl PasswordCheck {
    /// Remembers `password`.
    ///
    /// # Errors
    /// When there is no randomness for the salt.
    pub fn new(password: &[u8], random: &dyn Random) -> Result<Self, RandomError> {
        let mut salt = [0; 32];
        random.fill(&mut salt)?;
        let digest = SecretArray::from_fn(|out| wiped(|| digest(&salt, password, out)));
        Ok(Self { salt, digest })
    }

    /// Whether one of the spellings is the remembered password. Takes the same
    /// time whatever differs.
    pub fn matches(&self, password: &Password) -> bool {
        password.spellings().any(|bytes| wiped(|| self.is_of(bytes)))
    }

    fn is_of(&self, password: &[u8]) -> bool {
        let mut other = [0; 32];
        digest(&self.salt, password, &mut other);
        other.ct_eq(self.digest.expose()).into()
    }
}

fn digest(salt: &[u8; 32], password: &[u8], out: &mut [u8; 32]) {
    let hash = Sha512_256::new().chain_update(salt).chain_update(password);
    hash.finalize_into(out.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::tests::Counting;

    #[test]
    fn matches_any_spelling_and_nothing_else() {
        let check = PasswordCheck::new(b"right", &Counting::default()).unwrap();
        let cases = [
            (Password::new(b"right"), true),
            (Password::new(b"wrong"), false),
            (Password::new(b""), false),
            (Password::new(b"right "), false),
            (Password::new(b"wrong").or(Some(b"right")), true),
            (Password::new(b"wrong").or(Some(b"also wrong")), false),
        ];
        for (password, expected) in cases {
            assert_eq!(check.matches(&password), expected);
        }
    }

    #[test]
    fn two_checks_of_one_password_differ() {
        let random = Counting::default();
        let [one, two] = [0, 1].map(|_| PasswordCheck::new(b"same", &random).unwrap());
        assert_ne!(one.digest.expose(), two.digest.expose());
    }
}
