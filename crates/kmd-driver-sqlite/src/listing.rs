//! The files of a folder that count, and how to tell that one was changed.

use std::ffi::{CStr, OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat, open, statat};

use crate::descriptor::{Identity, identity};
use crate::file_name;

/// Equal stamps: the same file, not written since.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) identity: Identity,
    size: u64,
    modified: Time,
    pub(crate) changed: Time,
}

/// Seconds since 1970, and nanoseconds.
type Time = (i64, i64);

impl Stamp {
    /// That of a path.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|metadata| Self::from(&metadata))
    }
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        Self {
            identity: identity(metadata),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl From<&Stat> for Stamp {
    // The types of the fields are not the same on every processor.
    #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss, clippy::cast_possible_wrap)]
    fn from(stat: &Stat) -> Self {
        Self {
            identity: (stat.st_dev as u64, stat.st_ino as u64),
            size: stat.st_size as u64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        }
    }
}

/// What is in a folder.
#[derive(Default)]
pub(crate) struct Listing {
    /// The files that count, in the order of their names. A file that vanishes
    /// meanwhile is left out.
    pub(crate) files: Vec<(OsString, Stamp)>,
    /// Whether one of them is a link, has other names, or could not be asked for.
    pub(crate) has_others: bool,
}

/// Lists a folder; nothing where there is none.
///
/// Files are asked for relative to the folder, whose path is then looked up once.
pub(crate) fn list(folder: &Path) -> io::Result<Listing> {
    let folder = match open(
        folder,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    ) {
        Ok(folder) => folder,
        Err(rustix::io::Errno::NOENT) => return Ok(Listing::default()),
        Err(error) => return Err(error.into()),
    };
    let mut listing = Listing::default();
    for entry in Dir::read_from(&folder)? {
        let entry = entry?;
        let name: &CStr = entry.file_name();
        if !file_name::counts(name.to_bytes()) {
            continue;
        }
        let Ok(stat) = statat(&folder, name, AtFlags::empty()) else {
            listing.has_others = true;
            continue;
        };
        listing.has_others |= entry.file_type() != FileType::RegularFile || stat.st_nlink != 1;
        let name = OsStr::from_bytes(name.to_bytes()).to_owned();
        listing.files.push((name, Stamp::from(&stat)));
    }
    listing.files.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_a_stamp_agree() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [("b.db", "x"), ("a.db", ""), ("c.txt", "y"), (".db", "z")] {
            fs::write(dir.path().join(name), text).unwrap();
        }
        std::os::unix::fs::symlink("b.db", dir.path().join("link.db")).unwrap();
        std::os::unix::fs::symlink("nowhere", dir.path().join("dangling.db")).unwrap();
        let files = list(dir.path()).unwrap().files;
        let names: Vec<_> = files.iter().map(|(name, _)| name.to_str().unwrap()).collect();
        assert_eq!(names, [".db", "a.db", "b.db", "link.db"]);
        for (name, stamp) in &files {
            assert!(Stamp::of(&dir.path().join(name)).unwrap() == *stamp, "{name:?}");
        }
        assert!(files[2].1 == files[3].1, "a link is the file that it leads to");
        assert!(files[1].1 != files[2].1);
    }

    #[test]
    fn what_may_change_under_another_name_is_told() {
        type Add = fn(&Path);
        let cases: [(&str, Add, bool); 5] = [
            ("another file", |dir| fs::write(dir.join("b.db"), "").unwrap(), false),
            (
                "another name",
                |dir| fs::hard_link(dir.join("a.db"), dir.join("b.txt")).unwrap(),
                true,
            ),
            (
                "a link",
                |dir| std::os::unix::fs::symlink("a.db", dir.join("b.db")).unwrap(),
                true,
            ),
            (
                "a link to nowhere",
                |dir| std::os::unix::fs::symlink("nowhere", dir.join("b.db")).unwrap(),
                true,
            ),
            ("a folder", |dir| fs::create_dir(dir.join("b.db")).unwrap(), true),
        ];
        for (what, add, expected) in cases {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join("a.db"), "").unwrap();
            add(dir.path());
            assert_eq!(list(dir.path()).unwrap().has_others, expected, "{what}");
        }
    }

    #[test]
    fn no_folder_has_no_files() {
        let dir = tempfile::tempdir().unwrap();
        assert!(list(&dir.path().join("none")).unwrap().files.is_empty());
        fs::write(dir.path().join("file"), "").unwrap();
        assert!(list(&dir.path().join("file")).is_err());
    }
}
