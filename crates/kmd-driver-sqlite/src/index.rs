//! What was seen of the files of a folder, and whether it still can be relied on.
//!
//! ```text
//!  the kernel told of nothing since            ──► all files as they were
//!  else, file by file: same identity,          ──► the file as it was
//!  size and times, and no recent change
//!  else                                        ──► it is looked into again
//! ```

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Duration;

use crate::descriptor::Identity;
use crate::listing::Stamp;
use crate::look::Look;
use crate::watch::{Happened, Watch};

/// A file that changed this recently may change again without its times
/// showing it, since they are only as fine as the kernel's clock tick.
const UNSETTLED: Duration = Duration::from_millis(100);
/// How long the kernel's silence is relied on. It tells all that is done with
/// `write`, and by names of the folder; not what is written through mapped
/// memory, or by another name that a file was given since.
const SILENCE: Duration = Duration::from_secs(10);
/// The time of change of no file.
const NEVER: (i64, i64) = (i64::MIN, 0);

/// A file as it was last seen.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) name: Arc<OsStr>,
    pub(crate) stamp: Stamp,
    pub(crate) look: Look,
}

/// The files of a folder, in the order of their names.
pub(crate) type Files = Arc<Vec<Seen>>;

/// The files as they were last seen.
#[derive(Default)]
pub(crate) struct Index {
    /// State of the folder itself, which changes when a file comes or goes.
    folder: Option<Stamp>,
    files: Files,
    watch: Option<Watch>,
    /// How often the kernel told of something.
    told: Told,
    whole: Option<Whole>,
}

/// Counts what the kernel told.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Told(u64);

/// That all files were seen, at this time, in this folder.
struct Whole {
    at: Duration,
    folder: Identity,
}

impl Index {
    /// Relies on being told of changes from now on.
    pub(crate) fn watch(&mut self, watch: Option<Watch>) {
        self.watch = watch;
    }

    /// The files, if nothing happened since they were all seen; else what to
    /// give to [`Self::update`] when they have been looked at again.
    pub(crate) fn unchanged(&mut self, folder: Option<Stamp>, now: Duration) -> Result<Files, Told> {
        match self.watch.as_ref().map(Watch::happened) {
            Some(Happened::Nothing) => {}
            Some(Happened::Something) => self.void(),
            Some(Happened::End) => {
                self.watch = None;
                self.void();
            }
            None => return Err(self.told),
        }
        let holds = self.whole.as_ref().is_some_and(|whole| {
            folder.is_some_and(|folder| folder.identity == whole.folder)
                && now.checked_sub(whole.at).is_some_and(|age| age < SILENCE)
        });
        if holds {
            Ok(Arc::clone(&self.files))
        } else {
            Err(self.told)
        }
    }

    /// The folder as it is now, if no file came or went since it was last seen.
    pub(crate) fn files_of(&self, folder: Stamp, now: Duration) -> Option<&[Seen]> {
        (self.folder == Some(folder) && is_settled(folder, now)).then_some(&*self.files)
    }

    /// The files as they were last seen, for whoever can do with that.
    pub(crate) fn last_seen(&self) -> Files {
        Arc::clone(&self.files)
    }

    /// Takes note of files that were all seen, at a time before which the kernel
    /// had told so much.
    pub(crate) fn update(&mut self, told: Told, folder: Option<Stamp>, files: Files, relied_on: Option<Duration>) {
        self.files = files;
        self.folder = folder;
        self.whole = match (folder, relied_on) {
            (Some(folder), Some(at)) if told == self.told => Some(Whole {
                at,
                folder: folder.identity,
            }),
            _ => None,
        };
    }

    /// Forgets what is known of a file that was just changed.
    pub(crate) fn forget(&mut self, name: &OsStr) {
        self.void();
        if let Ok(place) = place_of(&self.files, name) {
            Arc::make_mut(&mut self.files)[place].stamp.changed = NEVER;
        }
    }

    fn void(&mut self) {
        self.told.0 = self.told.0.wrapping_add(1);
        self.whole = None;
    }
}

impl Seen {
    /// Whether the file, as it is now, cannot have changed since it was seen.
    pub(crate) fn is_current(&self, stamp: Stamp, now: Duration) -> bool {
        self.stamp == stamp && is_settled(stamp, now) && !matches!(self.look, Look::Unknown { .. })
    }
}

/// Where a file is, or would be, among files in the order of their names.
pub(crate) fn place_of(files: &[Seen], name: &OsStr) -> Result<usize, usize> {
    files.binary_search_by(|seen| (*seen.name).cmp(name))
}

/// Whether a file changed so long ago that another change would have shown.
pub(crate) fn is_settled(stamp: Stamp, now: Duration) -> bool {
    let (seconds, nanoseconds) = stamp.changed;
    let changed = Duration::new(seconds.try_into().unwrap_or(0), nanoseconds.try_into().unwrap_or(0));
    now.checked_sub(changed).is_some_and(|age| age > UNSETTLED)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    const NOW: Duration = Duration::from_secs(1_000_000);

    fn folder(dir: &Path) -> Option<Stamp> {
        Stamp::of(dir).ok()
    }

    /// An index that saw all files of a folder.
    fn seen(dir: &Path) -> Index {
        let mut index = Index::default();
        index.watch(Watch::on(dir));
        let told = index.unchanged(folder(dir), NOW).err().unwrap();
        index.update(told, folder(dir), Files::default(), Some(NOW));
        assert!(index.unchanged(folder(dir), NOW).is_ok());
        index
    }

    #[test]
    fn what_happens_ends_the_reliance() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("one.db");
        let other = tempfile::tempdir().unwrap();
        let cases: [(&str, &dyn Fn(), &Path, Duration); 5] = [
            ("a file came", &|| fs::write(&path, "x").unwrap(), dir.path(), NOW),
            (
                "a file was written",
                &|| fs::write(&path, "y").unwrap(),
                dir.path(),
                NOW,
            ),
            ("a file went", &|| fs::remove_file(&path).unwrap(), dir.path(), NOW),
            ("another folder", &|| (), other.path(), NOW),
            ("time", &|| (), dir.path(), NOW + SILENCE),
        ];
        for (what, happens, then, now) in cases {
            let mut index = seen(dir.path());
            happens();
            assert!(index.unchanged(folder(then), now).is_err(), "{what}");
        }
        let mut index = seen(dir.path());
        assert!(
            index
                .unchanged(folder(dir.path()), NOW - Duration::from_secs(1))
                .is_err()
        );
        assert!(index.unchanged(None, NOW).is_err());
    }

    /// Who looks at the files does not hold the lock meanwhile.
    #[test]
    fn what_another_is_told_during_a_look_is_not_lost() {
        let dir = tempfile::tempdir().unwrap();
        let mut index = seen(dir.path());
        fs::write(dir.path().join("one.db"), "x").unwrap();
        let told = index.unchanged(folder(dir.path()), NOW).err().unwrap();
        fs::write(dir.path().join("two.db"), "x").unwrap();
        assert!(index.unchanged(folder(dir.path()), NOW).is_err());
        index.update(told, folder(dir.path()), Files::default(), Some(NOW));
        assert!(index.unchanged(folder(dir.path()), NOW).is_err());
    }

    #[test]
    fn files_that_may_change_unseen_are_not_relied_on() {
        let dir = tempfile::tempdir().unwrap();
        let mut index = seen(dir.path());
        let told = index.told;
        index.update(told, folder(dir.path()), Files::default(), None);
        assert!(index.unchanged(folder(dir.path()), NOW).is_err());
    }

    #[test]
    fn without_a_watch_every_file_is_asked() {
        let dir = tempfile::tempdir().unwrap();
        let mut index = Index::default();
        let told = index.unchanged(folder(dir.path()), NOW).err().unwrap();
        index.update(told, folder(dir.path()), Files::default(), Some(NOW));
        assert!(index.unchanged(folder(dir.path()), NOW).is_err());
    }
}
