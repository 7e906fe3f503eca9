//! The wallets folder: which files are wallets, and which wallets those are.
//!
//! Any `*.db` file counts, whatever its name and whenever it came: people drop
//! files in while kmd runs. What was read from a file is kept and used again
//! while the file has the same identity, size and times, so that looking at the
//! folder costs one `stat` a file, and looking for one wallet, while no file
//! comes or goes, two.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kmd_wallet::{Error, Metadata, Result, WalletId, WalletName};

use crate::connection::{self, BUSY_TIMEOUT, BUSY_TIMEOUT_LOOKING, io};
use crate::descriptor::FilesInUse;
use crate::listing::{self, Stamp};
use crate::look::{Look, Skipped, look};
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
        if index.folder != Some(folder) || !is_settled(folder, self.time()) {
            return None;
        }
        let mut with_id = index.files.iter().filter(|(_, seen)| seen.look.is_wallet(id));
        let (name, seen) = with_id.next().filter(|_| with_id.next().is_none())?;
        let path = self.path.join(name);
        let unchanged = Stamp::of(&path).ok()? == seen.stamp && is_settled(seen.stamp, self.time());
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
        let looked = self.look_within(path, stamp, BUSY_TIMEOUT);
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
        let files = listing::files(&self.path).map_err(io(&self.path))?;
        let known: Vec<Option<Look>> = {
            let (index, now) = (self.index(), self.time());
            files
                .iter()
                .map(|(name, stamp)| index.current(name, *stamp, now))
                .collect()
        };
        let mut looks = Vec::with_capacity(files.len());
        let mut looked_again = Vec::new();
        for ((name, stamp), known) in files.iter().zip(known) {
            let path = self.path.join(name);
            let look = known.unwrap_or_else(|| {
                let look = self.look_again(name, &path, *stamp);
                looked_again.push((name.clone(), *stamp, look.clone()));
                look
            });
            looks.push((path, look));
        }
        self.index().update(folder, &files, looked_again);
        Ok(looks)
    }

    fn look_again(&self, name: &OsStr, path: &Path, stamp: Stamp) -> Look {
        let same_file = |seen: &&Seen| seen.stamp.identity == stamp.identity;
        let before = self.index().files.get(name).filter(same_file).cloned();
        let unchanged = before.as_ref().is_some_and(|seen| seen.stamp == stamp);
        let before = before.map(|seen| seen.look);
        let looked = self.look_within(path, stamp, BUSY_TIMEOUT_LOOKING);
        looked.unwrap_or_else(|skipped| {
            let look = skipped.look.after(before);
            if !unchanged && !look.was_wallet() {
                (self.on_skipped)(path, &skipped.cause);
            }
            look
        })
    }

    fn look_within(&self, path: &Path, stamp: Stamp, patience: Duration) -> std::result::Result<Look, Skipped> {
        match self.in_use.enter_to_look(stamp.identity, patience) {
            Some(_using) => look(path, patience),
            None => Err(Skipped::for_now("it is being changed".to_owned())),
        }
    }

    /// Since 1970.
    fn time(&self) -> Duration {
        (self.now)().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

impl Index {
    /// What a file was, if it did not change since.
    fn current(&self, name: &OsStr, stamp: Stamp, now: Duration) -> Option<Look> {
        let seen = self.files.get(name)?;
        (seen.stamp == stamp && is_settled(stamp, now)).then(|| seen.look.clone())
    }

    /// Takes note of what was seen.
    fn update(&mut self, folder: Option<Stamp>, files: &[(OsString, Stamp)], looked: Vec<(OsString, Stamp, Look)>) {
        for (name, stamp, look) in looked {
            // What could not be looked at is looked at again the next time.
            if !matches!(look, Look::Unknown { .. }) {
                self.files.insert(name, Seen { stamp, look });
            }
        }
        if self.files.len() > files.len() {
            let there: HashSet<&OsString> = files.iter().map(|(name, _)| name).collect();
            self.files.retain(|name, _| there.contains(name));
        }
        self.folder = folder;
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

/// Whether a file changed so long ago that another change would have shown.
fn is_settled(stamp: Stamp, now: Duration) -> bool {
    let (seconds, nanoseconds) = stamp.changed;
    let changed = Duration::new(seconds.try_into().unwrap_or(0), nanoseconds.try_into().unwrap_or(0));
    now.checked_sub(changed).is_some_and(|age| age > UNSETTLED)
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
