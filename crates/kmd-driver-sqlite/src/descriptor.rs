//! A descriptor of a database file that is safe beside SQLite.
//!
//! Closing any descriptor of a file gives up all POSIX locks that the process
//! has on that file (fcntl(2)), also those that SQLite took through another
//! descriptor. SQLite minds that for its own descriptors; this does for ours:
//! while SQLite works on a file, our descriptors of it are put aside, and closed
//! by whoever finishes last.

use std::collections::HashMap;
use std::fs::{File, Metadata, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Which file it is: device and inode.
pub(crate) type Identity = (u64, u64);

/// The identity in the metadata of a file.
pub(crate) fn identity(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

/// Which files SQLite works on now, and our descriptors of those that are to
/// be closed.
#[derive(Default)]
pub(crate) struct FilesInUse(Mutex<HashMap<Identity, InUse>>);

#[derive(Default)]
struct InUse {
    users: usize,
    to_close: Vec<File>,
}

impl FilesInUse {
    /// To be held while SQLite works on the file.
    pub(crate) fn enter(self: &Arc<Self>, file: Identity) -> Using {
        self.files().entry(file).or_default().users += 1;
        Using {
            files: Arc::clone(self),
            file,
        }
    }

    fn files(&self) -> MutexGuard<'_, HashMap<Identity, InUse>> {
        // Counts and lists are whole wherever a thread could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// SQLite works on a file until this is dropped.
pub(crate) struct Using {
    files: Arc<FilesInUse>,
    file: Identity,
}

impl Drop for Using {
    fn drop(&mut self) {
        let mut files = self.files.files();
        if let Some(in_use) = files.get_mut(&self.file) {
            in_use.users -= 1;
            if in_use.users == 0 {
                // Closed with the lock held, so that nobody enters meanwhile.
                files.remove(&self.file);
            }
        }
    }
}

/// An open file, closed only while SQLite does not work on it.
pub(crate) struct Descriptor {
    file: Option<File>,
    identity: Identity,
    files: Arc<FilesInUse>,
}

impl Descriptor {
    pub(crate) fn open(path: &Path, files: &Arc<FilesInUse>) -> io::Result<Self> {
        let file = File::open(path)?;
        let identity = identity(&file.metadata()?);
        Ok(Self {
            file: Some(file),
            identity,
            files: Arc::clone(files),
        })
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    /// Whether somebody holds the lock (flock) of the file, through whatever
    /// other descriptor.
    pub(crate) fn is_locked(&self) -> bool {
        let locked = |file: &File| matches!(file.try_lock(), Err(TryLockError::WouldBlock));
        self.file.as_ref().is_some_and(locked)
    }

    pub(crate) fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        match &self.file {
            Some(file) => file.read_exact_at(bytes, offset),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        let mut files = self.files.files();
        if let Some(in_use) = files.get_mut(&self.identity) {
            in_use.to_close.extend(self.file.take());
        }
        // Where nobody uses it, it is closed here, with the lock still held.
        drop(self.file.take());
    }
}

#[cfg(test)]
mod tests {
    use rustix::fs::{FlockOperation, fcntl_lock};

    use super::*;

    /// Whether another process could take a lock: asked through a child, since
    /// POSIX locks never conflict within one process.
    fn is_locked(path: &Path) -> bool {
        let script = "import fcntl,sys\nf=open(sys.argv[1],'r+b')\nfcntl.lockf(f,fcntl.LOCK_EX|fcntl.LOCK_NB)";
        let status = std::process::Command::new("python3")
            .args(["-c", script])
            .arg(path)
            .stderr(std::process::Stdio::null())
            .status();
        !status.unwrap().success()
    }

    #[test]
    fn a_lock_outlives_a_descriptor_that_is_dropped_in_between() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, "x").unwrap();
        let files = Arc::new(FilesInUse::default());
        let descriptor = Descriptor::open(&path, &files).unwrap();
        let using = files.enter(descriptor.identity());
        let sqlite_s = File::options().read(true).write(true).open(&path).unwrap();
        fcntl_lock(&sqlite_s, FlockOperation::LockExclusive).unwrap();
        drop(descriptor);
        assert!(is_locked(&path));
        fcntl_lock(&sqlite_s, FlockOperation::Unlock).unwrap();
        drop(using);
        assert!(files.files().is_empty());
    }
}
