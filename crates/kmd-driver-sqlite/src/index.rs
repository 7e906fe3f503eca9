//! What was seen of the files of a folder, and whether it still can be relied on.
//!
//! ```text
//!  for lists: the kernel told of nothing since ──► all files as they were
//!  else, file by file: same identity, size     ──► the file as it was
//!  and times, and settled when it was seen
//!  else                                        ──► it is looked into again
//! ```

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Duration;

use crate::listing::Stamp;
use crate::look::Look;
use crate::watch::{Happened, Watch};

/// A file that changed this shortly before it was looked at may change again
/// without its times showing it, since they are only as fine as the kernel's clock
/// tick.
const UNSETTLED: Duration = Duration::from_millis(100);
/// How long the kernel's silence is relied on. It tells all that is done with
/// `write`, and by names of the folder; not what is written through mapped
/// memory, or by another name that a file was given since.
const SILENCE: Duration = Duration::from_secs(10);

/// A file as it was last seen.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) name: Arc<OsStr>,
    pub(crate) stamp: Stamp,
    pub(crate) look: Look,
    /// Whether it had not changed for a while when it was looked at: else it may
    /// have changed again since without its stamp showing it.
    pub(crate) is_settled: bool,
}

/// The files of a folder, in the order of their names.
pub(crate) type Files = Arc<Vec<Seen>>;

/// The files as they were last seen.
#[derive(Default)]
pub(crate) struct Index {
    /// State of the folder itself, which changes when a file comes or goes; none
    /// when it had changed a moment before.
    folder: Option<Stamp>,
    files: Files,
    watch: Option<Watch>,
    /// How often the kernel told of something.
    told: Told,
    /// When all files were seen, if nothing was told since.
    whole: Option<Duration>,
}

/// Counts what the kernel told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told(u64);

/// A look at all files.
pub(crate) struct AllSeen {
    /// What [`Index::told`] was before it.
    pub(crate) told: Told,
    /// When it began.
    pub(crate) at: Duration,
    /// The folder, before it.
    pub(crate) folder: Option<Stamp>,
    /// What was seen.
    pub(crate) files: Files,
    /// Whether a file is among them that may change without the kernel telling.
    pub(crate) has_others: bool,
}

impl Index {
    /// Relies on being told of changes from now on.
    pub(crate) fn watch(&mut self, watch: Option<Watch>) {
        self.watch = watch;
    }

    /// The files, if the kernel told of nothing since they were all seen. `folder`
    /// is what the path leads to now.
    pub(crate) fn unchanged(&mut self, folder: Option<Stamp>, now: Duration) -> Option<Files> {
        self.listen(folder);
        let age = now.checked_sub(self.whole?)?;
        (age < SILENCE).then(|| Arc::clone(&self.files))
    }

    /// How much the kernel has told until now.
    pub(crate) fn told(&mut self, folder: Option<Stamp>) -> Told {
        self.listen(folder);
        self.told
    }

    fn listen(&mut self, folder: Option<Stamp>) {
        let Some(watch) = &self.watch else { return };
        let is_it = folder.is_some_and(|folder| folder.identity == watch.folder());
        match watch.happened() {
            Happened::Nothing if is_it => {}
            Happened::Something if is_it => self.void(),
            _ => {
                self.watch = None;
                self.void();
            }
        }
    }

    /// The files of the folder as it is now, if none came or went since it was last
    /// seen.
    pub(crate) fn files_of(&self, folder: Stamp) -> Option<Files> {
        (self.folder == Some(folder)).then(|| self.last_seen())
    }

    /// The files as they were last seen, for whoever can do with that.
    pub(crate) fn last_seen(&self) -> Files {
        Arc::clone(&self.files)
    }

    /// Takes note of a look at all files.
    pub(crate) fn update(&mut self, seen: AllSeen) {
        let all_known = !seen.files.iter().any(|file| matches!(file.look, Look::Unknown { .. }));
        let relied_on = self.watch.is_some() && seen.told == self.told && !seen.has_others && all_known;
        self.whole = relied_on.then_some(seen.at);
        self.folder = seen.folder.filter(|folder| is_settled(*folder, seen.at));
        self.files = seen.files;
    }

    /// Forgets what is known of a file that was just changed.
    pub(crate) fn forget(&mut self, name: &OsStr) {
        self.void();
        if let Ok(place) = place_of(&self.files, name) {
            Arc::make_mut(&mut self.files)[place].is_settled = false;
        }
    }

    fn void(&mut self) {
        self.told.0 = self.told.0.wrapping_add(1);
        self.whole = None;
    }
}

impl Seen {
    /// Whether the file cannot have changed since it was seen, if this is its stamp.
    pub(crate) fn is_current(&self, stamp: Stamp) -> bool {
        self.is_settled && self.stamp == stamp && !matches!(self.look, Look::Unknown { .. })
    }
}

/// Where a file is, or would be, among files in the order of their names.
pub(crate) fn place_of(files: &[Seen], name: &OsStr) -> Result<usize, usize> {
    files.binary_search_by(|seen| (*seen.name).cmp(name))
}

/// Whether a file changed so long before it is looked at that another change will
/// show.
pub(crate) fn is_settled(stamp: Stamp, now: Duration) -> bool {
    let (seconds, nanoseconds) = stamp.changed;
    let changed = Duration::new(seconds.try_into().unwrap_or(0), nanoseconds.try_into().unwrap_or(0));
    now.checked_sub(changed).is_some_and(|age| age > UNSETTLED)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::Path;

    use super::*;

    const NOW: Duration = Duration::from_secs(1_000_000);

    fn stamp(path: &Path) -> Option<Stamp> {
        Stamp::of(path).ok()
    }

    fn watched(dir: &Path) -> Index {
        let mut index = Index::default();
        index.watch(Watch::on(dir));
        index
    }

    /// Has it see all files, of which there are none.
    fn see(index: &mut Index, told: Told, folder: Option<Stamp>, has_others: bool) {
        index.update(AllSeen {
            told,
            at: NOW,
            folder,
            files: Files::default(),
            has_others,
        });
    }

    /// An index that saw all files of a folder.
    fn seen(dir: &Path) -> Index {
        let mut index = watched(dir);
        let told = index.told(stamp(dir));
        see(&mut index, told, stamp(dir), false);
        assert!(index.unchanged(stamp(dir), NOW).is_some());
        index
    }

    #[test]
    fn what_happens_ends_the_reliance() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("one.db");
        let cases: [(&str, &dyn Fn(), Duration); 5] = [
            ("a file came", &|| fs::write(&path, "x").unwrap(), NOW),
            ("a file was written", &|| fs::write(&path, "y").unwrap(), NOW),
            ("a file went", &|| fs::remove_file(&path).unwrap(), NOW),
            ("time", &|| (), NOW + SILENCE),
            ("time went back", &|| (), NOW - Duration::from_secs(1)),
        ];
        for (what, happens, now) in cases {
            let mut index = seen(dir.path());
            happens();
            assert!(index.unchanged(stamp(dir.path()), now).is_none(), "{what}");
        }
    }

    /// The kernel does not tell that any of this happens.
    #[test]
    fn another_folder_in_the_place_of_the_watched_one_is_not_relied_on() {
        let dir = tempfile::tempdir().unwrap();
        let parent = dir.path().join("parent");
        let folder = parent.join("folder");
        let cases: [(&str, &dyn Fn()); 2] = [
            ("made anew", &|| {
                fs::remove_dir(&folder).unwrap();
                fs::create_dir(&folder).unwrap();
            }),
            ("its parent is another", &|| {
                fs::rename(&parent, dir.path().join("moved")).unwrap();
                fs::create_dir_all(&folder).unwrap();
            }),
        ];
        for (what, happens) in cases {
            fs::create_dir_all(&folder).unwrap();
            let mut index = seen(&folder);
            let held = File::open(&folder).unwrap();
            happens();
            for _ in 0..2 {
                assert!(index.unchanged(stamp(&folder), NOW).is_none(), "{what}");
                let told = index.told(stamp(&folder));
                see(&mut index, told, stamp(&folder), false);
            }
            drop(held);
        }
        let mut index = seen(&folder);
        assert!(index.unchanged(None, NOW).is_none());
    }

    /// Who looks at the files does not hold the lock meanwhile.
    #[test]
    fn what_another_is_told_during_a_look_is_not_lost() {
        let dir = tempfile::tempdir().unwrap();
        let mut index = watched(dir.path());
        let told = index.told(stamp(dir.path()));
        fs::write(dir.path().join("one.db"), "x").unwrap();
        assert!(index.unchanged(stamp(dir.path()), NOW).is_none());
        see(&mut index, told, stamp(dir.path()), false);
        assert!(index.unchanged(stamp(dir.path()), NOW).is_none());
    }

    #[test]
    fn what_may_change_untold_is_not_relied_on() {
        let dir = tempfile::tempdir().unwrap();
        let mut index = watched(dir.path());
        let told = index.told(stamp(dir.path()));
        see(&mut index, told, stamp(dir.path()), true);
        assert!(index.unchanged(stamp(dir.path()), NOW).is_none(), "links");
        let mut index = Index::default();
        see(&mut index, Told::default(), stamp(dir.path()), false);
        assert!(index.unchanged(stamp(dir.path()), NOW).is_none(), "no watch");
    }

    /// On kernels whose file times are as coarse as their ticks, two changes in a row
    /// leave the same times.
    #[test]
    fn a_folder_that_just_changed_is_asked_again() {
        let dir = tempfile::tempdir().unwrap();
        let folder = stamp(dir.path()).unwrap();
        let (seconds, nanoseconds) = folder.changed;
        let changed = Duration::new(seconds.try_into().unwrap(), nanoseconds.try_into().unwrap());
        for (age, relied_on) in [(Duration::ZERO, false), (UNSETTLED, false), (2 * UNSETTLED, true)] {
            let mut index = Index::default();
            index.update(AllSeen {
                told: Told::default(),
                at: changed + age,
                folder: Some(folder),
                files: Files::default(),
                has_others: false,
            });
            assert_eq!(index.files_of(folder).is_some(), relied_on, "{age:?}");
        }
    }
}
