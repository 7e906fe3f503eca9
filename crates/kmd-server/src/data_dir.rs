//! The data directory: who has it, and the files in it that
//! say so.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use kmd_api::files;
use kmd_crypto::{Random, RandomError};
use subtle::ConstantTimeEq;
use tracing::warn;
use zeroize::Zeroizing;

use crate::error::StartError;

/// Mode of files that say where the daemon is.
const STATE_MODE: u32 = 0o640;
/// Mode of files that give access.
const SECRET_MODE: u32 = 0o600;
const TOKEN_LENGTHS: std::ops::RangeInclusive<usize> = 64..=256;

/// Makes the directory, for its owner alone, where it is missing.
///
/// # Errors
/// [`StartError::DataDir`].
pub(crate) fn ensure(path: &Path) -> Result<(), StartError> {
    let failed = |cause: io::Error| StartError::DataDir {
        path: path.to_owned(),
        cause,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed)
}

/// A warning when others can read the directory, with the command that mends it.
pub(crate) fn exposure(path: &Path) -> Option<String> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| {
        format!(
            "WARNING: other users can open the data directory {path} (mode {mode:04o}); run: chmod 700 '{path}'",
            path = path.display()
        )
    })
}

/// A data directory that is this process's until it is dropped.
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Takes the directory.
    ///
    /// # Errors
    /// [`StartError::Locked`]; [`StartError::File`].
    pub(crate) fn lock(path: PathBuf) -> Result<Self, StartError> {
        let file = path.join(files::LOCK);
        let failed = |cause| StartError::File {
            action: "lock",
            path: file.clone(),
            cause,
        };
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(SECRET_MODE)
            .open(&file)
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StartError::Locked { path }),
            Err(TryLockError::Error(cause)) => Err(failed(cause)),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The API token, made where there is none.
    ///
    /// # Errors
    /// [`StartError::Token`]; [`StartError::File`]; no randomness.
    pub(crate) fn token(&self, random: &dyn Random) -> Result<ApiToken, StartError> {
        let path = self.path.join(files::TOKEN);
        match fs::read(&path) {
            Ok(bytes) => ApiToken::parse(&Zeroizing::new(bytes)).map_err(|problem| StartError::Token { path, problem }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.make_token(random),
            Err(cause) => Err(StartError::File {
                action: "read",
                path,
                cause,
            }),
        }
    }

    fn make_token(&self, random: &dyn Random) -> Result<ApiToken, StartError> {
        let token = ApiToken::random(random)?;
        self.write(files::TOKEN, &token.0, SECRET_MODE)?;
        Ok(token)
    }

    /// Writes a file that is removed when the result is dropped.
    ///
    /// # Errors
    /// [`StartError::File`].
    pub(crate) fn state_file(&self, name: &str, content: &str) -> Result<StateFile, StartError> {
        self.write(name, content.as_bytes(), STATE_MODE)?;
        Ok(StateFile(self.path.join(name)))
    }

    /// Writes a file whole or not at all, also for those who read meanwhile.
    fn write(&self, name: &str, content: &[u8], mode: u32) -> Result<(), StartError> {
        let path = self.path.join(name);
        let unfinished = self.path.join(format!(".{name}.unfinished"));
        let write = || {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(SECRET_MODE)
                .open(&unfinished)?;
            // The mode is set whatever the umask is.
            file.set_permissions(fs::Permissions::from_mode(mode))?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        };
        write().map_err(|cause| StartError::File {
            action: "write",
            path: path.clone(),
            cause,
        })
    }
}

/// A file that says that the daemon runs, and goes when it stops.
pub(crate) struct StateFile(PathBuf);

impl StateFile {
    /// Takes a file that exists already.
    pub(crate) fn adopt(path: PathBuf) -> Self {
        Self(path)
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            warn!(path = %self.0.display(), %error, "a state file could not be removed");
        }
    }
}

/// The token that every request under /v1 must show.
pub(crate) struct ApiToken(Zeroizing<Vec<u8>>);

impl ApiToken {
    fn random(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(&mut *bytes)?;
        let mut text = Zeroizing::new(vec![0; 64]);
        HEXLOWER.encode_mut(&*bytes, &mut text);
        Ok(Self(text))
    }

    /// The first line of the token file.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, &'static str> {
        let line = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !TOKEN_LENGTHS.contains(&line.len()) {
            return Err("must have 64 to 256 characters in its first line");
        }
        if !line.iter().all(u8::is_ascii_graphic) {
            return Err("must be printable ASCII without blanks");
        }
        Ok(Self(Zeroizing::new(line.to_vec())))
    }

    /// Compares in constant time.
    pub(crate) fn matches(&self, shown: &[u8]) -> bool {
        self.0.as_slice().ct_eq(shown).into()
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
    fn a_made_token_is_kept_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = DataDir::lock(dir.path().to_owned()).unwrap();
        let made = data_dir.token(&OsRandom).unwrap();
        assert!(data_dir.token(&OsRandom).unwrap().matches(&made.0));
        assert!(!made.matches(&made.0[..63]));
        assert!(!made.matches(b""));
        let mode = fs::metadata(dir.path().join(files::TOKEN))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let held = DataDir::lock(dir.path().to_owned()).unwrap();
        assert!(matches!(
            DataDir::lock(dir.path().to_owned()),
            Err(StartError::Locked { .. })
        ));
        drop(held);
        assert!(DataDir::lock(dir.path().to_owned()).is_ok());
    }

    #[test]
    fn state_files_go_with_their_guard() {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = DataDir::lock(dir.path().to_owned()).unwrap();
        let file = data_dir.state_file(files::NET, "127.0.0.1:1").unwrap();
        let path = dir.path().join(files::NET);
        assert_eq!(fs::read_to_string(&path).unwrap(), "127.0.0.1:1");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        drop(file);
        assert!(!path.exists());
    }
}
