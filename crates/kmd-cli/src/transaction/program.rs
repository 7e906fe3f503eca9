//! Files of compiled programs.

use std::path::Path;

use super::file::{read, shown};
use crate::{Error, Kind, Result};

/// The program in a file, as `goal clerk compile` writes it.
pub(crate) fn read_program(path: &Path) -> Result<Vec<u8>> {
    checked(path, read(path)?)
}

/// Refuses what is surely no program. Whether it is a good one, only the network knows.
pub(super) fn checked(path: &Path, contents: Vec<u8>) -> Result<Vec<u8>> {
    let is_text = contents
        .iter()
        .all(|byte| matches!(byte, b'\n' | b'\r' | b'\t' | b' '..=b'~'));
    if contents.is_empty() {
        return Err(not_a_program(path).because("it is empty"));
    }
    if is_text {
        return Err(not_a_program(path)
            .because("it is text")
            .hint("`goal clerk compile FILE` makes a program of it"));
    }
    Ok(contents)
}

pub(super) fn not_a_program(path: &Path) -> Error {
    Error::new(Kind::Invalid, format!("{} is not a compiled program", shown(path)))
}
