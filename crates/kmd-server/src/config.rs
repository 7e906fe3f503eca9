//! The settings: as written, in layers over each other, then as meant.
//!
//! ```text
//! defaults ◄─ kmd_config.json ◄─ environment        layers, explain
//!      └────────────┴──────────────┴─► Written ─► Config
//! ```
//!
//! Keys of the file are matched without regard to case, unknown ones are
//! ignored, with a warning, and `null` keeps the default, as the reference reads
//! the file. What is ours and not the reference's stands under `kmd`.

mod environment;
mod explain;
mod file;
mod layers;
mod nearest;
#[cfg(test)]
mod reference;

pub use environment::Environment;
pub use explain::{Explanation, Setting, check, explain};
pub use layers::Source;

use std::net::SocketAddr;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kmd_api::files;
use kmd_crypto::{KdfFloor, KdfParams, KdfParamsError};
use serde::{Deserialize, Serialize};

use self::layers::Layers;
use crate::error::StartError;
use crate::limits::{KdfLimits, Limits};
use crate::log::{LogFormat, LogSettings, LogTarget};
use crate::sandbox::SandboxMode;

/// The configuration as meant.
pub(crate) struct Config {
    pub(crate) session_lifetime: Duration,
    /// Where to listen; `None`: the default port, or any where that is taken.
    pub(crate) address: Option<String>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) allow_private_network: bool,
    pub(crate) wallets_dir: PathBuf,
    pub(crate) backup_dir: PathBuf,
    pub(crate) scrypt: KdfParams,
    pub(crate) scrypt_floor: KdfFloor,
    pub(crate) log: LogSettings,
    pub(crate) limits: Limits,
    pub(crate) kdf: KdfLimits,
    pub(crate) unix_socket: bool,
    pub(crate) sandbox: SandboxMode,
    /// Where metrics are to be had without a token.
    pub(crate) metrics_address: Option<SocketAddr>,
    /// How many cores the process may use.
    pub(crate) cores: NonZeroUsize,
    /// What of file and environment was ignored.
    pub(crate) warnings: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    session_lifetime_secs: u64,
    address: String,
    allowed_origins: Option<Vec<String>>,
    allow_header_pna: bool,
    drivers: WrittenDrivers,
    kmd: WrittenKmd,
}

#[derive(Serialize, Deserialize)]
struct WrittenDrivers {
    sqlite: WrittenSqlite,
    ledger: WrittenLedger,
}

#[derive(Serialize, Deserialize)]
struct WrittenSqlite {
    wallets_dir: String,
    allow_unsafe_scrypt: bool,
    scrypt: WrittenScrypt,
}

#[derive(Serialize, Deserialize)]
struct WrittenScrypt {
    scrypt_n: u64,
    scrypt_r: u32,
    scrypt_p: u32,
}

#[derive(Serialize, Deserialize)]
struct WrittenLedger {
    disable: bool,
}

#[derive(Serialize, Deserialize)]
struct WrittenKmd {
    log_target: LogTarget,
    log_format: LogFormat,
    log_max_bytes: NonZeroU64,
    log_keep: u32,
    max_body_bytes: usize,
    max_batch_body_bytes: usize,
    max_buffered_body_bytes: usize,
    max_header_bytes: usize,
    header_timeout_secs: NonZeroU64,
    body_timeout_secs: NonZeroU64,
    idle_timeout_secs: NonZeroU64,
    max_connections: NonZeroUsize,
    /// 0: as many as there are cores.
    kdf_parallel: usize,
    kdf_queue: usize,
    kdf_max_work_factor: NonZeroU64,
    kdf_max_memory_bytes: NonZeroU64,
    backup_dir: String,
    unix_socket: bool,
    sandbox: SandboxMode,
    metrics_address: String,
}

impl Default for Written {
    fn default() -> Self {
        const fn number(value: u64) -> NonZeroU64 {
            match NonZeroU64::new(value) {
                Some(value) => value,
                None => NonZeroU64::MIN,
            }
        }
        Self {
            session_lifetime_secs: 60,
            address: String::new(),
            allowed_origins: None,
            allow_header_pna: false,
            drivers: WrittenDrivers {
                sqlite: WrittenSqlite {
                    wallets_dir: String::new(),
                    allow_unsafe_scrypt: false,
                    scrypt: WrittenScrypt {
                        scrypt_n: 65_536,
                        scrypt_r: 1,
                        scrypt_p: 32,
                    },
                },
                ledger: WrittenLedger { disable: false },
            },
            kmd: WrittenKmd {
                log_target: LogTarget::File,
                log_format: LogFormat::Text,
                log_max_bytes: number(10 << 20),
                log_keep: 3,
                max_body_bytes: 1 << 20,
                max_batch_body_bytes: 16 << 20,
                max_buffered_body_bytes: 64 << 20,
                max_header_bytes: 16 << 10,
                header_timeout_secs: number(10),
                body_timeout_secs: number(30),
                idle_timeout_secs: number(120),
                max_connections: NonZeroUsize::MIN.saturating_add(1023),
                kdf_parallel: 0,
                kdf_queue: 64,
                kdf_max_work_factor: number(16),
                kdf_max_memory_bytes: number(1 << 30),
                backup_dir: String::new(),
                unix_socket: true,
                sandbox: SandboxMode::Auto,
                metrics_address: String::new(),
            },
        }
    }
}

impl Config {
    /// Reads the configuration of a data directory and of the environment.
    /// Where there is no file, the defaults are written as an example.
    ///
    /// # Errors
    /// [`StartError::Config`], [`StartError::Variable`] or [`StartError::File`].
    pub(crate) fn load(data_dir: &Path, environment: &Environment) -> Result<Self, StartError> {
        let layers = Layers::read(data_dir, environment)?;
        if !layers.has_file {
            write_example(data_dir)?;
        }
        Self::from_layers(&layers, data_dir)
    }

    /// Reads the text of a file alone.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn of_text(text: &str, data_dir: &Path) -> Result<Self, StartError> {
        let layers = Layers::lay(data_dir.join(files::CONFIG), Some(text), &Environment::default())?;
        Self::from_layers(&layers, data_dir)
    }

    fn from_layers(layers: &Layers, data_dir: &Path) -> Result<Self, StartError> {
        let written = layers.written()?;
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let sqlite = written.drivers.sqlite;
        let wallets_dir = WrittenFolder {
            key: "drivers.sqlite.wallets_dir",
            written: &sqlite.wallets_dir,
            default: files::SQLITE_WALLETS,
            problem: "sqlite wallets path must be absolute path",
        };
        let backup_dir = WrittenFolder {
            key: "kmd.backup_dir",
            written: &written.kmd.backup_dir,
            default: files::BACKUPS,
            problem: "the path of the backups must be absolute",
        };
        Ok(Self {
            session_lifetime: Duration::from_secs(written.session_lifetime_secs),
            address: Some(written.address).filter(|address| !address.is_empty()),
            allowed_origins: written.allowed_origins.unwrap_or_default(),
            allow_private_network: written.allow_header_pna,
            wallets_dir: wallets_dir.place(data_dir, layers)?,
            backup_dir: backup_dir.place(data_dir, layers)?,
            scrypt_floor: sqlite.scrypt_floor(),
            scrypt: sqlite.scrypt_params(layers)?,
            log: written.kmd.log(),
            limits: written.kmd.limits(),
            kdf: written.kmd.kdf(cores),
            cores,
            unix_socket: written.kmd.unix_socket,
            sandbox: written.kmd.sandbox,
            metrics_address: written.kmd.metrics_address(layers)?,
            warnings: layers.warnings.clone(),
        })
    }
}

/// The configuration of an empty file, for the log before the file was read.
pub(crate) fn default_log() -> LogSettings {
    Written::default().kmd.log()
}

fn write_example(data_dir: &Path) -> Result<(), StartError> {
    let path = data_dir.join(files::CONFIG_EXAMPLE);
    let text = serde_json::to_string_pretty(&Written::default()).unwrap_or_default();
    std::fs::write(&path, text + "\n").map_err(|cause| StartError::File {
        action: "write",
        path,
        cause,
    })
}

/// A setting that is a folder.
struct WrittenFolder<'a> {
    key: &'static str,
    written: &'a str,
    /// Its name in the data directory, where nothing is written.
    default: &'static str,
    /// What is wrong with a path that is not absolute.
    problem: &'static str,
}

impl WrittenFolder<'_> {
    fn place(&self, data_dir: &Path, layers: &Layers) -> Result<PathBuf, StartError> {
        let path = Path::new(self.written);
        match self.written {
            "" => Ok(data_dir.join(self.default)),
            _ if path.is_absolute() => Ok(path.to_owned()),
            _ => Err(layers.refuse(
                self.key,
                self.problem.to_owned(),
                "write it from the root on, or leave it empty",
            )),
        }
    }
}

impl WrittenSqlite {
    /// Unless unsafe parameters are allowed, no weaker ones than the defaults' kind.
    fn scrypt_floor(&self) -> KdfFloor {
        if self.allow_unsafe_scrypt {
            KdfFloor::NONE
        } else {
            KdfFloor::REFERENCE
        }
    }

    fn scrypt_params(&self, layers: &Layers) -> Result<KdfParams, StartError> {
        let scrypt = &self.scrypt;
        let above = self
            .scrypt_floor()
            .check(scrypt.scrypt_n, scrypt.scrypt_r, scrypt.scrypt_p);
        above.map_err(|too_weak| {
            layers.refuse(
                &format!("drivers.sqlite.scrypt.scrypt_{}", too_weak.name.to_lowercase()),
                too_weak.to_string(),
                "raise it, or for tests set drivers.sqlite.allow_unsafe_scrypt",
            )
        })?;
        KdfParams::new(scrypt.scrypt_n, scrypt.scrypt_r, scrypt.scrypt_p).map_err(|error: KdfParamsError| {
            layers.refuse(
                "drivers.sqlite.scrypt.scrypt_n",
                error.to_string(),
                "take the defaults: scrypt_n 65536, scrypt_r 1, scrypt_p 32",
            )
        })
    }
}

impl WrittenKmd {
    fn log(&self) -> LogSettings {
        LogSettings {
            target: self.log_target,
            format: self.log_format,
            max_bytes: self.log_max_bytes.get(),
            keep: self.log_keep,
        }
    }

    fn limits(&self) -> Limits {
        let seconds = |number: NonZeroU64| Duration::from_secs(number.get());
        Limits {
            body: self.max_body_bytes,
            batch_body: self.max_batch_body_bytes,
            // With less than this the largest body would never be let in.
            buffered_bodies: self
                .max_buffered_body_bytes
                .max(self.max_body_bytes)
                .max(self.max_batch_body_bytes),
            // The head of every client there is fits into this.
            header: self.max_header_bytes.max(8192),
            header_timeout: seconds(self.header_timeout_secs),
            body_timeout: seconds(self.body_timeout_secs),
            idle_timeout: seconds(self.idle_timeout_secs),
            connections: self.max_connections,
        }
    }

    /// Only this machine may ask where no token is asked for.
    fn metrics_address(&self, layers: &Layers) -> Result<Option<SocketAddr>, StartError> {
        let written = &self.metrics_address;
        if written.is_empty() {
            return Ok(None);
        }
        let address = written.parse().ok();
        let address = address.filter(|address: &SocketAddr| address.ip().is_loopback());
        address.map(Some).ok_or_else(|| {
            layers.refuse(
                "kmd.metrics_address",
                format!("{written:?} is no loopback address with a port"),
                "write one such as 127.0.0.1:7834 or [::1]:7834, or leave it empty and show the token for metrics",
            )
        })
    }

    fn kdf(&self, cores: NonZeroUsize) -> KdfLimits {
        KdfLimits {
            parallel: NonZeroUsize::new(self.kdf_parallel).unwrap_or(cores),
            queue: self.kdf_queue,
            max_work_factor: self.kdf_max_work_factor,
            max_memory: self.kdf_max_memory_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, StartError> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(files::CONFIG), text).unwrap();
        Config::load(dir.path(), &Environment::default())
    }

    #[test]
    fn defaults_and_their_example() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config::load(dir.path(), &Environment::default()).unwrap();
        assert_eq!(config.session_lifetime, Duration::from_secs(60));
        assert_eq!(config.address, None);
        assert_eq!(config.sandbox, SandboxMode::Auto);
        assert_eq!(config.wallets_dir, dir.path().join("sqlite_wallets"));
        assert_eq!(config.backup_dir, dir.path().join("backups"));
        assert_eq!(
            (config.scrypt.n(), config.scrypt.r(), config.scrypt.p()),
            (65_536, 1, 32)
        );
        let example = std::fs::read_to_string(dir.path().join(files::CONFIG_EXAMPLE)).unwrap();
        assert!(load(&example).is_ok());
    }

    #[test]
    fn keys_in_any_case_unknown_ones_and_null() {
        let config = load(
            r#"{"Session_Lifetime_SECS": 5, "whatever": [1], "address": null,
                "DRIVERS": {"SQLite": {"Scrypt": {"scrypt_N": 131072}}}, "kmd": {"log_format": "json", "sandbox": "strict"}}"#,
        )
        .unwrap();
        assert_eq!(config.session_lifetime, Duration::from_secs(5));
        assert_eq!(config.address, None);
        assert_eq!((config.scrypt.n(), config.scrypt.p()), (131_072, 32));
        assert_eq!(config.log.format, LogFormat::Json);
        assert_eq!(config.sandbox, SandboxMode::Strict);
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        let cases = [
            (
                r#"{"drivers":{"sqlite":{"scrypt":{"scrypt_n":16384}}}}"#,
                "slow scrypt N must be at least 32768",
            ),
            (
                r#"{"drivers":{"sqlite":{"scrypt":{"scrypt_r":0}}}}"#,
                "slow scrypt R must be at least 1",
            ),
            (
                r#"{"drivers":{"sqlite":{"scrypt":{"scrypt_p":1}}}}"#,
                "slow scrypt P must be at least 32",
            ),
            (
                r#"{"drivers":{"sqlite":{"wallets_dir":"here"}}}"#,
                "sqlite wallets path must be absolute path",
            ),
            (
                r#"{"drivers":{"sqlite":{"allow_unsafe_scrypt":true,"scrypt":{"scrypt_n":3}}}}"#,
                "drivers.sqlite.scrypt",
            ),
            (r#"{"kmd": {"backup_dir": "here"}}"#, "backups must be absolute"),
            (r#"{"session_lifetime_secs": "60"}"#, "invalid type"),
            (r#"{"kmd": {"max_connections": 0}}"#, "nonzero"),
            (r#"{"kmd": {"sandbox": true}}"#, "kmd.sandbox"),
            (r#"{"kmd": {"metrics_address": "0.0.0.0:7834"}}"#, "no loopback address"),
            (
                r#"{"kmd": {"metrics_address": "[2001:db8::1]:7834"}}"#,
                "no loopback address",
            ),
            (r#"{"kmd": {"metrics_address": ":7834"}}"#, "no loopback address"),
            (r#"{"kmd": {"metrics_address": "127.0.0.1"}}"#, "with a port"),
            (r#"{"kmd": {"metrics_address": "localhost:7834"}}"#, "127.0.0.1:7834"),
            (
                r#"{"kmd": {"sandbox": "on"}}"#,
                "expected one of `strict`, `auto`, `off`",
            ),
            ("{", "EOF"),
            ("[]", "invalid"),
        ];
        for (text, message) in cases {
            let error = load(text).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(
                error.contains(message) && error.contains("kmd_config.json"),
                "{text}: {error}"
            );
        }
    }
}
