//! The wallets folder: which files are wallets, and which wallets those are.
//!
//! Any `*.db` file counts, whatever its name and whenever it came: people drop
//! files in while kmd runs. What was read from a file is kept and used again
//! while the file has the same identity, size and times, so that looking at the
//! folder costs one `stat` a file, and looking for one wallet, while no file
//! comes or goes, two.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kmd_wallet::{Error, Metadata, Result, WalletId, WalletName};

use crate::connection::{self, BUSY_TIMEOUT, BUSY_TIMEOUT_LOOKING, io};
use crate::descriptor::{FilesInUse, Identity, identity};
use crate::file_name;
use crate::look::{Look, look};
use crate::unfinished::LockedFolder;

/// Told, once a file, which file is skipped and why.
pub type OnSkipped = Box<dyn Fn(&Path, &str) + Send + Sync>;

/// A file that changed this recently may change again without its times
/// showing it, since they are only as fine as the kernel's clock tick.
const UNSETTLED: Duration = Duration::from_millis(100);
/// The time of change of no file.
const NEVER: (i64, i64) = (i64::MIN, 0);

/// The wallets folder and what is known of its files.
pub(crate) struct Folder {
    path: PathBuf,
    backups: PathBuf,
    on_skipped: OnSkipped,
    now: fn() -> SystemTime,
    index: Mutex<Index>,
    in_use: Arc<FilesInUse>,
}

/// The files as they were last seen.
#[derive(Default)]
struct Index {
    /// State of the folder itself, which changes when a file comes or goes.
    folder: Option<Stamp>,
    files: HashMap<OsString, Seen>,
}

#[derive(Clone)]
struct Seen {
    stamp: Stamp,
    look: Look,
}

/// Equal stamps: the same file, not written since.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    identity: Identity,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// A wallet and its file.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) metadata: Metadata,
}

impl Folder {
    pub(crate) fn new(path: PathBuf, backups: PathBuf, on_skipped: OnSkipped, now: fn() -> SystemTime) -> Self {
        Self {
            path,
            backups,
            on_skipped,
            now,
            index: Mutex::default(),
            in_use: Arc::default(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The files that SQLite works on.
    pub(crate) fn in_use(&self) -> &Arc<FilesInUse> {
        &self.in_use
    }

    /// Where backups lie.
    pub(crate) fn backups(&self) -> &Path {
        &self.backups
    }

    /// Makes the folder, for its owner alone, where there is none.
    pub(crate) fn ensure(&self) -> Result<()> {
        ensure(&self.path)
    }

    /// Keeps other processes and threads from changing names in the folder
    /// until the lock is dropped.
    pub(crate) fn lock(&self) -> Result<LockedFolder<'_>> {
        LockedFolder::lock(&self.path, &self.in_use)
    }

    /// All wallets, in the order of their file names.
    pub(crate) fn wallets(&self) -> Result<Vec<Found>> {
        Ok(self
            .scan()?
            .into_iter()
            .filter_map(|(path, look)| found(path, look))
            .collect())
    }

    /// The wallet with this id.
    pub(crate) fn find(&self, id: &WalletId) -> Result<Found> {
        if let Some(found) = self.find_unchanged(id) {
            return Ok(found);
        }
        let mut found = self.wallets()?;
        found.retain(|found| found.metadata.id == *id);
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
        let mut with_id = index.files.iter().filter(|(_, seen)| seen.look.is_wallet(id));
        let (name, seen) = with_id.next().filter(|_| with_id.next().is_none())?;
        let path = self.path.join(name);
        let unchanged = Stamp::of(&path).ok()? == seen.stamp && self.is_settled(seen.stamp);
        found(path, seen.look.clone()).filter(|_| unchanged)
    }

    /// Refuses when a wallet has this name, or may have it.
    ///
    /// # Errors
    /// [`Error::NameTaken`]; where a file cannot be looked at now, why.
    pub(crate) fn check_name_free(&self, name: &WalletName) -> Result<()> {
        self.check_all(|wallet| {
            if wallet.name == *name {
                Err(Error::NameTaken)
            } else {
                Ok(())
            }
        })
    }

    /// Refuses when a wallet has this name or id, or may have it.
    ///
    /// # Errors
    /// [`Error::NameTaken`]; [`Error::IdTaken`]; where a file cannot be looked
    /// at now, why.
    pub(crate) fn check_free(&self, name: &WalletName, id: &WalletId) -> Result<()> {
        self.check_all(|wallet| match wallet {
            wallet if wallet.name == *name => Err(Error::NameTaken),
            wallet if wallet.id == *id => Err(Error::IdTaken),
            _ => Ok(()),
        })
    }

    /// Whether a wallet had this name when the folder was last looked at.
    pub(crate) fn had_name(&self, name: &WalletName) -> bool {
        let has_name = |seen: &Seen| matches!(&seen.look, Look::Wallet(wallet) if wallet.name == *name);
        self.index().files.values().any(has_name)
    }

    fn check_all(&self, check: impl Fn(&Metadata) -> Result<()>) -> Result<()> {
        for (path, look) in self.scan()? {
            match look {
                Look::Wallet(wallet) => check(&wallet)?,
                Look::NoWallet => {}
                // It may have a name by now that nobody saw yet, so this waits.
                Look::Unknown { .. } => {
                    if let Some(wallet) = self.look_patiently(&path)? {
                        check(&wallet)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn look_patiently(&self, path: &Path) -> Result<Option<Metadata>> {
        let Ok(stamp) = Stamp::of(path) else {
            return Ok(None);
        };
        let using = self.in_use.enter(stamp.identity);
        let looked = look(path, BUSY_TIMEOUT);
        drop(using);
        match looked.unwrap_or_else(|skipped| skipped.look) {
            Look::Wallet(wallet) => Ok(Some(wallet)),
            Look::NoWallet => Ok(None),
            Look::Unknown { cause, .. } => Err(connection::damaged(path, &cause)),
        }
    }

    /// Forgets what is known of a file that was just changed.
    pub(crate) fn forget(&self, path: &Path) {
        if let Some(name) = path.file_name()
            && let Some(seen) = self.index().files.get_mut(name)
        {
            seen.stamp.changed = NEVER;
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        // Entries are replaced whole, so a panic leaves none half written.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at every file, and into those that changed. Nobody waits for this
    /// while a file is slow to open.
    fn scan(&self) -> Result<Vec<(PathBuf, Look)>> {
        // Taken before the names are read: what comes meanwhile changes it again.
        let folder = Stamp::of(&self.path).ok();
        let mut files = Vec::new();
        for name in self.names()? {
            let path = self.path.join(&name);
            // A file that vanished since it was listed is no wallet any more.
            if let Ok(stamp) = Stamp::of(&path) {
                let look = self.look_again(&name, &path, stamp);
                files.push((name, Seen { stamp, look }));
            }
        }
        let looks = files
            .iter()
            .map(|(name, seen)| (self.path.join(name), seen.look.clone()))
            .collect();
        let mut index = self.index();
        let mut before = std::mem::take(&mut index.files);
        // What could not be looked at is looked at again the next time.
        let kept = files.into_iter().filter_map(|(name, seen)| match seen.look {
            Look::Unknown { .. } => before.remove_entry(&name),
            _ => Some((name, seen)),
        });
        *index = Index {
            folder,
            files: kept.collect(),
        };
        Ok(looks)
    }

    fn look_again(&self, name: &OsString, path: &Path, stamp: Stamp) -> Look {
        let same_file = |seen: &&Seen| seen.stamp.identity == stamp.identity;
        let before = self.index().files.get(name).filter(same_file).cloned();
        let unchanged = before.as_ref().is_some_and(|seen| seen.stamp == stamp);
        let before = before.map(|seen| seen.look);
        if let Some(look) = &before
            && unchanged
            && self.is_settled(stamp)
        {
            return look.clone();
        }
        let using = self.in_use.enter(stamp.identity);
        let looked = look(path, BUSY_TIMEOUT_LOOKING);
        drop(using);
        looked.unwrap_or_else(|skipped| {
            let look = skipped.look.after(before);
            if !unchanged && !look.was_wallet() {
                (self.on_skipped)(path, &skipped.cause);
            }
            look
        })
    }

    /// Names of the files that count, in their order.
    fn names(&self) -> Result<Vec<OsString>> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io(&self.path)(error)),
        };
        let names: std::io::Result<Vec<_>> = entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
        let mut names = names.map_err(io(&self.path))?;
        names.retain(|name| name.as_encoded_bytes().ends_with(file_name::ENDING.as_bytes()));
        names.sort_unstable();
        Ok(names)
    }

    fn is_settled(&self, stamp: Stamp) -> bool {
        let (seconds, nanoseconds) = stamp.changed;
        let changed = Duration::new(seconds.try_into().unwrap_or(0), nanoseconds.try_into().unwrap_or(0));
        let now = (self.now)().duration_since(UNIX_EPOCH).unwrap_or_default();
        now.checked_sub(changed).is_some_and(|age| age > UNSETTLED)
    }
}

/// Makes a folder, for its owner alone, where there is none.
pub(crate) fn ensure(path: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(io(path))
}

fn found(path: PathBuf, look: Look) -> Option<Found> {
    match look {
        Look::Wallet(metadata)
        // Who has it locked does not make another wallet of it.
        | Look::Unknown {
            was: Some(metadata), ..
        } => Some(Found { path, metadata }),
        Look::NoWallet | Look::Unknown { was: None, .. } => None,
    }
}

impl Stamp {
    fn of(path: &Path) -> std::io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self {
            identity: identity(&metadata),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}
