//! Folders of many wallets, made without a daemon.
//!
//! One wallet is made through the API. The others are copies of its file in which the id and the name are replaced by
//! others of the same length. Nothing in a wallet file depends on them, and they stand in one row (and the index over
//! it), so each copy is a wallet like one that was made through the API: with its own id, opened by the same password.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::daemon::{Daemon, Kdf, Lab, Subject};

/// A daemon with so many wallets, and their ids.
pub struct Seeded {
    pub daemon: Daemon,
    pub ids: Vec<String>,
}

/// Starts a daemon in a folder of so many wallets.
///
/// # Errors
/// Of the daemon; of the file system.
pub fn wallets(lab: &Lab, subject: &Subject, count: usize) -> Result<Seeded> {
    let daemon = lab.start(subject, Kdf::Cheap)?;
    let name = name(0);
    let first = daemon.client()?.create(&name)?;
    let home = daemon.stop()?;
    let folder = home.wallets();
    let template = fs::read(only_file(&folder)?)?;
    let mut ids = vec![first.clone()];
    for index in 1..count {
        let id = format!("{index:032x}");
        let copy = replace(&replace(&template, &first, &id)?, &name, &self::name(index))?;
        let path = folder.join(format!("{}.{id}.db", self::name(index)));
        fs::write(&path, copy)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        ids.push(id);
    }
    Ok(Seeded {
        daemon: home.start(subject)?,
        ids,
    })
}

/// The one wallet file of a folder.
///
/// # Errors
/// There is none, or there are several.
pub fn only_file(folder: &Path) -> Result<std::path::PathBuf> {
    let paths = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    let mut files = paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "db"));
    let file = files.next().context("no wallet file")?;
    ensure!(files.next().is_none(), "several wallet files");
    Ok(file)
}

fn name(index: usize) -> String {
    format!("seeded-wallet-{index:06}")
}

/// `bytes` with every `old` replaced by `new`, which is as long.
fn replace(bytes: &[u8], old: &str, new: &str) -> Result<Vec<u8>> {
    ensure!(old.len() == new.len(), "{old} and {new} differ in length");
    let mut replaced = bytes.to_vec();
    let places: Vec<usize> = bytes
        .windows(old.len())
        .enumerate()
        .filter(|(_, window)| *window == old.as_bytes())
        .map(|(place, _)| place)
        .collect();
    ensure!(!places.is_empty(), "a wallet file without {old}");
    for place in places {
        replaced[place..place + new.len()].copy_from_slice(new.as_bytes());
    }
    Ok(replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_all() {
        assert_eq!(replace(b"one two one", "one", "six").unwrap(), b"six two six");
        assert!(replace(b"two", "one", "six").is_err());
        assert!(replace(b"one", "one", "seven").is_err());
    }
}
