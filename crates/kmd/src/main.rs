//! kmd: the daemon.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use kmd_server::Options;
use zeroizing_alloc::ZeroAlloc;

/// Everything that is freed is wiped first, also what libraries copied.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

/// Key Management Daemon for Algorand.
///
/// Keeps spending keys in encrypted wallets and signs for applications over an
/// HTTP API on this machine, so that no application ever holds a key. Runs in
/// the foreground until it is interrupted; goal and the SDKs find it through
/// its data directory.
#[derive(Parser)]
#[command(version, about, after_help = AFTER_HELP)]
struct Arguments {
    /// Where wallets, token, configuration and log are kept
    ///
    /// Default: $ALGORAND_DATA/kmd-v0.5 when it exists, else $ALGORAND_DATA/kmd
    /// when ALGORAND_DATA is set, else $XDG_DATA_HOME/kmd (~/.local/share/kmd).
    /// Made, for you alone, where it is missing.
    #[arg(short = 'd', long, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// Stop when no request came for so many seconds (0: never)
    #[arg(
        short = 't',
        long,
        visible_alias = "timout-secs",
        value_name = "SECS",
        default_value_t = 0
    )]
    timeout_secs: u64,
}

/// Exit code of every start failure that has none of its own.
const NOT_STARTED: u8 = 3;

const AFTER_HELP: &str = "\
The data directory holds, once kmd runs:
  kmd.net          where it listens (host:port)
  kmd.token        the token that requests show in the header X-KMD-API-Token
  kmd.log          what happened
  kmd_config.json  your settings (see kmd_config.json.example)

Exit codes: 0 stopped, 2 the log cannot be opened, 3 did not start, 4 another
kmd has the data directory.";

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way as well; clap knows where they go.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(NOT_STARTED)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let options = Options {
        data_dir: arguments.data_dir,
        timeout: Some(Duration::from_secs(arguments.timeout_secs)),
    };
    match kmd_server::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kmd: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
