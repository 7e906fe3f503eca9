//! Typing that nobody sees.

use std::fs::File;
use std::io::{self, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use super::terminal;

/// Asks at the terminal of the process, whatever standard input and output are.
pub(super) fn ask(question: &str) -> io::Result<Zeroizing<String>> {
    let quiet = Quiet::new()?;
    write!(&quiet.terminal, "{question}: ")?;
    rpassword::read_password().map(Zeroizing::new)
}

/// A terminal without echo until it is dropped. The echo goes before the question is shown, and
/// what was typed earlier is thrown away: neither a quick hand nor one that strays types a secret
/// where it shows.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    fn new() -> io::Result<Self> {
        let terminal = terminal::open()?;
        let before = tcgetattr(&terminal)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
        tcsetattr(&terminal, OptionalActions::Flush, &quiet)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}
