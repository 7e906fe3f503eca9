//! Where the tests sit: a data directory, and commands run on it with what is typed into them.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::canary;
use crate::support::daemon::{Daemon, Exit, Home, kmd};
use crate::support::secrets::{SHORTEST, Secrets};

/// A running daemon with cheap passwords.
pub struct Desk {
    pub daemon: Daemon,
}

/// The password of every wallet that does not say otherwise.
pub const PASSWORD: &str = "correct horse battery staple";

impl Desk {
    pub fn new() -> Self {
        canary::learn("password", PASSWORD.as_bytes());
        Self {
            daemon: Home::cheap().start(),
        }
    }

    /// A desk where the wallet "savings" is.
    pub fn with_wallet() -> Self {
        let desk = Self::new();
        desk.daemon.api().create("savings", PASSWORD);
        desk
    }

    pub fn home(&self) -> &Home {
        &self.daemon.home
    }

    /// Runs a command line, its words parted by blanks, with these lines as standard input.
    pub fn run(&self, words: &str, lines: &[&str]) -> Exit {
        run_on(&self.home().path, words, lines)
    }

    /// What a command that must succeed prints.
    pub fn ok(&self, words: &str, lines: &[&str]) -> String {
        let exit = self.run(words, lines);
        assert_eq!(exit.code, Some(0), "{words}: {exit:#?}");
        exit.stdout
    }

    /// The same with `--json`.
    pub fn json(&self, words: &str, lines: &[&str]) -> Value {
        let text = self.ok(&format!("{words} --json"), lines);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// What a command says that must fail with this exit code. It prints no result.
    pub fn fails(&self, code: i32, words: &str, lines: &[&str]) -> String {
        let exit = self.run(words, lines);
        assert_eq!(exit.code, Some(code), "{words}: {exit:#?}");
        assert_eq!(exit.stdout, "", "{words}: {exit:#?}");
        exit.stderr
    }

    /// A new key in the only wallet.
    pub fn new_key(&self) -> String {
        self.ok("key new", &[PASSWORD]).trim().to_owned()
    }
}

/// Runs a command on a data directory.
pub fn run_on(data_dir: &Path, words: &str, lines: &[&str]) -> Exit {
    let mut command = kmd();
    command.args(words.split_whitespace()).arg("-d").arg(data_dir);
    typed(
        &mut command,
        &lines.iter().map(|line| format!("{line}\n")).collect::<String>(),
    )
}

/// Runs a command with this standard input.
pub fn typed(command: &mut Command, input: &str) -> Exit {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that asks nothing does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let exit = Exit {
        code: output.status.code(),
        signal: output.status.signal(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    input.lines().for_each(|line| repeats_nothing(&exit, line));
    exit.discreet()
}

/// A command that fails does not say what it was told.
fn repeats_nothing(exit: &Exit, line: &str) {
    if exit.code != Some(0) && line.len() >= SHORTEST {
        let mut told = Secrets::new();
        told.add(line, line.as_bytes());
        let found: Vec<_> = told.needles().search(exit.stderr.as_bytes()).collect();
        assert!(found.is_empty(), "{found:?} in {exit:#?}");
    }
}

/// Whether a text says all of this.
pub fn says(text: &str, all: &[&str]) {
    for part in all {
        assert!(text.contains(part), "{part:?} in {text}");
    }
}
