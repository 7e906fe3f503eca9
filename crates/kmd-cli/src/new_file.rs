//! Files that are made: whole or not at all, and over another one only where that was asked for.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::Result;
use crate::error::Error;

/// Who can read a new file.
#[derive(Clone, Copy)]
pub(crate) enum Readers {
    /// Its owner alone.
    Owner,
    /// Whom the umask of the process lets.
    Usual,
}

/// Writes a secret to a new file that only its owner can read. `what` names the secret in an error.
///
/// # Errors
/// [`Kind::File`](crate::Kind::File), also when there is such a file.
pub(crate) fn write_secret(path: &Path, what: &str, parts: &[&[u8]]) -> Result<()> {
    create(path, Readers::Owner, parts).map_err(|error| {
        let failed = Error::file(&format!("write {what} to"), path, &error);
        match error.kind() {
            io::ErrorKind::AlreadyExists => failed.hint("give another name; a file that is there is never replaced"),
            _ => failed,
        }
    })
}

/// Writes a new file, and waits until the disk has it and its name. It gets the name once it is
/// whole: half a key looks like one.
///
/// # Errors
/// `AlreadyExists` when there is such a file, which stays as it is; what the system says.
pub(crate) fn create(path: &Path, readers: Readers, parts: &[&[u8]]) -> io::Result<()> {
    // Looked at twice: here, so that no secret is written in vain.
    if fs::symlink_metadata(path).is_ok() {
        return Err(Errno::EXIST.into());
    }
    let unfinished = Unfinished::write(path, readers, parts)?;
    match renameat_with(CWD, &unfinished.path, CWD, path, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => unfinished.name_otherwise(path, readers, parts)?,
        renamed => renamed?,
    }
    sync_folder(path)
}

/// The same in place of a file that may be there, and stays until the new one is whole.
///
/// # Errors
/// What the system says.
pub(crate) fn replace(path: &Path, readers: Readers, parts: &[&[u8]]) -> io::Result<()> {
    let unfinished = Unfinished::write(path, readers, parts)?;
    fs::rename(&unfinished.path, path)?;
    sync_folder(path)
}

/// A file without its name yet, in the same folder. Goes when it is dropped before it got that; a
/// command that is killed leaves it.
struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    fn write(path: &Path, readers: Readers, parts: &[&[u8]]) -> io::Result<Self> {
        for number in 0..=u8::MAX {
            let name = format!(".kmd-new-{}-{number}", std::process::id());
            let path = path.with_file_name(name);
            match open_new(&path, readers) {
                // Left by a command that was killed and had the same id.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => {
                    let file = opened?;
                    let unfinished = Self { path };
                    fill(file, parts)?;
                    return Ok(unfinished);
                }
            }
        }
        Err(Errno::EXIST.into())
    }

    /// For file systems that cannot refuse to replace when they rename: a second link to the file
    /// never does. Where they have no links either, the file is written under its name at once.
    fn name_otherwise(&self, path: &Path, readers: Readers, parts: &[&[u8]]) -> io::Result<()> {
        match fs::hard_link(&self.path, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => write_in_place(path, readers, parts),
            linked => linked,
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Fails when it was renamed, which is the good case.
        let _ = fs::remove_file(&self.path);
    }
}

fn write_in_place(path: &Path, readers: Readers, parts: &[&[u8]]) -> io::Result<()> {
    fill(open_new(path, readers)?, parts).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

fn open_new(path: &Path, readers: Readers) -> io::Result<File> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Usual => 0o666,
    };
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

fn fill(mut file: File, parts: &[&[u8]]) -> io::Result<()> {
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

/// Waits until the disk has the name of a file.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // A folder that may not be read, or that its file system does not sync. The file is there and whole.
        Err(error) if matches!(error.kind(), PermissionDenied | InvalidInput | Unsupported) => Ok(()),
        synced => synced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn only_what_is_to_be_replaced_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        create(&path, Readers::Owner, &[b"one", b"!"]).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = create(&path, Readers::Owner, &[b"two"]).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one!");
        replace(&path, Readers::Usual, &[b"three"]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        // A link that leads nowhere is something as well.
        symlink("nowhere", dir.path().join("link")).unwrap();
        let link = create(&dir.path().join("link"), Readers::Owner, &[]).unwrap_err();
        assert_eq!(link.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(names(dir.path()), ["key", "link"]);
    }

    #[test]
    fn what_a_killed_command_left_is_in_nobody_s_way() {
        let dir = tempfile::tempdir().unwrap();
        let left = format!(".kmd-new-{}-0", std::process::id());
        fs::write(dir.path().join(&left), "half").unwrap();
        create(&dir.path().join("key"), Readers::Owner, &[b"whole"]).unwrap();
        assert_eq!(names(dir.path()), [left.as_str(), "key"]);
        assert_eq!(fs::read(dir.path().join("key")).unwrap(), b"whole");
    }

    /// As on file systems that cannot rename without replacing, and on those without links.
    #[test]
    fn other_ways_to_a_name_replace_nothing_either() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let parts: [&[u8]; 1] = [b"whole"];
        let by_link =
            || Unfinished::write(&path, Readers::Owner, &parts)?.name_otherwise(&path, Readers::Owner, &parts);
        let in_place = || write_in_place(&path, Readers::Owner, &parts);
        for way in [&by_link as &dyn Fn() -> io::Result<()>, &in_place] {
            way().unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"whole");
            fs::write(&path, "mine").unwrap();
            assert_eq!(way().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read(&path).unwrap(), b"mine");
            fs::remove_file(&path).unwrap();
        }
        assert!(names(dir.path()).is_empty());
    }
}
