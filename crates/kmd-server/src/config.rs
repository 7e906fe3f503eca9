//! `kmd_config.json`: as written, merged over the defaults, then as meant.
//!
//! Keys are matched without regard to case, unknown ones are ignored and `null`
//! keeps the default, as the reference reads the file. What is ours and not the
//! reference's stands under `kmd`.

use std::io;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kmd_api::files;
use kmd_crypto::{KdfFloor, KdfParams, KdfParamsError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::StartError;
use crate::limits::{KdfLimits, Limits};
use crate::log::{LogFormat, LogSettings};

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
    log_format: LogFormat,
    log_max_bytes: NonZeroU64,
    log_keep: u32,
    max_body_bytes: usize,
    max_batch_body_bytes: usize,
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
                log_format: LogFormat::Text,
                log_max_bytes: number(10 << 20),
                log_keep: 3,
                max_body_bytes: 1 << 20,
                max_batch_body_bytes: 16 << 20,
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
            },
        }
    }
}

impl Config {
    /// Reads the configuration of a data directory. Where there is none, the
    /// defaults are written as an example.
    ///
    /// # Errors
    /// [`StartError::Config`] or [`StartError::File`].
    pub(crate) fn load(data_dir: &Path) -> Result<Self, StartError> {
        let path = data_dir.join(files::CONFIG);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                write_example(data_dir)?;
                "{}".to_owned()
            }
            Err(cause) => {
                return Err(StartError::File {
                    action: "read",
                    path,
                    cause,
                });
            }
        };
        let written = parse(&text).map_err(|problem| StartError::Config {
            path: path.clone(),
            problem,
            remedy: "mend it; kmd_config.json.example of a fresh data directory shows every key with its default",
        })?;
        written.meant(data_dir, &path)
    }
}

/// The configuration of an empty file, for the log before the file was read.
pub(crate) fn default_log() -> LogSettings {
    Written::default().kmd.log()
}

/// Reads the text over the defaults; an error names the key or the place.
fn parse(text: &str) -> Result<Written, String> {
    let said = |error: serde_json::Error| error.to_string();
    let mut merged = serde_json::to_value(Written::default()).map_err(said)?;
    merge(&mut merged, serde_json::from_str(text).map_err(said)?);
    serde_path_to_error::deserialize(merged).map_err(|error| error.to_string())
}

/// Lays what is written over what is there.
fn merge(into: &mut Value, written: Value) {
    match (into, written) {
        (_, Value::Null) => {}
        (Value::Object(into), Value::Object(written)) => {
            for (key, value) in written {
                merge(into.entry(key.to_lowercase()).or_insert(Value::Null), value);
            }
        }
        (into, written) => *into = written,
    }
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

impl Written {
    fn meant(self, data_dir: &Path, path: &Path) -> Result<Config, StartError> {
        let refuse = |problem: String, remedy: &'static str| StartError::Config {
            path: path.to_owned(),
            problem,
            remedy,
        };
        Ok(Config {
            session_lifetime: Duration::from_secs(self.session_lifetime_secs),
            address: Some(self.address).filter(|address| !address.is_empty()),
            allowed_origins: self.allowed_origins.unwrap_or_default(),
            allow_private_network: self.allow_header_pna,
            wallets_dir: self.drivers.sqlite.wallets_dir(data_dir, refuse)?,
            backup_dir: self.kmd.backup_dir(data_dir, refuse)?,
            scrypt: self.drivers.sqlite.scrypt_params(refuse)?,
            scrypt_floor: self.drivers.sqlite.scrypt_floor(),
            log: self.kmd.log(),
            limits: self.kmd.limits(),
            kdf: self.kmd.kdf(),
            unix_socket: self.kmd.unix_socket,
        })
    }
}

impl WrittenSqlite {
    fn wallets_dir(
        &self,
        data_dir: &Path,
        refuse: impl Fn(String, &'static str) -> StartError,
    ) -> Result<PathBuf, StartError> {
        if self.wallets_dir.is_empty() {
            return Ok(data_dir.join(files::SQLITE_WALLETS));
        }
        let path = PathBuf::from(&self.wallets_dir);
        if path.is_absolute() {
            Ok(path)
        } else {
            Err(refuse(
                "sqlite wallets path must be absolute path".to_owned(),
                "write drivers.sqlite.wallets_dir from the root on, or leave it empty",
            ))
        }
    }

    /// Unless unsafe parameters are allowed, no weaker ones than the defaults' kind.
    fn scrypt_floor(&self) -> KdfFloor {
        if self.allow_unsafe_scrypt {
            KdfFloor::NONE
        } else {
            KdfFloor::REFERENCE
        }
    }

    fn scrypt_params(&self, refuse: impl Fn(String, &'static str) -> StartError) -> Result<KdfParams, StartError> {
        let scrypt = &self.scrypt;
        let above = self
            .scrypt_floor()
            .check(scrypt.scrypt_n, scrypt.scrypt_r, scrypt.scrypt_p);
        above.map_err(|too_weak| {
            refuse(
                too_weak.to_string(),
                "raise it, or for tests set drivers.sqlite.allow_unsafe_scrypt",
            )
        })?;
        KdfParams::new(scrypt.scrypt_n, scrypt.scrypt_r, scrypt.scrypt_p).map_err(|error: KdfParamsError| {
            refuse(
                format!("drivers.sqlite.scrypt: {error}"),
                "take the defaults: scrypt_n 65536, scrypt_r 1, scrypt_p 32",
            )
        })
    }
}

impl WrittenKmd {
    fn backup_dir(
        &self,
        data_dir: &Path,
        refuse: impl Fn(String, &'static str) -> StartError,
    ) -> Result<PathBuf, StartError> {
        let path = PathBuf::from(&self.backup_dir);
        match self.backup_dir.as_str() {
            "" => Ok(data_dir.join(files::BACKUPS)),
            _ if path.is_absolute() => Ok(path),
            _ => Err(refuse(
                "the path of the backups must be absolute".to_owned(),
                "write kmd.backup_dir from the root on, or leave it empty",
            )),
        }
    }

    fn log(&self) -> LogSettings {
        LogSettings {
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
            // Less than this the HTTP parser cannot work with.
            header: self.max_header_bytes.max(8192),
            header_timeout: seconds(self.header_timeout_secs),
            body_timeout: seconds(self.body_timeout_secs),
            idle_timeout: seconds(self.idle_timeout_secs),
            connections: self.max_connections,
        }
    }

    fn kdf(&self) -> KdfLimits {
        KdfLimits {
            parallel: NonZeroUsize::new(self.kdf_parallel).unwrap_or_else(cores),
            queue: self.kdf_queue,
            max_work_factor: self.kdf_max_work_factor,
            max_memory: self.kdf_max_memory_bytes,
        }
    }
}

/// Cores that the process may use.
pub(crate) fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, StartError> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(files::CONFIG), text).unwrap();
        Config::load(dir.path())
    }

    #[test]
    fn defaults_and_their_example() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config::load(dir.path()).unwrap();
        assert_eq!(config.session_lifetime, Duration::from_secs(60));
        assert_eq!(config.address, None);
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
                "DRIVERS": {"SQLite": {"Scrypt": {"scrypt_N": 131072}}}, "kmd": {"log_format": "json"}}"#,
        )
        .unwrap();
        assert_eq!(config.session_lifetime, Duration::from_secs(5));
        assert_eq!(config.address, None);
        assert_eq!((config.scrypt.n(), config.scrypt.p()), (131_072, 32));
        assert_eq!(config.log.format, LogFormat::Json);
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
