//! Reading and writing files, within bounds.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use kmd_algorand::{FileEntry, FileError, LogicSignature, TransactionFile};
use kmd_api::v2::MAX_BATCH;

use crate::Result;
use crate::error::{Error, Kind};
use crate::new_file::{Readers, create, replace};

/// Largest file that is read, in bytes. [`MAX_BATCH`] transactions with the longest notes fit.
const LARGEST: u64 = 64 << 20;

/// The transactions of a file; `-` is standard input.
pub(super) fn read_transactions(path: &Path) -> Result<Vec<FileEntry>> {
    let contents = read(path)?;
    let entries: std::result::Result<Vec<FileEntry>, FileError> =
        TransactionFile::new(&contents).take(MAX_BATCH + 1).collect();
    let entries = entries.map_err(|error| explained(path, &contents, &error))?;
    match entries.len() {
        0 => Err(unreadable(path).because("it is empty")),
        count if count > MAX_BATCH => {
            Err(unreadable(path).because(format!("it has more than {MAX_BATCH} transactions")))
        }
        _ => Ok(entries),
    }
}

/// Whether a path stands for standard input.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// What a path is called in an error.
pub(super) fn shown(path: &Path) -> String {
    if is_standard_input(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// All of a file; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let contents = if is_standard_input(path) {
        bounded(io::stdin())
    } else {
        File::open(path).and_then(bounded)
    };
    contents.map_err(|error| Error::file("read", Path::new(&shown(path)), &error))
}

fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut contents = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut contents)?;
    if contents.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it is larger than {LARGEST} bytes")));
    }
    Ok(contents)
}

fn unreadable(path: &Path) -> Error {
    Error::new(Kind::Invalid, format!("{} is not a file of transactions", shown(path)))
}

fn explained(path: &Path, contents: &[u8], error: &FileError) -> Error {
    let failed = unreadable(path).because(error);
    match what_else(contents) {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}

/// What people give instead of transactions.
fn what_else(contents: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(contents).ok().map(str::trim);
    let is_base64 = |text: &str| data_encoding::BASE64.decode(text.replace('\n', "").as_bytes()).is_ok();
    match text {
        Some(text) if text.starts_with(['{', '[']) => {
            Some("it looks like JSON; what is wanted is msgpack, as `goal clerk send -o FILE` writes it")
        }
        Some(text) if is_base64(text) => Some("it looks like base64; decode it first: base64 -d"),
        _ if LogicSignature::decode(contents).is_ok() => Some("it is a logic signature without a transaction"),
        _ => None,
    }
}

/// Where a result goes.
#[derive(clap::Args)]
pub struct OutArgs {
    /// Where the result is written
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// Replace OUT where it exists
    #[arg(long)]
    force: bool,
}

impl OutArgs {
    pub(super) fn path(&self) -> &Path {
        &self.output
    }

    /// Refuses early what [`write`](Self::write) would refuse.
    pub(super) fn check(&self) -> Result<()> {
        if !self.force && fs::symlink_metadata(&self.output).is_ok() {
            return Err(self.taken());
        }
        let folder = match self.output.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::metadata(folder)
            .map(drop)
            .map_err(|error| Error::file("write", &self.output, &error))
    }

    /// Writes all of it, or leaves what was there.
    pub(super) fn write(&self, contents: &[u8]) -> Result<()> {
        let done = if self.force {
            replace(&self.output, Readers::Usual, &[contents])
        } else {
            create(&self.output, Readers::Usual, &[contents])
        };
        done.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => self.taken(),
            _ => Error::file("write", &self.output, &error),
        })
    }

    fn taken(&self) -> Error {
        let exists = format!("{} exists already", self.output.display());
        Error::new(Kind::File, exists).hint("give another name, or replace it with --force")
    }
}
