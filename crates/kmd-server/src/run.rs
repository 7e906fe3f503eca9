//! The life of the daemon, from its options to its end.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use kmd_api::files;
use kmd_core::{AllowAll, Kmd, KmdSettings};
use kmd_crypto::{KdfLimits, PasswordKdf, PasswordKdfSettings, Random};
use kmd_driver_sqlite::{SqliteDriver, SqliteSettings};
use kmd_wallet::Driver;
use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tracing::{error, info, warn};

use crate::activation::HandedSockets;
use crate::bridge::Bridge;
use crate::clock::BootClock;
use crate::config::{self, Config, Environment};
use crate::connection::Budget;
use crate::data_dir::{self, DataDir, StateFile};
use crate::error::StartError;
use crate::http::{self, Cors, Daemon};
use crate::ledger::NoLedger;
use crate::log::LogTarget;
use crate::metrics::Metrics;
use crate::random::OsRandom;
use crate::readiness::Readiness;
use crate::serve::{Ended, Listeners, Signals};
use crate::service_manager::ServiceManager;
use crate::token::TokenFile;
use crate::watchdog::Watchdog;
use crate::workers::Workers;
use crate::{hardening, log, sandbox, serve};

/// Work of the default KDF parameters: N·r·p.
const DEFAULT_KDF_WORK: u128 = 65_536 * 32;
/// Threads that may wait for disks, besides those that wait for the KDF.
const BLOCKING_THREADS: usize = 128;
/// More than this helps nobody.
const MAX_THREADS: usize = 4096;

/// How long work that nobody waits for any more may go on.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// How to run the daemon.
#[derive(Debug, Default)]
pub struct Options {
    /// The data directory; `None`: the one that follows from the environment.
    pub data_dir: Option<PathBuf>,
    /// Stop when no request came for so long.
    pub timeout: Option<Duration>,
}

/// Runs the daemon until it is told to stop.
///
/// # Errors
/// Why it did not start; it is in the log as well, where that could be opened.
pub fn run(options: Options) -> Result<(), StartError> {
    let sockets = HandedSockets::take();
    let manager = ServiceManager::of_process();
    hardening::set_umask();
    let path = match options.data_dir {
        Some(path) => path,
        None => files::default_data_dir().ok_or(StartError::NoDataDir)?,
    };
    data_dir::ensure(&path)?;
    say(&format!("kmd: data directory {}", path.display()));
    let config = Config::load(&path, &Environment::of_process());
    let settings = config
        .as_ref()
        .map_or_else(|_| config::default_log(), |config| config.log);
    let log_path = path.join(files::LOG);
    let locked = DataDir::lock(path.clone());
    // Where another daemon writes this log, it alone puts it aside.
    let settings = if locked.is_ok() {
        settings
    } else {
        settings.without_rotation()
    };
    log::start(&log_path, settings).map_err(|cause| StartError::Log { path: log_path, cause })?;
    log_panics();
    info!(version = env!("CARGO_PKG_VERSION"), data_dir = %path.display(), "kmd starts");
    let result = locked.and_then(|data_dir| {
        let start = Start {
            config: config?,
            timeout: options.timeout,
            manager,
        };
        run_configured(&data_dir, start, sockets?)
    });
    match &result {
        Ok(()) => info!("kmd stopped"),
        Err(error) => error!(%error, "kmd did not start"),
    }
    result
}

/// What a start is made of, besides the data directory.
struct Start {
    config: Config,
    timeout: Option<Duration>,
    manager: ServiceManager,
}

fn run_configured(data_dir: &DataDir, start: Start, sockets: HandedSockets) -> Result<(), StartError> {
    let config = &start.config;
    for warning in data_dir::exposure(data_dir.path()).iter().chain(&config.warnings) {
        warn!("{warning}");
        // Else standard error has it already.
        if config.log.target == LogTarget::File {
            complain(&format!("kmd: {warning}"));
        }
    }
    hardening::forbid_dumps();
    hardening::raise_file_limit();
    hardening::lock_memory();
    hardening::report_secret_memory();
    let prepared = prepare(data_dir, config, sockets)?;
    // Restrictions hold for threads that start from here on: nothing above may start any, nor anything below open a
    // file elsewhere, a socket or a program.
    sandbox::enter(
        config.sandbox,
        vec![
            data_dir.path().to_owned(),
            config.wallets_dir.clone(),
            config.backup_dir.clone(),
        ],
    )?;
    // Accepts connections and lends threads that may wait; the workers serve.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(blocking_threads(config))
        .build()
        .map_err(StartError::Runtime)?;
    let workers = Workers::start(config.cores.get()).map_err(StartError::Runtime)?;
    let result = runtime.block_on(serve_data_dir(data_dir, prepared, workers, start));
    // Work that waits for ever, on a lock or a dead disk, must not keep the process.
    match result {
        Ok(Ended::AtOnce) => runtime.shutdown_background(),
        Ok(Ended::InOrder) | Err(_) => runtime.shutdown_timeout(LAST_WAIT),
    }
    result.map(drop)
}

/// Threads for work that waits: some for disks, and one for each derivation that
/// runs or queues.
fn blocking_threads(config: &Config) -> usize {
    let for_kdf = config.kdf.parallel.get().saturating_add(config.kdf.queue);
    for_kdf.saturating_add(BLOCKING_THREADS).min(MAX_THREADS)
}

/// What only a process without restrictions can open or make.
struct Prepared {
    token: Arc<TokenFile>,
    kmd: Kmd,
    kdf: Arc<PasswordKdf>,
    metrics: Arc<Metrics>,
    metrics_listener: Option<std::net::TcpListener>,
    tcp: std::net::TcpListener,
    unix: Option<std::os::unix::net::UnixListener>,
    /// The file of the Unix socket, where it is ours.
    socket: Option<StateFile>,
}

fn prepare(data_dir: &DataDir, config: &Config, sockets: HandedSockets) -> Result<Prepared, StartError> {
    let (unix, socket) = match sockets.unix {
        Some(handed) => (Some(handed), None),
        None if config.unix_socket => serve::listen_unix(data_dir.path()).unzip(),
        None => (None, None),
    };
    let tcp = sockets
        .tcp
        .map_or_else(|| serve::listen(config.address.as_deref()), Ok)?;
    let metrics_listener = config.metrics_address.map(serve::listen_for_metrics).transpose()?;
    let metrics = Arc::new(Metrics::new(http::route_names(), http::error_kinds()));
    let kdf = make_kdf(config, &metrics);
    let token = Arc::new(data_dir.token(Arc::new(OsRandom))?);
    Ok(Prepared {
        kmd: make_kmd(config, &kdf, Arc::clone(&token))?,
        token,
        kdf,
        metrics,
        metrics_listener,
        tcp,
        unix,
        socket,
    })
}

async fn serve_data_dir(
    data_dir: &DataDir,
    prepared: Prepared,
    workers: Workers,
    start: Start,
) -> Result<Ended, StartError> {
    let signals = Signals::take().map_err(StartError::Runtime)?;
    let Start {
        config,
        timeout,
        manager,
    } = start;
    let Prepared {
        token,
        kmd,
        kdf,
        metrics,
        metrics_listener,
        tcp,
        unix,
        socket,
    } = prepared;
    let tcp = TcpListener::from_std(tcp).map_err(StartError::Runtime)?;
    let address = tcp.local_addr().map_err(|cause| StartError::Listen {
        address: config.address.clone().unwrap_or_default(),
        setting: serve::ADDRESS,
        cause,
    })?;
    serve::warn_when_exposed(address);
    let unix = unix
        .map(UnixListener::from_std)
        .transpose()
        .map_err(StartError::Runtime)?;
    let metrics_listener = metrics_listener
        .map(TcpListener::from_std)
        .transpose()
        .map_err(StartError::Runtime)?;
    let _pid = data_dir.state_file(files::PID, &std::process::id().to_string())?;
    let net = data_dir.state_file(files::NET, &address.to_string())?;
    let bridge = Bridge::new(Handle::current());
    let daemon = Arc::new(Daemon {
        kmd,
        token,
        cors: Cors {
            allowed_origins: config.allowed_origins,
            allow_private_network: config.allow_private_network,
        },
        body_budget: Budget::new(config.limits.buffered_bodies),
        limits: config.limits,
        watchdog: Watchdog::new(timeout.filter(|timeout| !timeout.is_zero())),
        readiness: Readiness::new(bridge.clone(), data_dir.path(), config.wallets_dir),
        bridge,
        metrics,
        kdf,
        sessions_changed: Notify::new(),
    });
    if let Some(Ok(address)) = metrics_listener.as_ref().map(TcpListener::local_addr) {
        info!(%address, "serving metrics, without a token");
    }
    info!(%address, unix_socket = unix.is_some(), "serving");
    say(&format!("kmd: serving on http://{address}"));
    manager.ready(address);
    let listeners = Listeners {
        tcp,
        unix,
        metrics: metrics_listener,
        announced: socket.into_iter().chain([net]).collect(),
    };
    Ok(serve::serve(daemon, Arc::new(workers), listeners, signals, &manager).await)
}

fn make_kdf(config: &Config, metrics: &Arc<Metrics>) -> Arc<PasswordKdf> {
    let kdf = PasswordKdf::new(PasswordKdfSettings {
        limits: KdfLimits {
            max_work: DEFAULT_KDF_WORK * u128::from(config.kdf.max_work_factor.get()),
            max_memory: config.kdf.max_memory.get().into(),
        },
        floor: config.scrypt_floor,
        parallel: config.kdf.parallel,
        queue: config.kdf.queue,
        threads: config.cores,
    });
    let metrics = Arc::clone(metrics);
    Arc::new(kdf.timed(Instant::now, move |time| metrics.derived(time)))
}

fn make_kmd(config: &Config, kdf: &Arc<PasswordKdf>, token: Arc<TokenFile>) -> Result<Kmd, StartError> {
    let random: Arc<dyn Random> = Arc::new(OsRandom);
    let sqlite = SqliteDriver::new(SqliteSettings {
        folder: config.wallets_dir.clone(),
        backups: config.backup_dir.clone(),
        params: config.scrypt,
        kdf: Arc::clone(kdf),
        random: Arc::clone(&random),
        on_skipped: Box::new(log_skipped),
        now: SystemTime::now,
    })?;
    let drivers: Vec<Box<dyn Driver>> = vec![Box::new(sqlite), Box::new(NoLedger)];
    #[cfg(test)]
    let drivers = crate::panicking::with_driver(drivers);
    Ok(Kmd::new(KmdSettings {
        drivers,
        session_lifetime: config.session_lifetime,
        clock: Arc::new(BootClock),
        random,
        policy: Arc::new(AllowAll),
        recorder: Arc::new(AllowAll),
        threads: config.cores,
        token,
    }))
}

fn log_skipped(path: &Path, cause: &str) {
    // Shown escaped: a file's name may hold line breaks.
    warn!(?path, cause, "skipped a file in the wallets folder that is no wallet");
}

/// A panic is a bug. Its message may quote what it choked on, so only the place
/// is logged.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        error!(place, "panic: this is a bug, please report it");
        complain(&format!(
            "kmd: panic at {}: this is a bug, please report it",
            place.as_deref().unwrap_or("?")
        ));
    }));
}

/// Tells on standard output, which may be closed.
fn say(line: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
