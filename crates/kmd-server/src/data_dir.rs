//! The data directory: who has it, and the files in it that
//! say so.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kmd_api::files;
use kmd_crypto::Random;
use kmd_memory::SecretBuffer;
use tracing::warn;

use crate::error::StartError;
use crate::token::{self, ApiToken, TokenFile};

/// Mode of files that say where the daemon is.
const STATE_MODE: u32 = 0o640;
/// Mode of files that give access.
pub(crate) const SECRET_MODE: u32 = 0o600;

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
    pub(crate) fn token(&self, random: Arc<dyn Random>) -> Result<TokenFile, StartError> {
        let path = self.path.join(files::TOKEN);
        let token = match read_start(&path, token::MOST_READ) {
            Ok(bytes) => ApiToken::parse(&bytes).map_err(|problem| StartError::Token { path, problem })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.make_token(&*random)?,
            Err(cause) => {
                return Err(StartError::File {
                    action: "read",
                    path,
                    cause,
                });
            }
        };
        Ok(TokenFile::new(self.path.clone(), token, random))
    }

    fn make_token(&self, random: &dyn Random) -> Result<ApiToken, StartError> {
        let token = ApiToken::random(random)?;
        self.write(files::TOKEN, token.expose(), SECRET_MODE)?;
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
        let write = || fs::rename(write_unfinished(&self.path, name, content, mode)?, &path);
        write().map_err(|cause| StartError::File {
            action: "write",
            path: path.clone(),
            cause,
        })
    }
}

/// Reads so many bytes of a file at the most, into memory for secrets.
fn read_start(path: &Path, most: usize) -> io::Result<SecretBuffer> {
    let mut file = File::open(path)?;
    let mut start = SecretBuffer::with_capacity(most);
    loop {
        match file.read(start.spare())? {
            0 => return Ok(start),
            count => start.added(count),
        }
    }
}

/// Writes what is to become a file of the directory, and syncs it.
pub(crate) fn write_unfinished(folder: &Path, name: &str, content: &[u8], mode: u32) -> io::Result<PathBuf> {
    let unfinished = folder.join(format!(".{name}.unfinished"));
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
    Ok(unfinished)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    #[test]
    fn a_made_token_is_kept_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = DataDir::lock(dir.path().to_owned()).unwrap();
        let made = data_dir.token(Arc::new(OsRandom)).unwrap();
        let written = fs::read(dir.path().join(files::TOKEN)).unwrap();
        assert!(made.matches(&written));
        assert!(data_dir.token(Arc::new(OsRandom)).unwrap().matches(&written));
        assert!(!made.matches(&written[..63]));
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
