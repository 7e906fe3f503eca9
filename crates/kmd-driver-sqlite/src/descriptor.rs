//! Whose turn it is to work on a database file, and descriptors that are safe
//! beside SQLite.
//!
//! Closing any descriptor of a file gives up all POSIX locks that the process
//! has on that file (fcntl(2)), also those that SQLite took through another
//! descriptor. SQLite minds that for its own descriptors; this does for ours:
//! while SQLite works on a file, our descriptors of it are put aside, and closed
//! when it has finished.
//!
//! Within the process only one connection works on a file at a time. SQLite's
//! own locks would do that as well, but who waits for those only asks now and
//! then, and never gets in while others always have the next change ready.

use std::collections::HashMap;
use std::fs::{File, Metadata, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Which file it is: device and inode.
pub(crate) type Identity = (u64, u64);

/// The identity in the metadata of a file.
pub(crate) fn identity(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

/// Which files SQLite works on now, and our descriptors of those that are to
/// be closed.
#[derive(Default)]
pub(crate) struct FilesInUse {
    files: Mutex<Files>,
    finished: Condvar,
}

type Files = HashMap<Identity, InUse>;

#[derive(Default)]
struct InUse {
    busy: bool,
    /// Whoever is busy has SQLite's lock, and waits for no other process.
    locked: bool,
    waiting: usize,
    /// Those of them who only want to look, and go first: looking is short.
    looking: usize,
    /// How many want our descriptors left open, whoever is busy.
    kept: usize,
    to_close: Vec<File>,
}

impl InUse {
    fn may_close(&self) -> bool {
        !self.busy && self.kept == 0
    }
}

impl FilesInUse {
    /// Waits until nobody else works on the file. To be held while SQLite does.
    pub(crate) fn enter(self: &Arc<Self>, file: Identity) -> Using {
        let mut files = self.files();
        files.entry(file).or_default().waiting += 1;
        files = self
            .finished
            .wait_while(files, |files| {
                files.get(&file).is_some_and(|in_use| in_use.busy || in_use.looking > 0)
            })
            .unwrap_or_else(PoisonError::into_inner);
        self.begin(&mut files, file)
    }

    /// The same, before those who want to change the file. Nothing when whoever
    /// works on it waits itself, for another process, and for this time.
    pub(crate) fn enter_to_look(self: &Arc<Self>, file: Identity, patience: Duration) -> Option<Using> {
        let mut files = self.files();
        let in_use = files.entry(file).or_default();
        in_use.waiting += 1;
        in_use.looking += 1;
        let is_busy = |files: &mut Files| files.get(&file).is_some_and(|in_use| in_use.busy);
        let mut gives_up = false;
        while is_busy(&mut files) && !gives_up {
            let waited = self.finished.wait_timeout_while(files, patience, is_busy);
            files = waited.unwrap_or_else(PoisonError::into_inner).0;
            // A change goes on as long as the disk takes for it.
            gives_up = files.get(&file).is_some_and(|in_use| in_use.busy && !in_use.locked);
        }
        let in_use = files.entry(file).or_default();
        in_use.looking -= 1;
        if gives_up {
            in_use.waiting -= 1;
            self.finished.notify_all();
            return None;
        }
        Some(self.begin(&mut files, file))
    }

    /// Keeps our descriptors of a file open, for longer than one use of it.
    pub(crate) fn keep_open(self: &Arc<Self>, file: Identity) -> KeptOpen {
        self.files().entry(file).or_default().kept += 1;
        KeptOpen {
            files: Arc::clone(self),
            file,
        }
    }

    /// Closes what may be closed, and forgets the file when nobody is left.
    /// Closed with the lock held, so that nobody enters meanwhile.
    fn tidy(files: &mut Files, file: Identity) {
        if let Some(in_use) = files.get_mut(&file).filter(|in_use| in_use.may_close()) {
            in_use.to_close.clear();
            if in_use.waiting == 0 {
                files.remove(&file);
            }
        }
    }

    fn begin(self: &Arc<Self>, files: &mut Files, file: Identity) -> Using {
        let in_use = files.entry(file).or_default();
        in_use.waiting -= 1;
        in_use.busy = true;
        in_use.locked = false;
        Using {
            files: Arc::clone(self),
            file,
        }
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        // Counts and lists are whole wherever a thread could panic.
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// SQLite works on a file until this is dropped.
pub(crate) struct Using {
    files: Arc<FilesInUse>,
    file: Identity,
}

impl Using {
    /// SQLite has locked the file.
    pub(crate) fn has_lock(&self) {
        if let Some(in_use) = self.files.files().get_mut(&self.file) {
            in_use.locked = true;
        }
    }
}

impl Drop for Using {
    fn drop(&mut self) {
        let mut files = self.files.files();
        if let Some(in_use) = files.get_mut(&self.file) {
            in_use.busy = false;
        }
        FilesInUse::tidy(&mut files, self.file);
        self.files.finished.notify_all();
    }
}

/// Our descriptors of a file stay open until this is dropped.
pub(crate) struct KeptOpen {
    files: Arc<FilesInUse>,
    file: Identity,
}

impl Drop for KeptOpen {
    fn drop(&mut self) {
        let mut files = self.files.files();
        if let Some(in_use) = files.get_mut(&self.file) {
            in_use.kept -= 1;
        }
        FilesInUse::tidy(&mut files, self.file);
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
        if let Some(in_use) = files.get_mut(&self.identity).filter(|in_use| !in_use.may_close()) {
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

    #[test]
    fn one_at_a_time_and_who_looks_goes_first() {
        const FILE: Identity = (1, 2);
        let files = Arc::new(FilesInUse::default());
        let waiting = |number| {
            while files.files().get(&FILE).is_none_or(|in_use| in_use.waiting < number) {
                std::thread::yield_now();
            }
        };
        let order = Mutex::new(Vec::new());
        let using = files.enter(FILE);
        assert!(files.enter_to_look(FILE, Duration::from_millis(1)).is_none());
        using.has_lock();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _using = files.enter(FILE);
                order.lock().unwrap().push("change");
            });
            waiting(1);
            scope.spawn(|| {
                let _using = files.enter_to_look(FILE, Duration::from_millis(1));
                order.lock().unwrap().push("look");
            });
            waiting(2);
            drop(using);
        });
        assert_eq!(*order.lock().unwrap(), ["look", "change"]);
        assert!(files.files().is_empty());
    }
}
