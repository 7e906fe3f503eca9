//! Daemons to measure: each runs in a data directory of its own, which goes when the last that needs it goes.

use std::cell::OnceCell;
use std::fs::{self, DirBuilder, File, Permissions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use kmd_api::{Encoding, files, v1};
use rustix::param::clock_ticks_per_second;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::client::{Client, Endpoint};
use crate::http::{self, TOKEN};
use crate::stop;

/// How long a daemon may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at a daemon that starts.
const START_POLL: Duration = Duration::from_micros(200);
const STOP_POLL: Duration = Duration::from_millis(2);

/// What is measured, where, and for how long.
pub struct Lab {
    folder: TempDir,
    /// Ours, then perhaps another.
    pub subjects: Vec<Subject>,
    /// Length of a timed round.
    pub round: Duration,
    /// The wallet with many keys, made when it is first needed.
    pub many_keys: OnceCell<PathBuf>,
}

/// A binary to measure.
#[derive(Clone)]
pub struct Subject {
    /// What its column is called.
    pub label: &'static str,
    pub binary: PathBuf,
}

/// What new wallets pay for a guess of their password.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kdf {
    /// As the daemon is delivered.
    Default,
    /// Nothing, for what is not about unlocking.
    Cheap,
}

/// A data directory.
pub struct Home {
    folder: TempDir,
    kdf: Kdf,
}

/// A daemon that answers; stopped when dropped.
pub struct Daemon {
    // Before the home, which can only go when nobody uses it any more.
    process: Process,
    address: SocketAddr,
    home: Home,
    /// From before the process was made to its first answer.
    pub first_answer: Duration,
}

/// A running process; stopped when dropped.
struct Process(Child);

impl Lab {
    /// Takes a folder in `base` for everything.
    ///
    /// # Errors
    /// When that cannot be made.
    pub fn new(base: &Path, subjects: Vec<Subject>, round: Duration) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("kmd-bench.")
            .tempdir_in(base)
            .with_context(|| format!("no folder can be made in {}", base.display()))?;
        Ok(Self {
            folder,
            subjects,
            round,
            many_keys: OnceCell::new(),
        })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A fresh data directory.
    ///
    /// # Errors
    /// Of the file system.
    pub fn home(&self, kdf: Kdf) -> Result<Home> {
        let folder = TempDir::with_prefix_in("home.", self.path())?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700))?;
        let home = Home { folder, kdf };
        home.write(files::TOKEN, TOKEN)?;
        DirBuilder::new().mode(0o700).create(home.wallets())?;
        Ok(home)
    }

    /// Starts a daemon in a fresh data directory.
    ///
    /// # Errors
    /// As [`Self::home`] and [`Home::start`].
    pub fn start(&self, subject: &Subject, kdf: Kdf) -> Result<Daemon> {
        self.home(kdf)?.start(subject)
    }
}

impl Home {
    /// The folder of the wallets.
    pub fn wallets(&self) -> PathBuf {
        self.folder.path().join(files::SQLITE_WALLETS)
    }

    /// Starts a daemon here.
    ///
    /// # Errors
    /// It does not answer within the time that a start may take.
    pub fn start(self, subject: &Subject) -> Result<Daemon> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        self.write(files::CONFIG, &config(address, self.kdf))?;
        let output = File::create(self.output())?;
        let started = Instant::now();
        let child = Command::new(&subject.binary)
            .arg("-d")
            .arg(self.folder.path())
            .env_remove("ALGORAND_DATA")
            .env("KMD_NOUSB", "1")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("{} cannot be started", subject.binary.display()))?;
        let mut daemon = Daemon {
            process: Process(child),
            address,
            home: self,
            first_answer: Duration::ZERO,
        };
        daemon.wait_for_answer(started)?;
        Ok(daemon)
    }

    fn output(&self) -> PathBuf {
        self.folder.path().join("output")
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.path().join(name);
        fs::write(&path, text)?;
        Ok(fs::set_permissions(&path, Permissions::from_mode(0o600))?)
    }
}

impl Daemon {
    /// Its wallets folder.
    pub fn wallets(&self) -> PathBuf {
        self.home.wallets()
    }

    /// Its TCP listener.
    pub fn tcp(&self) -> Endpoint {
        Endpoint::Tcp(self.address)
    }

    /// Its Unix socket, where it has one.
    pub fn unix(&self) -> Option<Endpoint> {
        let path = self.home.folder.path().join(files::SOCKET);
        path.exists().then_some(Endpoint::Unix(path))
    }

    /// A connection over TCP.
    ///
    /// # Errors
    /// Nobody listens any more.
    pub fn client(&self) -> Result<Client> {
        Client::connect(&self.tcp())
    }

    /// A line of /proc/PID/status that is an amount of memory, in MiB.
    ///
    /// # Errors
    /// No such line.
    pub fn memory(&self, line: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.0.id()))?;
        let kilobytes: Option<f64> = status
            .lines()
            .find_map(|text| text.strip_prefix(line)?.strip_prefix(':'))
            .and_then(|text| text.trim().strip_suffix(" kB")?.parse().ok());
        Ok(kilobytes.with_context(|| format!("the system does not tell {line}"))? / 1024.0)
    }

    /// Processor time that it has used, in seconds; counted in ticks of 10 ms.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn cpu(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.0.id()))?;
        // The name, in brackets, may hold anything; user and system time are the 12th and 13th word after it.
        let words = stat
            .rsplit_once(") ")
            .map(|(_, words)| words.split(' ').skip(11).take(2));
        let ticks: Option<f64> = words.and_then(|words| words.map(|word| word.parse::<f64>().ok()).sum());
        Ok(ticks.context("the system does not tell the processor time")? / clock_ticks_per_second() as f64)
    }

    /// Stops it and gives its data directory back.
    ///
    /// # Errors
    /// It does not stop.
    pub fn stop(mut self) -> Result<Home> {
        self.process.terminate()?;
        Ok(self.home)
    }

    fn wait_for_answer(&mut self, started: Instant) -> Result<()> {
        let question = http::request(&v1::Versions::default(), Encoding::Json)?;
        let ask = |daemon: &Self| Client::connect(&daemon.tcp())?.expect(&question, 200);
        while ask(self).is_err() {
            stop::check()?;
            if let Some(status) = self.process.0.try_wait()? {
                let output = fs::read_to_string(self.home.output()).unwrap_or_default();
                bail!("the daemon does not start ({status}): {}", output.trim());
            }
            if started.elapsed() > PATIENCE {
                bail!("the daemon neither answers nor ends");
            }
            std::thread::sleep(START_POLL);
        }
        self.first_answer = started.elapsed();
        Ok(())
    }
}

impl Process {
    fn terminate(&mut self) -> Result<()> {
        if self.0.try_wait()?.is_some() {
            return Ok(());
        }
        kill_process(Pid::from_child(&self.0), Signal::TERM)?;
        let told = Instant::now();
        while self.0.try_wait()?.is_none() {
            if told.elapsed() > PATIENCE {
                self.0.kill()?;
                self.0.wait()?;
                bail!("the daemon did not stop and was killed");
            }
            std::thread::sleep(STOP_POLL);
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.terminate() {
            eprintln!("kmd-bench: {error:#}");
        }
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A configuration that both daemons understand.
fn config(address: SocketAddr, kdf: Kdf) -> String {
    let scrypt = match kdf {
        Kdf::Default => "",
        Kdf::Cheap => r#", "allow_unsafe_scrypt": true, "scrypt": {"scrypt_n": 2, "scrypt_r": 1, "scrypt_p": 1}"#,
    };
    format!(
        r#"{{"address": "{address}", "session_lifetime_secs": 36000,
"drivers": {{"sqlite": {{"wallets_dir": ""{scrypt}}}, "ledger": {{"disable": true}}}}}}"#
    )
}
