//! Files that are made: whole or not at all, and never over another one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

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

/// Writes a new file, and waits until the disk has it. What could not be written whole goes again:
/// half a key looks like one.
///
/// # Errors
/// `AlreadyExists` when there is such a file, which stays as it is; what the system says.
pub(crate) fn create(path: &Path, readers: Readers, parts: &[&[u8]]) -> io::Result<()> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Usual => 0o666,
    };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    let written = parts.iter().try_for_each(|part| file.write_all(part));
    written.and_then(|()| file.sync_all()).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}
