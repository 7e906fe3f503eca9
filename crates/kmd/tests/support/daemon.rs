//! A daemon process in a data directory of its own.

use super::{PATIENCE, TOKEN, api::Api, canary, http::Connection};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    os::unix::{fs::PermissionsExt, process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread::{self, JoinHandle},
};
use tempfile::TempDir;

/// A data directory; it goes when the last clone goes.
#[derive(Clone)]
pub struct Home {
    _folder: Arc<Folder>,
    pub path: PathBuf,
}

/// What a daemon logged there is looked through before it goes.
struct Folder(TempDir);

impl Drop for Folder {
    fn drop(&mut self) {
        canary::check_logs(self.0.path());
    }
}

/// A daemon that serves; killed when dropped.
pub struct Daemon {
    pub home: Home,
    pub address: SocketAddr,
    pub process: Process,
}

/// A running kmd, serving or not; killed when dropped.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    stdout: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
    stderr: Arc<Mutex<String>>,
    /// Whether it is a daemon: those may tell no secret, while commands print what they are asked for.
    served: AtomicBool,
}

/// How a process ended and all that it said.
#[derive(Debug)]
pub struct Exit {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The configuration of most tests: any free port, and a KDF that costs nothing.
pub fn cheap() -> Value {
    json!({
        "address": "127.0.0.1:0",
        "session_lifetime_secs": 3600,
        "drivers": {
            "sqlite": {
                "allow_unsafe_scrypt": true,
                "scrypt": {"scrypt_n": 2, "scrypt_r": 1, "scrypt_p": 1},
            },
            "ledger": {"disable": true},
        },
    })
}

/// `cheap`, with settings of our own section.
pub fn cheap_with(ours: Value) -> Value {
    let mut config = cheap();
    config["kmd"] = ours;
    config
}

/// The permission bits of a file.
pub fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .permissions()
        .mode()
        & 0o7777
}

impl Home {
    /// An empty directory that only its owner can open.
    pub fn empty() -> Self {
        Self::of(TempDir::with_prefix("kmd").unwrap())
    }

    fn of(folder: TempDir) -> Self {
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        Self {
            path: folder.path().to_owned(),
            _folder: Arc::new(Folder(folder)),
        }
    }

    /// A directory with this configuration and `TOKEN`.
    pub fn with(config: &Value) -> Self {
        Self::empty().configured(config)
    }

    /// The same in memory, where the system has a folder for that: for tests that write much, and do not look at what
    /// a disk makes of it.
    pub fn in_memory(config: &Value) -> Self {
        let folder = TempDir::with_prefix_in("kmd", "/dev/shm");
        folder.map_or_else(|_| Self::empty(), Self::of).configured(config)
    }

    fn configured(self, config: &Value) -> Self {
        self.write("kmd.token", TOKEN);
        self.write("kmd_config.json", &config.to_string());
        self
    }

    pub fn cheap() -> Self {
        Self::with(&cheap())
    }

    /// The same files, for a daemon in a directory below this one.
    pub fn below(&self, path: PathBuf) -> Self {
        Self {
            _folder: Arc::clone(&self._folder),
            path,
        }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.file(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        let path = self.file(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn has(&self, name: &str) -> bool {
        self.file(name).symlink_metadata().is_ok()
    }

    pub fn wallets(&self) -> PathBuf {
        self.file("sqlite_wallets")
    }

    /// Makes the wallets folder, for files that are to be there before the daemon is.
    pub fn make_wallets(&self) -> PathBuf {
        fs::create_dir_all(self.wallets()).unwrap();
        fs::set_permissions(self.wallets(), Permissions::from_mode(0o700)).unwrap();
        self.wallets()
    }

    /// The names of the wallet files, in order.
    pub fn wallet_files(&self) -> Vec<String> {
        wallet_files(&self.wallets())
    }

    pub fn command(&self) -> Command {
        let mut command = kmd();
        command.arg("-d").arg(&self.path);
        command
    }

    pub fn start(&self) -> Daemon {
        self.start_by(&mut self.command())
    }

    /// Starts what the command says and waits until it serves.
    pub fn start_by(&self, command: &mut Command) -> Daemon {
        self.started(Process::spawn(command))
    }

    /// The daemon that this process is, once it serves.
    pub fn started(&self, mut process: Process) -> Daemon {
        let Some(address) = process.serving() else {
            panic!("kmd did not start: {:#?}", process.wait());
        };
        Daemon {
            home: self.clone(),
            address,
            process,
        }
    }

    /// Starts a daemon that is not meant to get as far as serving.
    pub fn refuse(&self) -> Exit {
        run(&mut self.command())
    }
}

/// The `*.db` names of a folder, in the order of their bytes.
pub fn wallet_files(folder: &Path) -> Vec<String> {
    let mut names = names(folder);
    names.retain(|name| name.ends_with(".db"));
    names
}

/// All names of a folder, in the order of their bytes.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// The binary under test, without anything of this machine that would lead it astray.
pub fn kmd() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kmd"));
    command
        .env_remove("ALGORAND_DATA")
        .env_remove("XDG_DATA_HOME")
        .env("KMD_NOUSB", "1");
    command
}

/// Makes a command that is to start another run this one, in the environment that this one is to have.
pub fn wrap<'a>(outer: &'a mut Command, inner: &Command) -> &'a mut Command {
    outer.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// Runs a command that ends by itself.
pub fn run(command: &mut Command) -> Exit {
    let mut process = Process::spawn(command);
    process.wait().discreet()
}

impl Daemon {
    pub fn api(&self) -> Api {
        Api::new(Connection::tcp(self.address), TOKEN)
    }

    pub fn unix_api(&self) -> Api {
        Api::new(self.unix(), TOKEN)
    }

    pub fn tcp(&self) -> Connection {
        Connection::tcp(self.address)
    }

    pub fn unix(&self) -> Connection {
        Connection::unix(&self.home.file("kmd.sock"))
    }

    /// Stops it as a service manager would.
    pub fn stop(mut self) -> Exit {
        self.process.signal(Signal::TERM);
        self.process.wait()
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) -> Exit {
        self.process.signal(Signal::KILL);
        self.process.wait()
    }
}

impl Exit {
    /// The same, checked: what fails tells no secret on standard error.
    pub fn discreet(self) -> Self {
        if self.code != Some(0) {
            canary::check("stderr", self.stderr.as_bytes());
        }
        self
    }
}

impl Process {
    pub fn spawn(command: &mut Command) -> Self {
        Self::spawn_with(command, Stdio::null())
    }

    /// The same for what reads from us while it runs.
    pub fn spawn_with_stdin(command: &mut Command) -> (Self, ChildStdin) {
        let mut process = Self::spawn_with(command, Stdio::piped());
        let stdin = process.child.stdin.take().unwrap();
        (process, stdin)
    }

    pub fn spawn_with(command: &mut Command, stdin: impl Into<Stdio>) -> Self {
        let mut child = command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = Arc::new(Mutex::new(String::new()));
        let stderr = Arc::new(Mutex::new(String::new()));
        let (sender, lines) = mpsc::channel();

        let pipe = BufReader::new(child.stdout.take().unwrap());
        let kept = Arc::clone(&stdout);
        let read_stdout = thread::spawn(move || {
            for line in pipe.lines().map_while(Result::ok) {
                kept.lock().unwrap().push_str(&format!("{line}\n"));
                // Nobody listens any more once the daemon serves.
                let _ = sender.send(line);
            }
        });

        let mut pipe = child.stderr.take().unwrap();
        let kept = Arc::clone(&stderr);
        let read_stderr = thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            kept.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes));
        });

        Self {
            child,
            lines,
            stdout,
            readers: vec![read_stdout, read_stderr],
            stderr,
            served: AtomicBool::new(false),
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The address that the daemon says it serves, or nothing when it ends without saying so.
    pub fn serving(&self) -> Option<SocketAddr> {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    if let Some(address) = line.strip_prefix("kmd: serving on http://") {
                        self.served.store(true, Ordering::Relaxed);
                        return Some(address.parse().unwrap());
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => panic!("kmd neither serves nor ends"),
            }
        }
    }

    /// The next line that it says on stdout.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line")
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end, which is where its stdout ends.
    pub fn wait(&mut self) -> Exit {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("kmd does not end"),
            }
        }
        let status = self.child.wait().unwrap();
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        Exit {
            code: status.code(),
            signal: status.signal(),
            stdout: self.stdout.lock().unwrap().clone(),
            stderr: self.stderr.lock().unwrap().clone(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if self.served.load(Ordering::Relaxed) {
            for reader in self.readers.drain(..) {
                let _ = reader.join();
            }
            canary::check("stdout", self.stdout.lock().unwrap().as_bytes());
            canary::check("stderr", self.stderr.lock().unwrap().as_bytes());
        }
    }
}
