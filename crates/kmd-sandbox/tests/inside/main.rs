//! What can be done from inside, tried there: each probe runs in a process of its own that goes into the sandbox first.
//!
//! This program starts itself once for each probe. A probe is tried on a thread that was started inside, so that it
//! shows as well that threads have what their process has.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod child;
mod kernel;
mod probes;

use std::process::ExitCode;

use child::{Child, Ended};
use kernel::Kernel;
use kmd_sandbox::{NEWEST_LANDLOCK, Refused};
use probes::{Expected, PROBES};

/// `Operation not permitted`, `Permission denied`, `Invalid cross-device link`.
const EPERM: i32 = 1;
const EACCES: i32 = 13;
const EXDEV: i32 = 18;
const SIGSYS: i32 = 31;

fn main() -> ExitCode {
    if let Some(child) = Child::that_this_is() {
        child.run();
        return ExitCode::SUCCESS;
    }
    let tests: [(&str, fn()); 7] = [
        ("refused_calls_fail", refused_calls_fail),
        ("refused_calls_end_a_strict_process", refused_calls_end_a_strict_process),
        (
            "files_with_every_version_of_landlock",
            files_with_every_version_of_landlock,
        ),
        ("without_landlock_calls_are_refused", without_landlock_calls_are_refused),
        (
            "without_seccomp_files_and_ports_are_refused",
            without_seccomp_files_and_ports_are_refused,
        ),
        (
            "a_thread_that_runs_already_is_told_of",
            a_thread_that_runs_already_is_told_of,
        ),
        (
            "a_folder_that_is_not_there_is_told_of",
            a_folder_that_is_not_there_is_told_of,
        ),
    ];
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    for (name, test) in tests {
        if only.as_ref().is_none_or(|only| name.contains(only)) {
            test();
            println!("test {name} ... ok");
        }
    }
    ExitCode::SUCCESS
}

/// How a probe ends that is refused, as far as the kernel has what refuses it.
fn check(child: &Child, probe: &str, expected: Expected) {
    let ended = child.start(probe);
    let as_expected = match (expected, &ended) {
        (Expected::Works, Ended::Tried { errno }) => *errno == 0,
        (Expected::NoFile, Ended::Tried { errno }) => matches!(*errno, EACCES | EXDEV),
        (Expected::NoCall, Ended::Tried { errno }) => child.refused == Refused::Fails && *errno == EPERM,
        (Expected::NoCall, Ended::Killed { signal }) => child.refused == Refused::EndsProcess && *signal == SIGSYS,
        (Expected::Signal(expected), Ended::Killed { signal }) => *signal == expected,
        _ => false,
    };
    assert!(as_expected, "{probe}: {ended:?}, and not {expected:?}, with {child:?}");
}

fn check_all(child: &Child) {
    let said = child.missing();
    assert!(said.is_empty(), "{said}");
    for (probe, expected, _) in PROBES {
        check(child, probe, *expected);
    }
}

fn refused_calls_fail() {
    check_all(&Child::default());
}

fn refused_calls_end_a_strict_process() {
    check_all(&Child {
        refused: Refused::EndsProcess,
        ..Child::default()
    });
}

/// A newer version than the kernel's is no different from the kernel's.
fn files_with_every_version_of_landlock() {
    for landlock in 1..=NEWEST_LANDLOCK {
        let child = Child {
            landlock,
            ..Child::default()
        };
        for (probe, expected, _) in PROBES {
            if matches!(expected, Expected::Works | Expected::NoFile) {
                check(&child, probe, *expected);
            }
        }
    }
}

fn without_landlock_calls_are_refused() {
    for (kernel, words) in [
        (Kernel::WithoutLandlock, "this kernel has no Landlock"),
        (Kernel::LandlockOff, "Landlock is not switched on"),
    ] {
        let child = Child {
            kernel,
            ..Child::default()
        };
        let said = child.missing();
        assert!(said.contains(words) && said.lines().count() == 1, "{said}");
        for (probe, expected, _) in PROBES {
            match expected {
                Expected::Works | Expected::NoCall => check(&child, probe, *expected),
                Expected::NoFile | Expected::Signal(_) => {}
            }
        }
        check(&child, "reads a file outside", Expected::Works);
    }
}

fn without_seccomp_files_and_ports_are_refused() {
    let child = Child {
        kernel: Kernel::WithoutSeccomp,
        ..Child::default()
    };
    let said = child.missing();
    assert!(said.contains("seccomp refused") && said.lines().count() == 1, "{said}");
    for (probe, expected, _) in PROBES {
        if matches!(expected, Expected::Works | Expected::NoFile) {
            check(&child, probe, *expected);
        }
    }
    // With the fourth version or a newer one.
    check(&child, "connects by TCP", Expected::NoFile);
    check(&child, "binds a port", Expected::NoFile);
    check(&child, "runs another program", Expected::NoFile);
    check(&child, "starts a process", Expected::NoFile);
    check(&child, "makes executable memory by name", Expected::Works);
}

fn a_thread_that_runs_already_is_told_of() {
    let child = Child {
        threads_before: 1,
        ..Child::default()
    };
    let said = child.missing();
    assert!(
        said.contains("threads that run already") && said.lines().count() == 1,
        "{said}"
    );
}

fn a_folder_that_is_not_there_is_told_of() {
    let child = Child {
        folder: "nowhere".to_owned(),
        ..Child::default()
    };
    let said = child.missing();
    assert!(
        said.contains("nowhere cannot be opened: ") && said.lines().count() == 1,
        "{said}"
    );
}
