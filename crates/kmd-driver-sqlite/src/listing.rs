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

/// A file that counts.
pub(crate) struct Listed {
    pub(crate) name: OsString,
    pub(crate) stamp: Stamp,
    /// Whether it is a file with this name alone, and not a link to one.
    pub(crate) is_plain: bool,
}

/// The files that count, in the order of their names. A file that vanishes
/// meanwhile is left out. There are none where there is no folder.
///
/// They are asked for relative to the folder, whose path is then looked up once.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<Listed>> {
    let folder = match open(
        folder,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    ) {
        Ok(folder) => folder,
        Err(rustix::io::Errno::NOENT) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut files = Vec::new();
    for entry in Dir::read_from(&folder)? {
        let entry = entry?;
        let name: &CStr = entry.file_name();
        if file_name::counts(name.to_bytes())
            && let Ok(stat) = statat(&folder, name, AtFlags::empty())
        {
            files.push(Listed {
                name: OsStr::from_bytes(name.to_bytes()).to_owned(),
                stamp: Stamp::from(&stat),
                is_plain: entry.file_type() == FileType::RegularFile && stat.st_nlink == 1,
            });
        }
    }
    files.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
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
        fs::hard_link(dir.path().join(".db"), dir.path().join("twin.db")).unwrap();
        let files = files(dir.path()).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.name.to_str().unwrap()).collect();
        assert_eq!(names, [".db", "a.db", "b.db", "link.db", "twin.db"]);
        for file in &files {
            let stamp = Stamp::of(&dir.path().join(&file.name)).unwrap();
            assert!(stamp == file.stamp, "{:?}", file.name);
        }
        assert!(files[2].stamp == files[3].stamp, "a link is the file that it leads to");
        assert!(files[1].stamp != files[2].stamp);
        let plain: Vec<_> = files.iter().map(|file| file.is_plain).collect();
        assert_eq!(plain, [false, true, true, false, false]);
    }

    #[test]
    fn no_folder_has_no_files() {
        let dir = tempfile::tempdir().unwrap();
        assert!(files(&dir.path().join("none")).unwrap().is_empty());
        fs::write(dir.path().join("file"), "").unwrap();
        assert!(files(&dir.path().join("file")).is_err());
    }
}
