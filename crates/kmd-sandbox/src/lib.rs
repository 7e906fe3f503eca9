//! What the process gives up for good once it is set up: files, the network, other programs.
//!
//! [`Sandbox::enter`] puts up three walls, each of which only the kernel could take down again:
//!
//! 1. **No new privileges**: no program that it might start could gain any.
//! 2. **Landlock** ([`files`](mod@files)): no file outside the folders named, no port, no signal to others.
//! 3. **seccomp** ([`calls`](mod@calls)): no system call that is not on [a list](mod@syscalls).
//!
//! They are put up in this order: the second needs the first, and the third would forbid the second.
//!
//! Landlock holds for the calling thread and for threads that it starts from then on, so there must be no other
//! thread yet. That is looked at, and counts as a missing wall.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod calls;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[path = "no_calls.rs"]
mod calls;
mod files;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod install;
mod report;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod syscalls;

use std::path::PathBuf;

pub use report::{InForce, Missing};

/// The newest version of Landlock's interface whose restrictions are asked for.
pub const NEWEST_LANDLOCK: i32 = 10;

/// The walls, as they are wanted.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// The folders in which files may be read, written, made and removed. Each must exist.
    pub folders: Vec<PathBuf>,
    /// What becomes of a system call that is not on the list.
    pub refused: Refused,
    /// At most this version of Landlock's interface is used: [`NEWEST_LANDLOCK`], but where an older kernel is to be
    /// tried out.
    pub landlock: i32,
}

/// What becomes of a system call that is not on the list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    /// It fails with `EPERM`, what asked for it reports that, and the kernel logs it where it can.
    Fails,
    /// It ends the process, with SIGSYS and a line in the kernel's log.
    EndsProcess,
}

/// What came of it.
#[derive(Debug)]
pub struct Entered {
    /// The walls that stand.
    pub in_force: InForce,
    /// Those that do not, and why.
    pub missing: Vec<Missing>,
}

impl Sandbox {
    /// Puts up what walls the kernel offers. There is no way back.
    pub fn enter(&self) -> Entered {
        // rustix reads the size of a page once, from a file that is out of reach afterwards.
        rustix::param::page_size();
        let mut missing = Vec::new();
        if has_other_threads() {
            missing.push(Missing::Threads);
        }
        let privileges = rustix::thread::set_no_new_privs(true).map_err(|error| Missing::Privileges(error.into()));
        let files = files::restrict(&self.folders, self.landlock);
        let calls = calls::restrict(self.refused);
        let mut unless_missing = |problem: Missing| missing.push(problem);
        let in_force = InForce {
            no_new_privileges: privileges.map_err(&mut unless_missing).is_ok(),
            landlock: files.map_err(&mut unless_missing).ok(),
            seccomp: calls.map_err(&mut unless_missing).ok().map(|()| self.refused),
        };
        Entered { in_force, missing }
    }
}

/// Whether other threads run already. Where `/proc` does not tell, nobody knows of any.
fn has_other_threads() -> bool {
    std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() > 1)
}
