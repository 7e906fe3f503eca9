//! A daemon under strace(1), which makes one system call of it fail, or kills it there.
//!
//! strace counts the calls of each thread on its own. That is enough: a request is worked on by one thread, and each
//! run has one request that writes.

use crate::support::{
    TOKEN,
    api::Api,
    daemon::{Exit, Home, Process, kmd},
    http::{Connection, Reply},
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::{
    fs,
    io::Write,
    net::SocketAddr,
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

/// Whether strace may trace here. Where it may not, says loudly what is not tested.
pub fn may_trace() -> bool {
    let traced = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "true"])
        .stderr(Stdio::null())
        .status();
    let may = traced.is_ok_and(|status| status.success());
    if !may {
        // Not `eprintln`: that is captured, and nobody reads it.
        let test = std::thread::current().name().unwrap_or("?").to_owned();
        let _ = writeln!(
            std::io::stderr(),
            "\n*** NOT TESTED: {test}: strace(1) is missing or may not trace here ***\n"
        );
    }
    may
}

impl Traced {
    pub fn start(home: &Home, injection: &Injection) -> Self {
        let Injection { call, what } = injection;
        let mut command = Command::new("strace");
        command
            .args(["-f", "-qq", "-o"])
            .arg(home.file("strace.log"))
            .arg(format!("--trace=?{call}"))
            .arg(format!("--inject=?{call}:{what}"))
            .arg(kmd().get_program())
            .arg("-d")
            .arg(&home.path)
            .env_remove("ALGORAND_DATA")
            .env_remove("XDG_DATA_HOME");
        let process = Process::spawn(&mut command);
        let address = process.serving();
        Self {
            home: home.clone(),
            process,
            address,
        }
    }

    /// The answer, or nothing when the daemon is gone before it gave one.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Option<Reply> {
        let connection = Connection::try_tcp(self.address?).ok()?;
        Api::new(connection, TOKEN)
            .try_call(method, path, &body.to_string())
            .ok()
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
