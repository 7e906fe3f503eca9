//! The API token: what it may be, the one that counts, and how it is replaced.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use data_encoding::HEXLOWER;
use kmd_api::files;
use kmd_core::{TokenError, TokenKeeper};
use kmd_crypto::{Random, RandomError, SecretArray};
use kmd_memory::SecretSlice;
use subtle::ConstantTimeEq;

use crate::data_dir::{SECRET_MODE, write_unfinished};

/// How much of a file may be a token, its line break, and the sign that there is
/// more.
pub(crate) const MOST_READ: usize = 512;

/// The token that every request under /v1 and /v2 must show, in memory for
/// secrets.
pub(crate) struct ApiToken(SecretSlice);

impl ApiToken {
    pub(crate) fn random(random: &dyn Random) -> Result<Self, RandomError> {
        let bytes = SecretArray::<32>::try_from_fn(|bytes| random.fill(bytes))?;
        let mut text = SecretSlice::zeroed(64);
        HEXLOWER.encode_mut(bytes.expose(), &mut text);
        Ok(Self(text))
    }

    /// The first line of the token file, of which the first [`MOST_READ`] bytes are
    /// enough.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, &'static str> {
        let line = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !files::TOKEN_LENGTHS.contains(&line.len()) {
            return Err("must have 64 to 256 characters in its first line");
        }
        if !line.iter().all(u8::is_ascii_graphic) {
            return Err("must be printable ASCII without blanks");
        }
        Ok(Self(SecretSlice::copy_of(line)))
    }

    /// The token, for its file.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// `kmd.token`, and the token in it.
pub(crate) struct TokenFile {
    folder: PathBuf,
    current: RwLock<ApiToken>,
    random: Arc<dyn Random>,
    /// Held by who replaces it.
    rotating: Mutex<()>,
}

impl TokenFile {
    pub(crate) fn new(folder: PathBuf, token: ApiToken, random: Arc<dyn Random>) -> Self {
        Self {
            folder,
            current: RwLock::new(token),
            random,
            rotating: Mutex::default(),
        }
    }

    /// Compares in constant time.
    pub(crate) fn matches(&self, shown: &[u8]) -> bool {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.0.ct_eq(shown).into()
    }

    fn replace(&self, token: ApiToken) -> io::Result<()> {
        let unfinished = write_unfinished(&self.folder, files::TOKEN, token.expose(), SECRET_MODE)?;
        // Under the lock, which all requests wait for, there is only the rename: who
        // reads the new token from the file is not told that it is wrong.
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        fs::rename(unfinished, self.folder.join(files::TOKEN))?;
        *current = token;
        Ok(())
    }
}

impl TokenKeeper for TokenFile {
    fn rotate(&self) -> Result<(), TokenError> {
        let _alone = self.rotating.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |why: &str, cause: String| TokenError(format!("{why}: {cause}"));
        let token = ApiToken::random(&*self.random).map_err(|error| failed("no new one", error.to_string()))?;
        self.replace(token).map_err(|error| {
            failed(
                "kmd.token cannot be written, the old one is still good",
                error.to_string(),
            )
        })?;
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| {
                failed(
                    "replaced, but a power cut may bring the old one back",
                    error.to_string(),
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    #[test]
    fn token_files() {
        let long = "x".repeat(257);
        let cases = [
            ("a".repeat(64), true),
            ("a".repeat(64) + "\nsecond line", true),
            ("a".repeat(256) + "\r\n", true),
            ("a".repeat(63), false),
            (String::new(), false),
            (long, false),
            ("a".repeat(63) + " ", false),
        ];
        for (file, valid) in cases {
            assert_eq!(ApiToken::parse(file.as_bytes()).is_ok(), valid, "{file:?}");
        }
    }

    #[test]
    fn a_rotated_token_is_another_and_the_old_one_is_dead() {
        let dir = tempfile::tempdir().unwrap();
        let old = "a".repeat(64);
        let token = ApiToken::parse(old.as_bytes()).unwrap();
        let token = TokenFile::new(dir.path().to_owned(), token, Arc::new(OsRandom));
        token.rotate().unwrap();
        let new = fs::read(dir.path().join(files::TOKEN)).unwrap();
        assert!(token.matches(&new) && !token.matches(old.as_bytes()));
        // Where the file cannot be written, the token in it stays good.
        fs::remove_dir_all(dir.path()).unwrap();
        assert!(token.rotate().is_err() && token.matches(&new));
    }
}
