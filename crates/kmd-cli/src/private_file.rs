//! New files that only their owner can read.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::Result;
use crate::error::Error;

/// Writes a secret to a new file, and waits until the disk has it. `what` names
/// the secret in an error.
///
/// # Errors
/// [`Kind::File`](crate::Kind::File), also when there is such a file.
pub(crate) fn write_new(path: &Path, what: &str, parts: &[&[u8]]) -> Result<()> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        for part in parts {
            file.write_all(part)?;
        }
        file.sync_all()
    };
    write().map_err(|error| Error::file(&format!("write {what} to"), path, &error))
}
