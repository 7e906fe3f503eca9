//! This kernel, and one without memory that nobody else can read.

use crate::support::{
    daemon::{Daemon, Home},
    kernel::{self, Lacking},
};
use std::process::Command;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// As it is.
    This,
    /// Secrets are in locked memory that root can read.
    WithoutSecretMemory,
}

pub const KERNELS: [Kernel; 2] = [Kernel::WithoutSecretMemory, Kernel::This];

const NO_SECRET_MEMORY: Lacking = Lacking {
    call: libc::SYS_memfd_secret,
    errno: libc::ENOSYS,
};

impl Kernel {
    pub fn command(self, home: &Home) -> Command {
        match self {
            Self::This => home.command(),
            Self::WithoutSecretMemory => kernel::without(NO_SECRET_MEMORY, "kernel::becomes_the_daemon", home),
        }
    }

    pub fn start(self, home: &Home) -> Daemon {
        home.start_by(&mut self.command(home))
    }
}

/// Not a test, but the program that the tests start, by this name.
#[test]
fn becomes_the_daemon() {
    kernel::become_the_daemon();
}
