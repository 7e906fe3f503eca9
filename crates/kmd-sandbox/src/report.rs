//! What is in force and what is not, in words for the log.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::Refused;

/// The walls that stand.
///
/// For people, as [`Display`](fmt::Display).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct InForce {
    /// No program can gain privileges.
    pub no_new_privileges: bool,
    /// The version of Landlock's interface whose restrictions are in force.
    pub landlock: Option<i32>,
    /// System calls are filtered; what becomes of others than those on the list.
    pub seccomp: Option<Refused>,
}

/// A wall that is not there.
#[derive(Debug, Error)]
pub enum Missing {
    /// Something other than the calling thread runs already.
    #[error("threads that run already are not restricted by Landlock, which is a bug of kmd: please report it")]
    Threads,
    /// Privileges could not be given up.
    #[error("programs could still gain privileges: {0}")]
    Privileges(io::Error),
    /// The kernel has no Landlock.
    #[error("files are not restricted: this kernel has no Landlock (Linux has it since 5.13, where it is built in)")]
    NoLandlock,
    /// It has, but it is off.
    #[error("files are not restricted: Landlock is not switched on; boot with `landlock` in the parameter `lsm=`")]
    LandlockOff,
    /// A folder cannot be named to Landlock.
    #[error("files are not restricted: the folder {} cannot be opened: {cause}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// Landlock refused.
    #[error("files are not restricted: Landlock refused: {0}")]
    Landlock(String),
    /// The kernel took no filter.
    #[error("system calls are not restricted: seccomp refused: {0}")]
    Seccomp(String),
    /// There is no list of calls for such processors.
    #[error("system calls are not restricted: kmd knows those of x86_64 and aarch64 only")]
    Architecture,
}

/// What each version of Landlock's interface added to what the one before restricts.
const LANDLOCK: [(i32, &str); 6] = [
    (1, "files"),
    (4, "TCP"),
    (5, "devices"),
    (6, "signals and abstract sockets"),
    (9, "sockets with a path"),
    (10, "UDP"),
];

impl fmt::Display for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.no_new_privileges {
            f.write_str("no new privileges; ")?;
        }
        if let Some(version) = self.landlock {
            let restricted = LANDLOCK.iter().filter(|(since, _)| *since <= version);
            let restricted: Vec<&str> = restricted.map(|(_, what)| *what).collect();
            write!(f, "Landlock (version {version}) for {}; ", restricted.join(", "))?;
        }
        f.write_str(match self.seccomp {
            Some(Refused::Fails) => "seccomp, other system calls fail",
            Some(Refused::EndsProcess) => "seccomp, other system calls end the process",
            None => "all system calls are allowed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_force() {
        let cases = [
            (false, None, None, "all system calls are allowed"),
            (
                true,
                Some(3),
                Some(Refused::Fails),
                "no new privileges; Landlock (version 3) for files; seccomp, other system calls fail",
            ),
            (
                true,
                Some(7),
                Some(Refused::EndsProcess),
                "no new privileges; Landlock (version 7) for files, TCP, devices, signals and abstract sockets; \
                 seccomp, other system calls end the process",
            ),
        ];
        for (no_new_privileges, landlock, seccomp, words) in cases {
            let in_force = InForce {
                no_new_privileges,
                landlock,
                seccomp,
            };
            assert_eq!(in_force.to_string(), words);
        }
    }
}
