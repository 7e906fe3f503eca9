//! Files that get their name only when they are whole.
//!
//! Until then a file has a name that is no wallet's and no backup's, and is
//! locked (flock), so that others can tell it from what a crash left.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kmd_wallet::{Error, Result};
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::connection::{self, io};
use crate::descriptor::{Descriptor, FilesInUse, KeptOpen, identity};

/// How the names of unfinished files begin.
const UNFINISHED: &str = ".kmd-unfinished-";
/// How long to wait for another process that changes names in a folder, and
/// how often to try.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
const LOCK_RETRY: Duration = Duration::from_millis(5);

/// A folder in which nobody else changes names until this is dropped.
pub(crate) struct LockedFolder<'a> {
    path: &'a Path,
    file: File,
    in_use: &'a Arc<FilesInUse>,
}

impl<'a> LockedFolder<'a> {
    pub(crate) fn lock(path: &'a Path, in_use: &'a Arc<FilesInUse>) -> Result<Self> {
        let file = File::open(path).map_err(io(path))?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { path, file, in_use }),
                Err(TryLockError::Error(error)) => return Err(io(path)(error)),
                Err(TryLockError::WouldBlock) if waited >= LOCK_TIMEOUT => {
                    return Err(connection::damaged(path, "another process holds the folder's lock"));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_RETRY),
            }
            waited += LOCK_RETRY;
        }
    }

    /// Makes an empty file that is to get its name later. What crashes left is
    /// removed. `taken` is the error when another has the name.
    pub(crate) fn begin(&self, name: &str, taken: fn() -> Error) -> Result<Unfinished> {
        self.clear_unfinished()?;
        let path = self.path.join(format!("{UNFINISHED}{name}"));
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = match made {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(taken()),
            other => other.map_err(io(&path))?,
        };
        let locked = file.try_lock();
        let metadata = file.metadata().map_err(io(&path))?;
        let unfinished = Unfinished {
            path,
            held: Some((file, self.in_use.keep_open(identity(&metadata)))),
            taken,
        };
        match locked {
            // Where a file system has no such locks, a crash is told from work by nobody else being there.
            Ok(()) | Err(TryLockError::WouldBlock) => Ok(unfinished),
            Err(TryLockError::Error(error)) => Err(io(&unfinished.path)(error)),
        }
    }

    /// Gives a file its name, never in place of another. Both last when this
    /// returns.
    pub(crate) fn finish(&self, mut unfinished: Unfinished, name: &str) -> Result<PathBuf> {
        let to = self.path.join(name);
        if let Some((file, kept)) = unfinished.held.take() {
            file.sync_all().map_err(io(&unfinished.path))?;
            // All descriptors are closed before others can open it by its name: see `descriptor.rs`.
            drop((file, kept));
        }
        rename(&unfinished.path, &to, unfinished.taken)?;
        self.file.sync_all().map_err(io(self.path))?;
        Ok(to)
    }

    fn clear_unfinished(&self) -> Result<()> {
        for entry in fs::read_dir(self.path).map_err(io(self.path))? {
            let entry = entry.map_err(io(self.path))?;
            let path = entry.path();
            let unfinished = entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes());
            let is_journal_in_use = || journal_of(&path).is_some_and(|file| self.is_worked_on(&file));
            if unfinished && !self.is_worked_on(&path) && !is_journal_in_use() {
                fs::remove_file(&path).map_err(io(&path))?;
            }
        }
        Ok(())
    }

    /// Whether somebody holds the lock of an unfinished file.
    fn is_worked_on(&self, path: &Path) -> bool {
        // Opening a FIFO would wait for a writer.
        let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
        is_file && Descriptor::open(path, self.in_use).is_ok_and(|file| file.is_locked())
    }
}

/// The file that this would be the journal of.
fn journal_of(path: &Path) -> Option<PathBuf> {
    path.to_str()?.strip_suffix("-journal").map(PathBuf::from)
}

/// An unfinished file, removed when it is dropped before it got its name.
pub(crate) struct Unfinished {
    path: PathBuf,
    /// Holds the lock, and what SQLite has locked of the file.
    held: Option<(File, KeptOpen)>,
    taken: fn() -> Error,
}

impl Unfinished {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Fails when it was renamed, which is the good case.
        let _ = fs::remove_file(&self.path);
    }
}

fn rename(from: &Path, to: &Path, taken: fn() -> Error) -> Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::EXIST) => Err(taken()),
        // Some file systems cannot refuse to replace; the folder's lock keeps
        // everybody but strangers from making the file in between.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) if !to.exists() => {
            fs::rename(from, to).map_err(io(to))
        }
        Err(error) => Err(io(to)(error.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_crash_left_goes_and_what_is_worked_on_stays() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(".kmd-unfinished-crashed"), "x").unwrap();
        let in_use = Arc::default();
        let lock = || LockedFolder::lock(dir.path(), &in_use).unwrap();
        let begin = |name| lock().begin(name, || Error::IdTaken);
        let one = begin("one").unwrap();
        for journal in ["one-journal", "crashed-journal"] {
            fs::write(dir.path().join(format!(".kmd-unfinished-{journal}")), "x").unwrap();
        }
        let two = begin("two").unwrap();
        fs::remove_file(dir.path().join(".kmd-unfinished-one-journal")).unwrap();
        assert_eq!(names(dir.path()), [".kmd-unfinished-one", ".kmd-unfinished-two"]);
        assert!(matches!(begin("one").map(drop), Err(Error::IdTaken)));
        drop(one);
        lock().finish(two, "done").unwrap();
        assert_eq!(names(dir.path()), ["done"]);
    }

    #[test]
    fn nothing_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("there"), "x").unwrap();
        let in_use = Arc::default();
        let folder = LockedFolder::lock(dir.path(), &in_use).unwrap();
        let unfinished = folder.begin("one", || Error::BackupExists).unwrap();
        assert!(matches!(folder.finish(unfinished, "there"), Err(Error::BackupExists)));
        assert_eq!(names(dir.path()), ["there"]);
        assert_eq!(fs::read_to_string(dir.path().join("there")).unwrap(), "x");
    }
}
