//! The log: one line an event, text or JSON, to `kmd.log`, which is rotated by
//! size, or to standard error.

mod stderr;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use self::stderr::Stderr;

/// The log is readable for the group, as the reference makes it.
const MODE: u32 = 0o640;

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Where lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogTarget {
    /// `kmd.log` in the data directory.
    File,
    /// Standard error.
    Stderr,
    /// Standard error as the journal of systemd understands it: with
    /// priorities, and without the time that it has itself.
    Journal,
}

/// How to log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogSettings {
    pub(crate) target: LogTarget,
    pub(crate) format: LogFormat,
    /// Size at which the file is put aside.
    pub(crate) max_bytes: u64,
    /// How many files put aside are kept.
    pub(crate) keep: u32,
}

impl LogSettings {
    /// The same, but the file only grows.
    pub(crate) fn without_rotation(self) -> Self {
        Self {
            max_bytes: u64::MAX,
            ..self
        }
    }
}

/// Opens the log and makes it the process's. `path` is that of its file, where
/// it goes to one.
///
/// # Errors
/// When it cannot be opened.
pub(crate) fn start(path: &Path, settings: LogSettings) -> io::Result<()> {
    let writer = match settings.target {
        LogTarget::File => {
            let file = RotatingFile::open(path, settings.max_bytes, settings.keep)?;
            BoxMakeWriter::new(Arc::new(file))
        }
        LogTarget::Stderr => BoxMakeWriter::new(Stderr::Plain),
        LogTarget::Journal => BoxMakeWriter::new(Stderr::WithPriority),
    };
    let builder = fmt().with_writer(writer).with_target(false);
    // A second log in one process is only possible in tests, which keep the first.
    let _ = match (settings.format, settings.target) {
        (LogFormat::Json, _) => tracing::subscriber::set_global_default(builder.json().flatten_event(true).finish()),
        (LogFormat::Text, LogTarget::Journal) => {
            tracing::subscriber::set_global_default(builder.with_ansi(false).without_time().with_level(false).finish())
        }
        (LogFormat::Text, LogTarget::File | LogTarget::Stderr) => {
            tracing::subscriber::set_global_default(builder.with_ansi(false).finish())
        }
    };
    Ok(())
}

/// A file that is put aside when it has grown, and begun anew.
struct RotatingFile {
    path: PathBuf,
    max_bytes: u64,
    keep: u32,
    current: Mutex<Current>,
}

struct Current {
    file: File,
    size: u64,
}

impl RotatingFile {
    fn open(path: &Path, max_bytes: u64, keep: u32) -> io::Result<Self> {
        Ok(Self {
            current: Mutex::new(Current::open(path)?),
            path: path.to_owned(),
            max_bytes,
            keep,
        })
    }

    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }

    /// Begins the file anew. Where it cannot be opened, lines go on into the one
    /// there was, and the next line comes here again.
    fn rotate(&self, current: &mut Current) -> io::Result<()> {
        // It was taken away, by somebody or the last time that opening failed: then
        // there is nothing to put aside.
        if current.is_at(&self.path) {
            self.put_aside()?;
        }
        *current = Current::open(&self.path)?;
        Ok(())
    }

    fn put_aside(&self) -> io::Result<()> {
        // Up to the first number that is free the files move on by one.
        let free = (1..self.keep).find(|number| !self.numbered(*number).exists());
        for number in (1..free.unwrap_or(self.keep)).rev() {
            fs::rename(self.numbered(number), self.numbered(number + 1))?;
        }
        if self.keep == 0 {
            fs::remove_file(&self.path)
        } else {
            fs::rename(&self.path, self.numbered(1))
        }
    }
}

impl Current {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        // It may be somebody else's, and writable all the same.
        let _ = file.set_permissions(fs::Permissions::from_mode(MODE));
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }

    /// Whether it is the file that stands there.
    fn is_at(&self, path: &Path) -> bool {
        let place = |file: fs::Metadata| (file.dev(), file.ino());
        let stands = fs::metadata(path).map(place).ok();
        stands.is_some() && stands == self.file.metadata().map(place).ok()
    }
}

impl Write for &RotatingFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.size > 0 && current.size.saturating_add(line.len() as u64) > self.max_bytes {
            // A line in a file that is too large beats a line that is lost.
            let _ = self.rotate(&mut current);
        }
        current.file.write_all(line)?;
        current.size += line.len() as u64;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotates_by_size_and_keeps_so_many() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kmd.log");
        let log = RotatingFile::open(&path, 10, 2).unwrap();
        for line in ["one\n", "two\n", "three\n", "four\n", "five five five\n", "six\n"] {
            (&log).write_all(line.as_bytes()).unwrap();
        }
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap_or_default();
        assert_eq!(read("kmd.log"), "six\n");
        assert_eq!(read("kmd.log.1"), "five five five\n");
        assert_eq!(read("kmd.log.2"), "four\n");
        assert!(!dir.path().join("kmd.log.3").exists());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn goes_on_where_it_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kmd.log");
        for line in ["one\n", "two\n"] {
            (&RotatingFile::open(&path, 100, 2).unwrap())
                .write_all(line.as_bytes())
                .unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    }

    fn logged(log: &RotatingFile, lines: &[&str]) {
        let mut log = log;
        for line in lines {
            log.write_all(line.as_bytes()).unwrap();
        }
    }

    #[test]
    fn a_log_that_somebody_removed_is_begun_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kmd.log");
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap_or_default();
        for keep in [0, 2] {
            let log = RotatingFile::open(&path, 10, keep).unwrap();
            logged(&log, &["one\n"]);
            fs::remove_file(&path).unwrap();
            logged(&log, &["two two\n", "three 3\n", "four 44\n", "five 55\n"]);
            assert_eq!(read("kmd.log"), "five 55\n", "{keep}");
        }
        assert_eq!(
            (read("kmd.log.1"), read("kmd.log.2")),
            ("four 44\n".into(), "three 3\n".into())
        );
    }

    #[test]
    fn a_log_of_somebody_else_is_not_put_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kmd.log");
        let log = RotatingFile::open(&path, 10, 2).unwrap();
        logged(&log, &["one\n"]);
        fs::rename(&path, dir.path().join("away")).unwrap();
        fs::write(&path, "new\n").unwrap();
        logged(&log, &["two two\n", "three\n"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "three\n");
        assert_eq!(
            fs::read_to_string(dir.path().join("kmd.log.1")).unwrap(),
            "new\ntwo two\n"
        );
    }

    #[test]
    fn a_log_that_could_not_be_opened_is_opened_later() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, away) = (dir.path().join("data"), dir.path().join("away"));
        fs::create_dir(&folder).unwrap();
        let path = folder.join("kmd.log");
        let log = RotatingFile::open(&path, 10, 3).unwrap();
        logged(&log, &["one one\n"]);
        // As opening fails after the old file was put aside.
        log.put_aside().unwrap();
        fs::rename(&folder, &away).unwrap();
        logged(&log, &["two two\n", "three\n"]);
        assert_eq!(
            fs::read_to_string(away.join("kmd.log.1")).unwrap(),
            "one one\ntwo two\nthree\n"
        );
        assert!(!away.join("kmd.log.2").exists(), "what is put aside stays where it is");
        fs::rename(&away, &folder).unwrap();
        logged(&log, &["four\n"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "four\n");
    }
}
