//! A terminal with a command in it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::desk::Desk;
use crate::support::PATIENCE;
use crate::support::daemon::{kmd, wrap};

/// The person's end of a terminal.
pub struct Screen {
    person: File,
    command: Child,
    bytes: Receiver<Vec<u8>>,
    shown: Vec<u8>,
    /// What the person has read up to.
    read: usize,
}

impl Screen {
    /// Runs a command line on the desk at a terminal of its own.
    pub fn run(desk: &Desk, words: &str) -> Self {
        Self::start(command(desk, words), "")
    }

    pub fn with_typed_ahead(desk: &Desk, words: &str, typed: &str) -> Self {
        Self::start(command(desk, words), typed)
    }

    pub fn without_colour(desk: &Desk, words: &str) -> Self {
        let mut command = command(desk, words);
        command.env("NO_COLOR", "1");
        Self::start(command, "")
    }

    /// Runs a command line with this file as standard input, and nothing else of it away from the terminal.
    pub fn with_input(desk: &Desk, words: &str, file: &str) -> Self {
        let mut command = at_terminal_of(&["sh", "-c", "exec \"$@\" <\"$0\"", file], words);
        command.arg("-d").arg(&desk.home().path);
        Self::start(command, "")
    }

    /// Runs what [`at_terminal`] made. The command holds the terminal open as long as it is there.
    pub fn start(mut command: Command, typed_ahead: &str) -> Self {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let path = ptsname(&person, Vec::new()).unwrap().into_string().unwrap();
        let terminal = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlags::NOCTTY.bits().cast_signed())
            .open(path)
            .unwrap();
        let end = || OwnedFd::from(terminal.try_clone().unwrap());
        let mut person = File::from(person);
        person.write_all(typed_ahead.as_bytes()).unwrap();
        let command = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let (sender, bytes) = mpsc::channel();
        let mut output = person.try_clone().unwrap();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Ends with an error when the last process at the terminal has ended.
            while let Ok(length @ 1..) = output.read(&mut buffer) {
                let _ = sender.send(buffer[..length].to_vec());
            }
        });
        Self {
            person,
            command,
            bytes,
            shown: Vec::new(),
            read: 0,
        }
    }

    /// Reads on until this is shown.
    pub fn waits_for(&mut self, text: &str) {
        loop {
            let shown = self.shown();
            if let Some(at) = shown.get(self.read..).and_then(|rest| rest.find(text)) {
                self.read += at + text.len();
                return;
            }
            match self.bytes.recv_timeout(PATIENCE) {
                Ok(bytes) => self.shown.extend(bytes),
                Err(error) => panic!("{error}, waiting for {text:?}: {shown}"),
            }
        }
    }

    /// Reads on until this holds for all that was shown.
    pub fn waits_until(&mut self, what: &str, holds: impl Fn(&str) -> bool) {
        // What goes on showing something else does not go on for ever.
        let end = Instant::now() + PATIENCE;
        while !holds(&self.shown()) {
            match self.bytes.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.shown.extend(bytes),
                Err(error) => panic!("{error}, waiting until {what}: {}", self.shown()),
            }
        }
    }

    /// Types a line.
    pub fn answer(&mut self, line: &str) {
        self.write(&format!("{line}\n"));
    }

    pub fn write(&mut self, text: &str) {
        self.person.write_all(text.as_bytes()).unwrap();
    }

    /// How the terminal is set.
    pub fn local_modes(&self) -> LocalModes {
        tcgetattr(self.person.as_fd()).unwrap().local_modes
    }

    /// Waits for the end: the exit code, and all that was shown.
    pub fn end(mut self) -> (Option<i32>, String) {
        loop {
            match self.bytes.recv_timeout(PATIENCE) {
                Ok(bytes) => self.shown.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end: {}", self.shown()),
            }
        }
        (self.command.wait().unwrap().code(), self.shown())
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }
}

fn command(desk: &Desk, words: &str) -> Command {
    let mut command = at_terminal(words);
    command.arg("-d").arg(&desk.home().path);
    command
}

/// `setsid`, of util-linux, makes its standard input the controlling terminal.
pub fn at_terminal(words: &str) -> Command {
    at_terminal_of(&[], words)
}

/// The same, started by another program.
fn at_terminal_of(starter: &[&str], words: &str) -> Command {
    let mut command = Command::new("setsid");
    command.args(["--ctty", "--wait"]);
    // Else Ctrl-C does nothing where the tests run in the background of a shell, which has it ignored.
    command.args(["env", "--default-signal=INT,QUIT"]);
    wrap(command.args(starter), &kmd())
        .args(words.split_whitespace())
        .env("TERM", "xterm")
        .env_remove("NO_COLOR");
    command
}
