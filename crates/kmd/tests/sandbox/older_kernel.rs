//! Kernels that have less than this one.

use super::{said, sandboxed};
use crate::support::{
    daemon::{Home, Process, run},
    kernel::{self, Lacking},
};
use std::process::Command;

/// What is missing, the call that fails, and what kmd says of it.
const KERNELS: [(&str, Lacking, &str); 3] = [
    (
        "Landlock",
        Lacking {
            call: libc::SYS_landlock_create_ruleset,
            errno: libc::ENOSYS,
        },
        "files are not restricted: this kernel has no Landlock",
    ),
    (
        "Landlock at boot",
        Lacking {
            call: libc::SYS_landlock_create_ruleset,
            errno: libc::EOPNOTSUPP,
        },
        "files are not restricted: Landlock is not switched on; boot with `landlock` in the parameter `lsm=`",
    ),
    (
        "seccomp",
        Lacking {
            call: libc::SYS_seccomp,
            errno: libc::ENOSYS,
        },
        "system calls are not restricted: seccomp refused: ",
    ),
];

/// Not a test, but the program that the tests below start, by this name.
#[test]
fn becomes_the_daemon() {
    kernel::become_the_daemon();
}

fn without(lacking: Lacking, home: &Home) -> Command {
    kernel::without(lacking, "older_kernel::becomes_the_daemon", home)
}

#[test]
fn auto_makes_do_with_what_there_is() {
    for (lacking, call, words) in KERNELS {
        let home = sandboxed("auto");
        let daemon = home.start_by(&mut without(call, &home));
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
    for (lacking, call, words) in KERNELS {
        let home = sandboxed("strict");
        let exit = run(&mut without(call, &home));
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
    for (_, call, _) in KERNELS {
        let home = sandboxed("off");
        let process = Process::spawn(&mut without(call, &home));
        assert!(process.serving().is_some());
    }
}
