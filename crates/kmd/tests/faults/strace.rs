//! A daemon under strace(1), which makes one system call of it fail, or kills it there.
//!
//! strace counts the calls of each thread on its own. That is enough: a request is worked on by one thread, and each
//! run has one request that writes.

use crate::support::{
    daemon::{Exit, Home, Process, kmd, wrap},
    not_tested,
};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
};

/// What changes a disk, or answers. Not every machine has all of these: old names of calls are missing on new ones.
pub const WRITES: [&str; 13] = [
    "pwrite64",
    "write",
    "writev",
    "fsync",
    "fdatasync",
    "ftruncate",
    "mkdir",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "fchmod",
];

/// The files in the data directory that are written with write(2).
const FILES: [&str; 4] = [
    "kmd.log",
    ".kmd.pid.unfinished",
    ".kmd.net.unfinished",
    ".kmd.token.unfinished",
];

/// Something that strace does to one call, as it spells it: `pwrite64:signal=KILL:when=3`.
pub struct Injection {
    pub call: &'static str,
    pub what: String,
}

/// A daemon that strace watches.
pub struct Traced {
    home: Home,
    process: Process,
    /// Nothing when it did not get as far as serving.
    pub address: Option<SocketAddr>,
}

/// Whether strace may trace here. Where it may not, says what is not tested.
pub fn may_trace() -> bool {
    let traced = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "true"])
        .stderr(Stdio::null())
        .status();
    let may = traced.is_ok_and(|status| status.success());
    if !may {
        let thread = std::thread::current();
        not_tested(
            thread.name().unwrap_or("what fails at one call"),
            "strace(1) is missing or may not trace here",
        );
    }
    may
}

impl Traced {
    pub fn start(home: &Home, injection: &Injection) -> Self {
        let Injection { call, what } = injection;
        // Threads wake each other by writing too, which never fails.
        let only = |name: &str| format!("--trace-path={}", home.file(name).display());
        let files = FILES.iter().filter(|_| what.starts_with("error") && *call == "write");
        let mut options = vec![
            "-f".to_owned(),
            format!("--trace=?{call}"),
            format!("--inject=?{call}:{what}"),
        ];
        options.extend(files.map(|name| only(name)));
        Self::start_with(home, &options)
    }

    /// Starts a daemon whose writes strace writes down, for [`Call::all_in`].
    pub fn recorded(home: &Home) -> Self {
        let calls = WRITES.map(|call| format!("?{call}")).join(",");
        let options = ["-ff", "-ttt", "-y", "-xx", "--string-limit=100000"].map(str::to_owned);
        Self::start_with(home, &[&options[..], &[format!("--trace=?openat,{calls}")]].concat())
    }

    fn start_with(home: &Home, options: &[String]) -> Self {
        let mut command = Command::new("strace");
        command.args(["-qq", "-o"]).arg(home.file("strace.log")).args(options);
        let process = Process::spawn(wrap(&mut command, &home.command()));
        let address = process.serving();
        Self {
            home: home.clone(),
            process,
            address,
        }
    }

    /// Stops the daemon, where it still runs.
    pub fn stop(mut self) -> Exit {
        self.signal(Signal::TERM);
        self.process.wait()
    }

    /// Whether strace has done what it was told to.
    pub fn was_injected(home: &Home) -> bool {
        let log = fs::read_to_string(home.file("strace.log")).unwrap_or_default();
        log.contains("(INJECTED)") || log.contains("killed by SIGKILL")
    }

    fn signal(&self, signal: Signal) {
        // The daemon itself, not strace. Once it serves its id is there, until it ends.
        let pid = fs::read_to_string(self.home.file("kmd.pid")).unwrap_or_default();
        if let Some(pid) = pid.parse().ok().and_then(Pid::from_raw)
            && fs::read_link(format!("/proc/{}/exe", pid.as_raw_nonzero())).is_ok_and(|exe| exe == *kmd().get_program())
        {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        // strace lets go of the daemon when it is killed itself.
        self.signal(Signal::KILL);
    }
}

/// A call that changes the wallets folder, as strace recorded it.
#[derive(Debug)]
pub enum Call {
    Make {
        name: String,
    },
    Write {
        name: String,
        offset: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        name: String,
        length: usize,
    },
    Sync {
        name: String,
    },
    SyncFolder,
    Remove {
        name: String,
    },
    Rename {
        from: String,
        to: String,
    },
}

impl Call {
    /// The calls that succeeded and changed `folder`, in the order of their time.
    pub fn all_in(home: &Home, folder: &Path) -> Vec<Self> {
        // One file a thread: in one file of all, lines would be torn.
        let logs = fs::read_dir(&home.path).unwrap().map(|entry| entry.unwrap().path());
        let logs = logs.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("strace.log."));
        let mut lines: Vec<String> = logs
            .flat_map(|log| {
                fs::read_to_string(log)
                    .unwrap()
                    .lines()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect();
        // Each begins with its time.
        lines.sort_unstable();
        lines.iter().filter_map(|line| Self::read(line, folder)).collect()
    }

    /// Reads a line such as `1795543427.796617 pwrite64(3<\x2f\x74>, "\x61\x22", 2, 7) = 2`.
    fn read(line: &str, folder: &Path) -> Option<Self> {
        let (_, call) = line.split_once(' ')?;
        let (name, rest) = call.split_once('(')?;
        let (arguments, result) = rest.rsplit_once(") = ")?;
        if result.starts_with('-') {
            return None;
        }
        let arguments: Vec<&str> = arguments.split(", ").collect();
        let inside = |argument: &str| {
            let path = String::from_utf8(unhex(argument)).unwrap();
            let name = Path::new(&path).strip_prefix(folder).ok()?;
            Some(name.to_str().unwrap().to_owned())
        };
        let number = |argument: &str| argument.parse().unwrap();
        let first = || inside(arguments.first()?).filter(|name| !name.is_empty());
        Some(match name {
            "openat" if arguments[2].contains("O_CREAT") => Self::Make {
                name: inside(arguments[1])?,
            },
            "pwrite64" => Self::Write {
                name: first()?,
                offset: number(arguments[3]),
                bytes: unhex(arguments[1]),
            },
            "ftruncate" => Self::Truncate {
                name: first()?,
                length: number(arguments[1]),
            },
            "fsync" | "fdatasync" if inside(arguments[0])?.is_empty() => Self::SyncFolder,
            "fsync" | "fdatasync" => Self::Sync { name: first()? },
            "unlink" => Self::Remove { name: first()? },
            "unlinkat" => Self::Remove {
                name: inside(arguments[1])?,
            },
            "rename" => Self::Rename {
                from: first()?,
                to: inside(arguments[1])?,
            },
            "renameat" | "renameat2" => Self::Rename {
                from: inside(arguments[1])?,
                to: inside(arguments[3])?,
            },
            _ => return None,
        })
    }
}

/// The bytes that an argument spells: `"\x61\x62"`, or `3<\x61\x62>` for a file that is open.
fn unhex(argument: &str) -> Vec<u8> {
    let digits = argument.split("\\x").skip(1).map(|pair| &pair[..2]);
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
