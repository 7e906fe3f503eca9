//! Kernels that know less than this one. A test program puts a filter of its own before a daemon, by which a system call
//! fails as it does where the kernel does not know it, and becomes the daemon.
//!
//! The program is a test by name, since there is no other that the tests could start:
//!
//! ```ignore
//! #[test]
//! fn becomes_the_daemon() {
//!     kernel::become_the_daemon();
//! }
//! ```

use super::daemon::{Home, kmd};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use std::{collections::BTreeMap, env, os::unix::process::CommandExt, process::Command};

/// The call that fails, and how, as `number errno`.
const FAILING: &str = "KMD_TEST_FAILING_CALL";
const DIRECTORY: &str = "KMD_TEST_DIRECTORY";

/// A system call that fails, and the number of its error.
#[derive(Clone, Copy, Debug)]
pub struct Lacking {
    pub call: i64,
    pub errno: i32,
}

/// What starts a daemon in this directory where a call fails. `program` is the path of the test that becomes the daemon.
pub fn without(lacking: Lacking, program: &str, home: &Home) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", program, "--nocapture"])
        .env(FAILING, format!("{} {}", lacking.call, lacking.errno))
        .env(DIRECTORY, &home.path);
    command
}

/// Becomes the daemon if this program was started for that, and does nothing in an ordinary run.
pub fn become_the_daemon() {
    let Ok(failing) = env::var(FAILING) else { return };
    let (call, errno) = failing.split_once(' ').unwrap();
    let filter = SeccompFilter::new(
        BTreeMap::from([(call.parse().unwrap(), Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::Errno(errno.parse().unwrap()),
        env::consts::ARCH.try_into().unwrap(),
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    seccompiler::apply_filter(&program).unwrap();
    panic!("{}", kmd().arg("-d").arg(env::var_os(DIRECTORY).unwrap()).exec());
}
