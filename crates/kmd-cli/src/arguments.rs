//! The command line: without a command it is the daemon's, as the Go kmd has it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::command::Command;
use crate::config::Configuration;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::output::{Format, Output};

/// Key Management Daemon for Algorand.
///
/// Without a command: keeps spending keys in encrypted wallets and signs for
/// applications over an HTTP API on this machine, so that no application ever
/// holds a key. Runs in the foreground until it is interrupted; goal and the
/// SDKs find it through its data directory.
///
/// With a command: works with the wallets of the data directory's daemon, and
/// starts one for the time being where none runs.
#[derive(Parser)]
#[command(name = "kmd", version, after_help = AFTER_HELP, disable_help_subcommand = true)]
pub struct Arguments {
    /// Where wallets, token, configuration and log are kept
    ///
    /// Default: $ALGORAND_DATA/kmd-v0.5 when it exists, else $ALGORAND_DATA/kmd
    /// when ALGORAND_DATA is set, else $XDG_DATA_HOME/kmd (~/.local/share/kmd).
    /// Made, for you alone, where it is missing.
    #[arg(short = 'd', long, value_name = "DIR", global = true)]
    data_dir: Option<PathBuf>,

    /// Stop when no request came for so many seconds (0: never)
    ///
    /// 0 without a command. With one, it is for the daemon that is started where
    /// none runs: 60.
    #[arg(short = 't', long, visible_alias = "timout-secs", value_name = "SECS", global = true)]
    timeout_secs: Option<u64>,

    /// Print JSON
    #[arg(long, global = true, help_heading = "Options of commands")]
    json: bool,

    /// Fail where no daemon runs, instead of starting one
    #[arg(long, global = true, help_heading = "Options of commands")]
    no_start: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
The data directory holds, once kmd runs:
  kmd.net          where it listens (host:port)
  kmd.token        the token that requests show in the header X-KMD-API-Token
  kmd.log          what happened
  kmd_config.json  your settings (see kmd_config.json.example)

Exit codes of the daemon: 0 stopped, 2 the log cannot be opened, 3 did not
start, 4 another kmd has the data directory.

Exit codes of commands: 0 done, 1 another failure, 2 wrong usage, 3 no daemon,
4 wrong password, 5 not found, 6 invalid input, 7 refused, 8 not confirmed,
9 a check failed, 10 a file cannot be read or written, 11 something could not
be checked.";

/// Exit code of a daemon that does not start.
const NOT_STARTED: u8 = 3;
/// Idle time of a daemon that a command starts.
const IDLE_TIME: Duration = Duration::from_secs(60);

/// What the command line asks for.
pub enum Invocation {
    /// Run the daemon.
    Daemon(DaemonOptions),
    /// Run a command; ends with this exit code.
    Command(Box<CommandLine>),
    /// There is nothing more to do: help was shown, or the command line is wrong.
    Done(u8),
}

/// How to run the daemon.
pub struct DaemonOptions {
    /// As given.
    pub data_dir: Option<PathBuf>,
    /// Stop when no request came for so long; zero: never.
    pub timeout: Duration,
}

/// A command and where it works.
pub struct CommandLine {
    command: Command,
    context: Context,
}

impl CommandLine {
    /// Runs the command, says what went wrong, and returns the exit code.
    pub fn run(self) -> u8 {
        match self.command.run(&self.context) {
            Ok(()) => 0,
            Err(error) => {
                self.context.output.error(&error);
                error.kind.exit_code()
            }
        }
    }
}

/// Reads the command line, the name of the program first.
pub fn parse(words: impl IntoIterator<Item = OsString>, configuration: impl Configuration + 'static) -> Invocation {
    let words: Vec<OsString> = words.into_iter().collect();
    let arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(error) => return Invocation::Done(shown(error, &words)),
    };
    let timeout = arguments.timeout_secs.map(Duration::from_secs);
    let Some(command) = arguments.command else {
        if arguments.json || arguments.no_start {
            let error =
                Arguments::command().error(ErrorKind::MissingSubcommand, "--json and --no-start are for commands");
            return Invocation::Done(shown(error, &words));
        }
        return Invocation::Daemon(DaemonOptions {
            data_dir: arguments.data_dir,
            timeout: timeout.unwrap_or_default(),
        });
    };
    let format = if arguments.json { Format::Json } else { Format::Text };
    let context = Context::new(arguments.data_dir, Output::new(format), Box::new(configuration))
        .with_idle_time(timeout.unwrap_or(IDLE_TIME))
        .starting(!arguments.no_start)
        .leaving_standard_input(command.reads_standard_input());
    Invocation::Command(Box::new(CommandLine { command, context }))
}

/// Help and version come this way as well; clap knows where they go. What is wrong is said as
/// every failure, where JSON is asked for.
fn shown(error: clap::Error, words: &[OsString]) -> u8 {
    if !error.use_stderr() {
        let _ = error.print();
        return 0;
    }
    let for_a_command = names_a_command(words);
    if asks_for_json(words) {
        Output::new(Format::Json).error(&error.into());
    } else {
        let _ = error.print();
    }
    if for_a_command {
        Kind::Usage.exit_code()
    } else {
        NOT_STARTED
    }
}

/// Whether the words of a command line that is wrong have `--json` among them. Behind `--` nothing
/// is an option.
fn asks_for_json(words: &[OsString]) -> bool {
    words
        .iter()
        .take_while(|word| *word != "--")
        .any(|word| word == "--json")
}

/// Whether a command line that is wrong was meant for a command.
fn names_a_command(words: &[OsString]) -> bool {
    let lenient = Arguments::command().ignore_errors(true);
    lenient
        .try_get_matches_from(words)
        .is_ok_and(|matches| matches.subcommand_name().is_some())
}

/// What clap says comes in paragraphs: what is wrong, and then what to do, such as the usage.
impl From<clap::Error> for Error {
    fn from(error: clap::Error) -> Self {
        if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            // All that it says is the help.
            return Self::new(Kind::Usage, "a command is missing").hint("--help lists them");
        }
        let said = error.to_string();
        let mut paragraphs = said.split("\n\n").map(one_line).filter(|text| !text.is_empty());
        let message = paragraphs.next().unwrap_or_default();
        let failed = Self::new(Kind::Usage, message.trim_start_matches("error: "));
        paragraphs.fold(failed, |failed, text| failed.hint(text.trim_start_matches("tip: ")))
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn help_names_every_exit_code() {
        let help = AFTER_HELP.replace('\n', " ");
        for kind in Kind::ALL {
            let line = format!("{} {}", kind.exit_code(), kind.meaning());
            assert!(help.contains(&line), "{line}");
        }
    }
}
