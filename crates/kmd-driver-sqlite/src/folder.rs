//! The wallets folder: which files are wallets, and which wallets those are.
//!
//! Any `*.db` file counts, whatever its name and whenever it came: people drop
//! files in while kmd runs. What was read from a file is kept and used again
//! while the file is the same: see `index.rs`. So listing a folder where nothing
//! happened asks for no file; where something did, or the kernel does not tell, it
//! costs one `stat` a file; and looking for one wallet, while no file comes or
//! goes, two.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kmd_wallet::{Error, Metadata, Result, WalletId, WalletName};

use crate::connection::{self, BUSY_TIMEOUT, BUSY_TIMEOUT_LOOKING, io};
use crate::descriptor::FilesInUse;
use crate::index::{AllSeen, Files, Index, Seen, is_settled, place_of};
use crate::listing::{self, Listing, Stamp};
use crate::look::{Look, Skipped, look};
use crate::unfinished::LockedFolder;
use crate::watch::Watch;

/// Told, once a file, which file is skipped and why.
pub type OnSkipped = Box<dyn Fn(&Path, &str) + Send + Sync>;

/// The wallets folder and what is known of its files.
pub(crate) struct Folder {
    path: PathBuf,
    backups: PathBuf,
    on_skipped: OnSkipped,
    now: fn() -> SystemTime,
    index: Mutex<Index>,
    in_use: Arc<FilesInUse>,
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

    /// Has the kernel tell of changes, where it can be relied on.
    pub(crate) fn watch(&self) {
        self.index().watch(Watch::on(&self.path));
    }

    /// Keeps other processes and threads from changing names in the folder
    /// until the lock is dropped.
    pub(crate) fn lock(&self) -> Result<LockedFolder<'_>> {
        LockedFolder::lock(&self.path, &self.in_use)
    }

    /// What all wallets say of themselves, in the order of their file names.
    pub(crate) fn wallets(&self) -> Result<Vec<Metadata>> {
        // The disk is asked before the lock is held, for whoever cannot wait for one.
        let (folder, now) = (self.stamp(), self.time());
        let unchanged = self.index().unchanged(folder, now);
        let files = match unchanged {
            Some(files) => files,
            None => self.scan()?,
        };
        Ok(files.iter().filter_map(|seen| seen.look.wallet().cloned()).collect())
    }

    /// The wallet with this id.
    pub(crate) fn find(&self, id: &WalletId) -> Result<PathBuf> {
        if let Some(found) = self.find_unchanged(id) {
            return Ok(found);
        }
        let files = self.scan()?;
        let with_id = files.iter().filter(|seen| seen.look.is_wallet(id));
        let mut found: Vec<PathBuf> = with_id.map(|seen| self.path.join(&*seen.name)).collect();
        match found.len() {
            0 => Err(Error::WalletNotFound),
            1 => Ok(found.remove(0)),
            _ => Err(Error::SeveralWallets(found)),
        }
    }

    /// Where the wallet with this id was when the folder was last looked at.
    pub(crate) fn last_seen(&self, id: &WalletId) -> Option<PathBuf> {
        let files = self.index().last_seen();
        let seen = files.iter().find(|seen| seen.look.is_wallet(id))?;
        Some(self.path.join(&*seen.name))
    }

    /// The wallet with this id, where nothing came, went or changed since it
    /// was last seen.
    fn find_unchanged(&self, id: &WalletId) -> Option<PathBuf> {
        let folder = self.stamp()?;
        let files = self.index().files_of(folder)?;
        let mut with_id = files.iter().filter(|seen| seen.look.is_wallet(id));
        let seen = with_id.next().filter(|_| with_id.next().is_none())?;
        let path = self.path.join(&*seen.name);
        let stamp = Stamp::of(&path).ok()?;
        seen.is_current(stamp).then_some(path)
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

    /// Refuses when a wallet has this name or id, or may have it. Of one that
    /// has both, the id counts: to choose another name would not help.
    ///
    /// # Errors
    /// [`Error::NameTaken`]; [`Error::IdTaken`]; where a file cannot be looked
    /// at now, why.
    pub(crate) fn check_free(&self, name: &WalletName, id: &WalletId) -> Result<()> {
        self.check_all(|wallet| match wallet {
            wallet if wallet.id == *id => Err(Error::IdTaken),
            wallet if wallet.name == *name => Err(Error::NameTaken),
            _ => Ok(()),
        })
    }

    /// Whether a wallet had this name when the folder was last looked at.
    pub(crate) fn had_name(&self, name: &WalletName) -> bool {
        let has_name = |seen: &Seen| seen.look.wallet().is_some_and(|wallet| wallet.name == *name);
        self.index().last_seen().iter().any(has_name)
    }

    fn check_all(&self, check: impl Fn(&Metadata) -> Result<()>) -> Result<()> {
        for seen in self.scan()?.iter() {
            match &seen.look {
                Look::Wallet(wallet) => check(wallet)?,
                Look::NoWallet => {}
                // It may have a name by now that nobody saw yet, so this waits.
                Look::Unknown { .. } => {
                    if let Some(wallet) = self.look_patiently(&self.path.join(&*seen.name))? {
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
        if let Some(name) = path.file_name() {
            self.index().forget(name);
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        // Entries are replaced whole, so a panic leaves none half written.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at every file, and into those that changed. Nobody waits for this
    /// while a file is slow to open.
    fn scan(&self) -> Result<Files> {
        // Taken before the names are read: what comes meanwhile changes it again.
        let (folder, at) = (self.stamp(), self.time());
        let (told, before) = {
            let mut index = self.index();
            (index.told(folder), index.last_seen())
        };
        let Listing { files, has_others } = listing::list(&self.path).map_err(io(&self.path))?;
        let files = files.into_iter();
        let files = Files::new(files.map(|(name, stamp)| self.see(name, stamp, &before, at)).collect());
        self.index().update(AllSeen {
            told,
            at,
            folder,
            files: Arc::clone(&files),
            has_others,
        });
        Ok(files)
    }

    /// The file as it was seen before or, where it may have changed, as it is.
    fn see(&self, name: OsString, stamp: Stamp, before: &[Seen], now: Duration) -> Seen {
        let before = place_of(before, &name).ok().map(|place| &before[place]);
        match before {
            Some(seen) if seen.is_current(stamp) => seen.clone(),
            _ => Seen {
                look: self.look_again(&self.path.join(&name), stamp, before),
                stamp,
                is_settled: is_settled(stamp, now),
                name: name.into(),
            },
        }
    }

    fn look_again(&self, path: &Path, stamp: Stamp, before: Option<&Seen>) -> Look {
        let before = before.filter(|seen| seen.stamp.identity == stamp.identity);
        let looked = self.look_within(path, stamp, BUSY_TIMEOUT_LOOKING);
        looked.unwrap_or_else(|skipped| {
            let look = skipped.look.after(before.map(|seen| &seen.look));
            let was_said = before.is_some_and(|seen| seen.stamp == stamp && seen.look.is_like(&look));
            if !was_said && look.wallet().is_none() {
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

    /// The folder that the path leads to now.
    fn stamp(&self) -> Option<Stamp> {
        Stamp::of(&self.path).ok()
    }

    /// Since 1970.
    fn time(&self) -> Duration {
        (self.now)().duration_since(UNIX_EPOCH).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use kmd_crypto::Password;
    use kmd_wallet::contract::{TestRandom, cheap_params, kdf};
    use kmd_wallet::{Driver, NewWallet};
    use rusqlite::Connection;

    use super::*;
    use crate::{SqliteDriver, SqliteSettings};

    /// A folder with one wallet, called "first", in a file called "w.db".
    fn one_wallet() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let driver = SqliteDriver::new(SqliteSettings {
            folder: dir.path().to_owned(),
            backups: dir.path().join("backups"),
            params: cheap_params(),
            kdf: kdf(),
            random: Arc::new(TestRandom::default()),
            on_skipped: Box::new(|_, _| ()),
            now: SystemTime::now,
        });
        driver
            .unwrap()
            .create(NewWallet {
                id: WalletId::new("w").unwrap(),
                name: WalletName::new("w").unwrap(),
                password: &Password::new(b""),
                master_derivation_key: None,
            })
            .unwrap();
        rename(&dir.path().join("w.db"), "first");
        dir
    }

    /// As another process does it.
    fn rename(file: &Path, name: &str) {
        let changed = Connection::open(file)
            .unwrap()
            .execute("UPDATE metadata SET wallet_name = ?", [name.as_bytes()]);
        assert_eq!(changed.unwrap(), 1);
    }

    fn folder(path: &Path, watched: bool) -> Folder {
        let on_skipped: OnSkipped = Box::new(|path, cause| panic!("skipped {}: {cause}", path.display()));
        let folder = Folder::new(path.to_owned(), path.join("backups"), on_skipped, SystemTime::now);
        if watched {
            folder.watch();
        }
        folder
    }

    /// What happens, by which act, and which names are seen then.
    type Step<'a> = (&'a str, &'a dyn Fn(), &'a [&'a str]);

    fn names(folder: &Folder) -> Vec<String> {
        let wallets = folder.wallets().unwrap().into_iter();
        wallets.map(|wallet| wallet.name.as_str().to_owned()).collect()
    }

    #[test]
    fn what_others_do_is_seen_at_once() {
        for watched in [true, false] {
            let source = one_wallet();
            let dir = tempfile::tempdir().unwrap();
            let (one, two) = (dir.path().join("one.db"), dir.path().join("two.db"));
            let folder = folder(dir.path(), watched);
            let steps: [Step<'_>; 6] = [
                ("nothing", &|| (), &[]),
                (
                    "dropped in",
                    &|| assert_ne!(fs::copy(source.path().join("w.db"), &one).unwrap(), 0),
                    &["first"],
                ),
                ("renamed", &|| rename(&one, "second"), &["second"]),
                (
                    "linked to",
                    &|| fs::hard_link(source.path().join("w.db"), &two).unwrap(),
                    &["second", "first"],
                ),
                (
                    "renamed by its other name",
                    &|| rename(&source.path().join("w.db"), "third"),
                    &["second", "third"],
                ),
                ("taken out", &|| fs::remove_file(&one).unwrap(), &["third"]),
            ];
            for (what, happens, expected) in steps {
                assert_eq!(names(&folder), names(&folder), "before it is {what}");
                happens();
                assert_eq!(names(&folder), expected, "{what}, watched: {watched}");
            }
        }
    }

    #[test]
    fn a_watched_folder_is_relied_on_unless_a_file_has_other_names() {
        let dir = one_wallet();
        let folder = folder(dir.path(), true);
        let relied_on = || {
            names(&folder);
            folder.index().unchanged(folder.stamp(), folder.time()).is_some()
        };
        assert!(relied_on());
        let elsewhere = tempfile::tempdir().unwrap();
        fs::hard_link(dir.path().join("w.db"), elsewhere.path().join("w.db")).unwrap();
        fs::write(dir.path().join("touched.db"), "").unwrap();
        fs::remove_file(dir.path().join("touched.db")).unwrap();
        assert!(!relied_on());
        fs::remove_file(elsewhere.path().join("w.db")).unwrap();
        assert!(relied_on());
    }

    /// Two changes within a tick of the kernel's clock may leave the same times.
    #[test]
    fn a_file_that_had_just_changed_is_looked_into_again() {
        let dir = one_wallet();
        let long_after: fn() -> SystemTime = || SystemTime::now() + Duration::from_secs(60);
        for (now, settled) in [(long_after, true), (|| UNIX_EPOCH, false)] {
            let mut folder = folder(dir.path(), false);
            folder.now = now;
            names(&folder);
            let seen = folder.index().last_seen();
            assert_eq!(seen[0].is_current(seen[0].stamp), settled);
        }
    }

    #[test]
    fn each_reason_to_skip_a_file_is_told_once() {
        let dir = tempfile::tempdir().unwrap();
        let other = Connection::open(dir.path().join("other.db")).unwrap();
        other.execute_batch("CREATE TABLE other (a); BEGIN EXCLUSIVE").unwrap();
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let tell = Arc::clone(&told);
        let mut folder = folder(dir.path(), false);
        folder.on_skipped = Box::new(move |_, cause| tell.lock().unwrap().push(cause.to_owned()));
        let scan = || [0, 1].map(|_| assert!(names(&folder).is_empty()));
        scan();
        assert_eq!(told.lock().unwrap().len(), 1);
        assert!(told.lock().unwrap()[0].contains("locked"));
        other.execute_batch("COMMIT").unwrap();
        told.lock().unwrap().clear();
        scan();
        assert_eq!(told.lock().unwrap().len(), 1);
        assert!(!told.lock().unwrap()[0].contains("locked"), "{told:?}");
    }
}
