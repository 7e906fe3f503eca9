//! Words that are shown because they were asked for.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use kmd_algorand::mnemonic_from_bytes;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::Result;
use crate::error::Error;

/// The 25 words of a key. `Serialize` is how they leave.
pub(crate) struct Words(Zeroizing<String>);

impl Words {
    /// The words of 32 bytes.
    pub(crate) fn of(bytes: &[u8; 32]) -> Self {
        Self(mnemonic_from_bytes(bytes))
    }

    /// The words themselves.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Writes them to a new file that only its owner can read.
    ///
    /// # Errors
    /// [`Kind::File`](crate::Kind::File), also when there is such a file.
    pub(crate) fn write_to(&self, path: &Path) -> Result<()> {
        let write = || {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(self.0.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        };
        write().map_err(|error| Error::file("write the words to", path, &error))
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
