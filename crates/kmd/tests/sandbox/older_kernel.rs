//! Kernels that have less than this one. This program puts a filter of its own before a daemon, by which system calls
//! fail as they do where the kernel does not know them, and becomes the daemon.

use super::{said, sandboxed};
use crate::support::daemon::{Home, Process, kmd, run};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use std::{collections::BTreeMap, env, os::unix::process::CommandExt, process::Command};

/// What the kernel lacks, for the program that becomes the daemon.
const LACKING: &str = "KMD_TEST_KERNEL_WITHOUT";
const DIRECTORY: &str = "KMD_TEST_DIRECTORY";

/// What is missing, the call that fails and how, and what kmd says of it.
const KERNELS: [(&str, i64, i32, &str); 3] = [
    (
        "Landlock",
        libc::SYS_landlock_create_ruleset,
        libc::ENOSYS,
        "files are not restricted: this kernel has no Landlock",
    ),
    (
        "Landlock at boot",
        libc::SYS_landlock_create_ruleset,
        libc::EOPNOTSUPP,
        "files are not restricted: Landlock is not switched on; boot with `landlock` in the parameter `lsm=`",
    ),
    (
        "seccomp",
        libc::SYS_seccomp,
        libc::ENOSYS,
        "system calls are not restricted: seccomp refused: ",
    ),
];

/// Not a test, but the program that the tests below start, by this name.
#[test]
fn becomes_the_daemon() {
    let Ok(lacking) = env::var(LACKING) else { return };
    let (_, call, errno, _) = KERNELS.iter().find(|(name, ..)| *name == lacking).unwrap();
    let filter = SeccompFilter::new(
        BTreeMap::from([(*call, Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::Errno(errno.unsigned_abs()),
        env::consts::ARCH.try_into().unwrap(),
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    seccompiler::apply_filter(&program).unwrap();
    panic!("{}", kmd().arg("-d").arg(env::var_os(DIRECTORY).unwrap()).exec());
}

fn without(lacking: &str, home: &Home) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "older_kernel::becomes_the_daemon", "--nocapture"])
        .env(LACKING, lacking)
        .env(DIRECTORY, &home.path);
    command
}

#[test]
fn auto_makes_do_with_what_there_is() {
    for (lacking, _, _, words) in KERNELS {
        let home = sandboxed("auto");
        let daemon = home.start_by(&mut without(lacking, &home));
        let mut api = daemon.api();
        let id = api.create("first", "");
        let handle = api.open(&id, "");
        api.generate(&handle);
        let said = said(&home);
        let warned = said.lines().any(|line| line.contains("WARN") && line.contains(words));
        assert!(warned, "{lacking}: {said}");
        assert!(said.contains("sandbox: in force: no new privileges; "), "{said}");
        let other = if lacking == "seccomp" {
            "Landlock (version"
        } else {
            "seccomp, "
        };
        assert!(said.contains(other), "{lacking}: {said}");
    }
}

#[test]
fn strict_does_not_start_without_all_of_it() {
    for (lacking, _, _, words) in KERNELS {
        let home = sandboxed("strict");
        let exit = run(&mut without(lacking, &home));
        assert_eq!(exit.code, Some(3), "{lacking}: {exit:?}");
        for words in [words, "kmd.sandbox is \"strict\"", "set kmd.sandbox to \"auto\""] {
            assert!(exit.stderr.contains(words), "{lacking}: {exit:?}");
            assert!(said(&home).contains(words), "{lacking}: {}", said(&home));
        }
        for name in ["kmd.net", "kmd.pid", "kmd.sock"] {
            assert!(!home.has(name), "{name} after {exit:?}");
        }
    }
}

#[test]
fn off_needs_nothing() {
    for (lacking, ..) in KERNELS {
        let home = sandboxed("off");
        let process = Process::spawn(&mut without(lacking, &home));
        assert!(process.serving().is_some());
    }
}
