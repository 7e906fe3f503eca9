//! Names of the files that the daemon keeps in its data directory, what is in them, and which
//! directory that is.

use std::ops::RangeInclusive;
use std::path::PathBuf;

/// First line: the API token, 64 to 256 characters.
pub const TOKEN: &str = "kmd.token";
/// Characters of an API token.
pub const TOKEN_LENGTHS: RangeInclusive<usize> = 64..=256;
/// `host:port` of the TCP listener, without a line end.
pub const NET: &str = "kmd.net";
/// Where the daemon listens when nobody says otherwise and the port is free.
pub const DEFAULT_ADDRESS: &str = "127.0.0.1:7833";
/// Process id of the daemon, in decimal.
pub const PID: &str = "kmd.pid";
/// Held with flock(2) while a daemon runs.
pub const LOCK: &str = "kmd.lock";
/// The log of the daemon.
pub const LOG: &str = "kmd.log";
/// The Unix socket that serves the same API.
pub const SOCKET: &str = "kmd.sock";
/// The configuration, merged over the defaults.
pub const CONFIG: &str = "kmd_config.json";
/// The defaults, written when there is no configuration.
pub const CONFIG_EXAMPLE: &str = "kmd_config.json.example";
/// Folder of the SQLite wallets, unless configured elsewhere.
pub const SQLITE_WALLETS: &str = "sqlite_wallets";
/// Folder of backups of wallets, unless configured elsewhere.
pub const BACKUPS: &str = "backups";

/// The data directory where none is given: beside algod's data where that is known, else where the
/// user's data lies. `None` when the environment names neither.
pub fn default_data_dir() -> Option<PathBuf> {
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(algod) = variable("ALGORAND_DATA") {
        let versioned = algod.join("kmd-v0.5");
        return Some(if versioned.is_dir() {
            versioned
        } else {
            algod.join("kmd")
        });
    }
    variable("XDG_DATA_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local/share")))
        .map(|data| data.join("kmd"))
}
