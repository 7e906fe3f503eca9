//! The terminal of the process, whatever standard input and output are.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};

use zeroize::Zeroizing;

use super::input::line_of;

/// Open for questions and answers.
pub(super) fn open() -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .map_err(|error| io::Error::new(error.kind(), format!("there is no terminal to ask at: {error}")))
}

/// Asks for a line that may be seen.
pub(super) fn ask(question: &str) -> io::Result<Zeroizing<String>> {
    let mut terminal = open()?;
    terminal.write_all(question.as_bytes())?;
    line_of(terminal)
}
