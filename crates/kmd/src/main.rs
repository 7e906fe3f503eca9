//! kmd: the daemon, and the commands for people.

mod configuration;

use std::process::ExitCode;

use configuration::OfServer;
use kmd_cli::{DaemonOptions, Invocation};
use kmd_server::Options;
use zeroizing_alloc::ZeroAlloc;

/// Everything that is freed is wiped first, also what libraries copied.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    match kmd_cli::parse(std::env::args_os(), OfServer) {
        Invocation::Daemon(options) => run_daemon(options),
        Invocation::Command(command) => {
            kmd_server::forbid_dumps();
            ExitCode::from(command.run())
        }
        Invocation::Done(code) => ExitCode::from(code),
    }
}

fn run_daemon(options: DaemonOptions) -> ExitCode {
    let options = Options {
        data_dir: options.data_dir,
        timeout: Some(options.timeout),
    };
    match kmd_server::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kmd: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
