//! The wallets folder: which files are wallets, and which wallets those are.
//!
//! Any `*.db` file counts, whatever its name and whenever it came: people drop
//! files in while kmd runs. What was read from a file is kept and used again
//! while the file has the same identity, size and times, so that looking at the
//! folder costs one `stat` a file, and looking for one wallet, while no file
//! comes or goes, two.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kmd_wallet::{Error, Metadata, Result, WalletId, WalletName};

use crate::connection::{self, database, io};
use crate::{INFO, file_name, schema};

/// Told, once a file, which file is skipped and why.
pub type OnSkipped = Box<dyn Fn(&Path, &str) + Send + Sync>;

/// A file that changed this recently may change again without its times
/// showing it, since they are only as fine as the kernel's clock tick.
const UNSETTLED: Duration = Duration::from_millis(100);

/// The wallets folder and what is known of its files.
pub(crate) struct Folder {
    path: PathBuf,
    on_skipped: OnSkipped,
    now: fn() -> SystemTime,
    index: Mutex<Index>,
    closing: RwLock<()>,
}

/// The files as they were last seen.
#[derive(Default)]
struct Index {
    /// State of the folder itself, which changes when a file comes or goes.
    folder: Option<Stamp>,
    files: BTreeMap<OsString, Known>,
}

struct Known {
    stamp: Stamp,
    wallet: Option<Metadata>,
}

/// Equal stamps: the same file, not written since.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    identity: (u64, u64),
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// A wallet and its file.
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) metadata: Metadata,
}

impl Folder {
    pub(crate) fn new(path: PathBuf, on_skipped: OnSkipped, now: fn() -> SystemTime) -> Self {
        Self {
            path,
            on_skipped,
            now,
            index: Mutex::default(),
            closing: RwLock::default(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder, for its owner alone, where there is none.
    pub(crate) fn ensure(&self) -> Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.path)
            .map_err(io(&self.path))
    }

    /// Keeps other processes and threads from changing names in the folder
    /// until the guard is dropped.
    pub(crate) fn lock(&self) -> Result<File> {
        let folder = File::open(&self.path).map_err(io(&self.path))?;
        folder.lock().map_err(io(&self.path))?;
        Ok(folder)
    }

    /// Keeps descriptors of wallet files from being closed. To be held while
    /// SQLite works on one: closing any descriptor of a file gives up all POSIX
    /// locks that this process has on it (fcntl(2)), SQLite's among them.
    pub(crate) fn no_close(&self) -> RwLockReadGuard<'_, ()> {
        self.closing.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The counterpart of [`Self::no_close`]: to be held to close one.
    pub(crate) fn alone(&self) -> RwLockWriteGuard<'_, ()> {
        self.closing.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// All wallets, in the order of their file names.
    pub(crate) fn wallets(&self) -> Result<Vec<Found>> {
        let index = self.refresh()?;
        let found = index.files.iter().filter_map(|(name, file)| self.found(name, file));
        Ok(found.collect())
    }

    /// The wallet with this id.
    pub(crate) fn find(&self, id: &WalletId) -> Result<Found> {
        if let Some(found) = self.find_unchanged(id) {
            return Ok(found);
        }
        let mut found = self.refresh()?.with_id(id, |name, file| self.found(name, file));
        match found.len() {
            0 => Err(Error::WalletNotFound),
            1 => Ok(found.remove(0)),
            _ => Err(Error::SeveralWallets(
                found.into_iter().map(|found| found.path).collect(),
            )),
        }
    }

    /// The wallet with this id, where nothing came, went or changed since it
    /// was last seen.
    fn find_unchanged(&self, id: &WalletId) -> Option<Found> {
        let index = self.index();
        let folder = Stamp::of(&self.path).ok()?;
        if index.folder != Some(folder) || !self.is_settled(folder) {
            return None;
        }
        let mut found = index.with_id(id, |name, file| Some((file.stamp, self.found(name, file)?)));
        let (stamp, wallet) = found.pop().filter(|_| found.is_empty())?;
        (Stamp::of(&wallet.path).ok()? == stamp && self.is_settled(stamp)).then_some(wallet)
    }

    /// Whether a wallet has this name.
    pub(crate) fn has_name(&self, name: &WalletName) -> Result<bool> {
        self.any(|wallet| wallet.name == *name)
    }

    /// Whether a wallet has this id.
    pub(crate) fn has_id(&self, id: &WalletId) -> Result<bool> {
        self.any(|wallet| wallet.id == *id)
    }

    /// Forgets what is known of a file that was just changed.
    pub(crate) fn forget(&self, path: &Path) {
        if let Some(name) = path.file_name() {
            self.index().files.remove(name);
        }
    }

    fn any(&self, matches: impl Fn(&Metadata) -> bool) -> Result<bool> {
        let index = self.refresh()?;
        Ok(index
            .files
            .values()
            .filter_map(|file| file.wallet.as_ref())
            .any(matches))
    }

    fn found(&self, name: &OsString, file: &Known) -> Option<Found> {
        Some(Found {
            path: self.path.join(name),
            metadata: file.wallet.clone()?,
        })
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        // Entries are replaced whole, so a panic leaves none half written.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at every file and reads those that changed.
    fn refresh(&self) -> Result<MutexGuard<'_, Index>> {
        let mut index = self.index();
        let mut before = std::mem::take(&mut *index).files;
        // Taken before the names are read: what comes meanwhile changes it again.
        index.folder = Stamp::of(&self.path).ok();
        for name in self.names()? {
            let path = self.path.join(&name);
            // A file that vanished since it was listed is no wallet any more.
            let Ok(stamp) = Stamp::of(&path) else { continue };
            let file = match before.remove(&name) {
                Some(file) if file.stamp == stamp && self.is_settled(stamp) => file,
                previous => self.read(&path, stamp, previous),
            };
            index.files.insert(name, file);
        }
        Ok(index)
    }

    fn names(&self) -> Result<Vec<OsString>> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io(&self.path)(error)),
        };
        let names: std::io::Result<Vec<_>> = entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
        let mut names = names.map_err(io(&self.path))?;
        names.retain(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|end| end == file_name::EXTENSION)
                || *name == *".db"
        });
        Ok(names)
    }

    fn is_settled(&self, stamp: Stamp) -> bool {
        let (seconds, nanoseconds) = stamp.changed;
        let changed = Duration::new(seconds.try_into().unwrap_or(0), nanoseconds.try_into().unwrap_or(0));
        let now = (self.now)().duration_since(UNIX_EPOCH).unwrap_or_default();
        now.checked_sub(changed).is_some_and(|age| age > UNSETTLED)
    }

    fn read(&self, path: &Path, stamp: Stamp, previous: Option<Known>) -> Known {
        let metadata = {
            let _no_close = self.no_close();
            read_metadata(path)
        };
        let wallet = match metadata {
            Ok(wallet) => Some(wallet),
            Err(error) => {
                let told = previous.is_some_and(|file| file.wallet.is_none() && file.stamp == stamp);
                if !told {
                    (self.on_skipped)(path, &error.to_string());
                }
                None
            }
        };
        Known { stamp, wallet }
    }
}

impl Index {
    fn with_id<T>(&self, id: &WalletId, take: impl Fn(&OsString, &Known) -> Option<T>) -> Vec<T> {
        let has_id = |file: &Known| file.wallet.as_ref().is_some_and(|wallet| wallet.id == *id);
        let files = self.files.iter().filter(|(_, file)| has_id(file));
        files.filter_map(|(name, file)| take(name, file)).collect()
    }
}

impl Stamp {
    fn of(path: &Path) -> std::io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self {
            identity: (metadata.dev(), metadata.ino()),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

/// What the wallet in a file says of itself.
pub(crate) fn read_metadata(path: &Path) -> Result<Metadata> {
    let connection = connection::open(path)?;
    query_metadata(&connection, path)
}

/// What the wallet in an open database says of itself.
pub(crate) fn query_metadata(connection: &rusqlite::Connection, path: &Path) -> Result<Metadata> {
    let mut statement = connection
        .prepare_cached(schema::SELECT_METADATA)
        .map_err(database(path))?;
    let (driver, version, id, name) = statement
        .query_row([], |row| {
            Ok((text(row, 0)?, row.get::<_, i64>(1)?, text(row, 2)?, text(row, 3)?))
        })
        .map_err(database(path))?;
    if driver != INFO.name || version != i64::from(INFO.version) {
        return Err(Error::WrongDriver {
            path: path.to_owned(),
            found: (driver, version),
            expected: (INFO.name, INFO.version),
        });
    }
    Ok(Metadata {
        id: WalletId::new(&id)?,
        name: WalletName::stored(name),
        driver: INFO,
    })
}

/// A column that may hold text or a blob of text.
fn text(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<String> {
    let bytes = row.get_ref(column)?.as_bytes()?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}
