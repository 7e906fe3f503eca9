//! This kernel, and one without memory that nobody else can read. This program puts a filter before a daemon, by which
//! the call for such memory fails as on an older kernel, and becomes the daemon.

use crate::support::daemon::{Daemon, Home, kmd};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use std::{collections::BTreeMap, env, os::unix::process::CommandExt, process::Command};

const DIRECTORY: &str = "FORENSIC_TEST_DIRECTORY";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// As it is.
    This,
    /// Secrets are in locked memory that root can read.
    WithoutSecretMemory,
}

pub const KERNELS: [Kernel; 2] = [Kernel::WithoutSecretMemory, Kernel::This];

impl Kernel {
    pub fn command(self, home: &Home) -> Command {
        match self {
            Self::This => home.command(),
            Self::WithoutSecretMemory => {
                let mut command = Command::new(env::current_exe().unwrap());
                command
                    .args(["--exact", "kernel::becomes_the_daemon", "--nocapture"])
                    .env(DIRECTORY, &home.path);
                command
            }
        }
    }

    pub fn start(self, home: &Home) -> Daemon {
        home.start_by(&mut self.command(home))
    }
}

/// Not a test, but the program that the tests start, by this name.
#[test]
fn becomes_the_daemon() {
    let Some(directory) = env::var_os(DIRECTORY) else {
        return;
    };
    let filter = SeccompFilter::new(
        BTreeMap::from([(libc::SYS_memfd_secret, Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::ENOSYS.unsigned_abs()),
        env::consts::ARCH.try_into().unwrap(),
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    seccompiler::apply_filter(&program).unwrap();
    panic!("{}", kmd().arg("-d").arg(directory).exec());
}
