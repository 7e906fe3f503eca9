//! The daemon that a command talks to: the one that runs, or one started for it.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kmd_api::Readiness;
use kmd_client::{Client, Timeouts, TokenError, TransportError};

use crate::Result;
use crate::error::{Error, Kind};
use crate::output::Output;

/// What to do where no daemon runs.
#[derive(Clone, Copy)]
pub(crate) enum Start {
    Never,
    /// Start one that stops when it had nothing to do for so long; zero: never.
    WhereNoneRuns {
        idle_time: Duration,
    },
}

/// What the daemon says when it can be asked.
const SERVING: &str = "kmd: serving on ";
/// Its exit code when another one has the directory.
const LOCKED: i32 = 4;
/// How long another daemon may take to start that was there first.
const PATIENCE: Duration = Duration::from_secs(10);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
/// Work on many passwords or keys may take long, and a person sees that it goes on.
const ANSWER: Duration = Duration::from_secs(600);

/// A client for the daemon of the data directory.
pub(crate) fn connect(data_dir: &Path, start: Start, output: &Output) -> Result<Client> {
    let absent = match open(data_dir) {
        Ok(client) => return Ok(client),
        // It was starting and has a token by now, or it has lost its token.
        Err(_) if serves(data_dir) => return open(data_dir).map_err(|error| unreachable(data_dir, error)),
        Err(error) if is_absence(&error) => error,
        Err(error) => return Err(unreachable(data_dir, error)),
    };
    let Start::WhereNoneRuns { idle_time } = start else {
        return Err(unreachable(data_dir, absent).hint("without --no-start, the command starts one itself"));
    };
    let _progress = output.progress("starting a daemon");
    match spawn(data_dir, idle_time)? {
        Started::Serves => open(data_dir).map_err(|error| unreachable(data_dir, error)),
        Started::AnotherHasIt => wait_for_the_other(data_dir),
    }
}

/// Whether no daemon runs, as far as can be told, rather than one that cannot be used.
pub(crate) fn is_absence(error: &kmd_client::Error) -> bool {
    use kmd_client::Error as Client;
    match error {
        Client::DataDir { source, .. } | Client::Token(TokenError::Unreadable { source, .. }) => {
            source.kind() == std::io::ErrorKind::NotFound
        }
        Client::Transport(TransportError::Connect { source, .. }) => {
            source.kind() == std::io::ErrorKind::ConnectionRefused
        }
        _ => false,
    }
}

/// Whether a daemon answers, with or without its token.
fn serves(data_dir: &Path) -> bool {
    open_without_token(data_dir).is_ok_and(|client| readiness(&client).is_ok())
}

/// For what needs no token. A daemon that has lost its token still says so.
pub(crate) fn open_without_token(data_dir: &Path) -> std::result::Result<Client, kmd_client::Error> {
    Client::open_without_token(data_dir)
}

/// Whether the daemon can do its work; nothing where it does not know the question, as the Go kmd.
pub(crate) fn readiness(client: &Client) -> std::result::Result<Option<Readiness>, kmd_client::Error> {
    use kmd_client::Error as Refusal;
    match client.ready() {
        Err(Refusal::Daemon { .. } | Refusal::Refused(_)) => Ok(None),
        answer => answer.map(Some),
    }
}

pub(crate) fn open(data_dir: &Path) -> std::result::Result<Client, kmd_client::Error> {
    let timeouts = Timeouts {
        answer: ANSWER,
        ..Timeouts::default()
    };
    Ok(Client::open(data_dir)?.with_timeouts(timeouts))
}

fn unreachable(data_dir: &Path, error: kmd_client::Error) -> Error {
    let path = data_dir.display();
    match error {
        kmd_client::Error::Token(error) => Error::new(
            Kind::NoDaemon,
            format!("the daemon of {path} cannot be asked without its token"),
        )
        .because(error)
        .hint(format!("`kmd -d {path} doctor` says what to do")),
        error => Error::new(Kind::NoDaemon, format!("no daemon answers for {path}")).because(error),
    }
}

enum Started {
    Serves,
    AnotherHasIt,
}

/// Starts this executable as the daemon and waits until it says that it serves.
fn spawn(data_dir: &Path, idle_time: Duration) -> Result<Started> {
    let failure = || {
        let what = format!("cannot start a daemon for {}", data_dir.display());
        Error::new(Kind::NoDaemon, what)
    };
    let failed = |cause: std::io::Error| failure().because(cause);
    let program = std::env::current_exe().map_err(failed)?;
    let mut daemon = Command::new(program)
        .arg("-d")
        .arg(data_dir)
        .arg("-t")
        .arg(idle_time.as_secs().to_string())
        // Interrupting the command is not meant for the daemon.
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if says_that_it_serves(&mut daemon) {
        return Ok(Started::Serves);
    }
    let said = last_words(&mut daemon);
    match daemon.wait().map_err(failed)?.code() {
        Some(LOCKED) => Ok(Started::AnotherHasIt),
        _ => Err(said
            .lines()
            .fold(failure(), Error::because)
            .hint(format!("`kmd -d {} doctor` looks for the reason", data_dir.display()))),
    }
}

fn says_that_it_serves(daemon: &mut Child) -> bool {
    let Some(stdout) = daemon.stdout.take() else {
        return false;
    };
    let mut lines = BufReader::new(stdout).lines().map_while(std::result::Result::ok);
    lines.any(|line| line.starts_with(SERVING))
}

fn last_words(daemon: &mut Child) -> String {
    let mut said = String::new();
    if let Some(stderr) = &mut daemon.stderr {
        let _ = stderr.read_to_string(&mut said);
    }
    let said = said.trim().trim_start_matches("kmd: ");
    if said.is_empty() {
        "it ended without a word"
    } else {
        said
    }
    .to_owned()
}

/// Another one took the directory in the meantime and will serve in a moment.
fn wait_for_the_other(data_dir: &Path) -> Result<Client> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match open(data_dir) {
            Err(error) if is_absence(&error) && Instant::now() < deadline => std::thread::sleep(BETWEEN_LOOKS),
            result => return result.map_err(|error| unreachable(data_dir, error)),
        }
    }
}
