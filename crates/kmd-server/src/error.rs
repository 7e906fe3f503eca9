//! Why the daemon did not start: what was wrong and what to do.

use std::io;
use std::path::PathBuf;

use kmd_sandbox::Missing;
use thiserror::Error;

/// Why the daemon did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// No directory was given and none follows from the environment.
    #[error("no data directory: neither ALGORAND_DATA nor XDG_DATA_HOME nor HOME is set; give one with `kmd -d DIR`")]
    NoDataDir,
    /// The data directory cannot be used.
    #[error("cannot use the data directory {path}: {cause}; choose another with `kmd -d DIR` or mend its permissions")]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Another daemon has the data directory.
    #[error(
        "failed to lock kmd.lock; is an instance of kmd already running in this data directory? \
         Stop it (its process id is in {path}/kmd.pid) or give another directory with `kmd -d DIR`"
    )]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// The log cannot be opened.
    #[error("cannot open the log file {path}: {cause}; make it writable, or move it away")]
    Log {
        /// The log.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A file of the data directory cannot be read or written.
    #[error("cannot {action} {path}: {cause}")]
    File {
        /// read, write, …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The API token is too short, too long or not printable.
    #[error("the API token in {path} {problem}; remove the file to have a new one made")]
    Token {
        /// The token file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The configuration is not as it must be.
    #[error("{path}: {problem}; {remedy}")]
    Config {
        /// The configuration file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A variable of the environment does not hold what its setting needs.
    #[error("the environment variable {name}: {problem}; {remedy}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The wallets folder cannot be used.
    #[error("cannot use the wallets folder: {0}")]
    Wallets(#[from] kmd_wallet::Error),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {cause}; stop what uses it, or change {setting} in kmd_config.json")]
    Listen {
        /// The address.
        address: String,
        /// The setting that it is from.
        setting: &'static str,
        /// Why.
        cause: io::Error,
    },
    /// The sockets that the service manager handed over are not as they must be.
    #[error("cannot use the sockets that the service manager opened: {0}; list one TCP and one Unix socket at most")]
    Sockets(String),
    /// The configuration asks for the whole sandbox, and not all of it could be put up.
    #[error(
        "kmd.sandbox is \"strict\", and {}; \
         mend that, or set kmd.sandbox to \"auto\" in kmd_config.json to make do with what there is",
        in_words(missing)
    )]
    Sandbox {
        /// What is missing.
        missing: Vec<Missing>,
    },
    /// No randomness for the token.
    #[error(transparent)]
    Random(#[from] kmd_crypto::RandomError),
    /// The runtime could not be started.
    #[error("cannot start threads: {0}; raise the limit on processes (ulimit -u)")]
    Runtime(io::Error),
}

impl StartError {
    /// The exit code of the process, as the reference has them.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Log { .. } => 2,
            Self::Locked { .. } => 4,
            _ => 3,
        }
    }
}

fn in_words(missing: &[Missing]) -> String {
    let words: Vec<String> = missing.iter().map(ToString::to_string).collect();
    words.join(", and ")
}
