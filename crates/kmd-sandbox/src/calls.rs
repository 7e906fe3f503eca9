//! System calls, through seccomp.
//!
//! Two filters hold at once, and for each call the stricter of their verdicts: one that allows what [`syscalls`] lists
//! and refuses all else, and one that says of `clone3` that there is no such call. Its flags lie in memory, where no
//! filter can look; libraries then take `clone`, whose flags are checked.

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use crate::install;
use crate::syscalls::{self, ALLOWED, Argument, CHECKED};
use crate::{Missing, Refused};

/// Filters the calls of all threads of the process from now on.
pub(crate) fn restrict(refused: Refused) -> Result<(), Missing> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(said)?;
    let no_clone3 = no_clone3(arch).map_err(said)?;
    let only_allowed = only_allowed(refused, std::process::id(), arch).map_err(said)?;
    // In this order: the last one forbids to install any more.
    without_log(&no_clone3)?;
    // A refusal of the other is no event: libraries ask whether there is such a call.
    match install::with_log(&only_allowed) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => without_log(&only_allowed),
        installed => installed.map_err(said),
    }
}

fn without_log(program: &BpfProgram) -> Result<(), Missing> {
    seccompiler::apply_filter_all_threads(program).map_err(|error| match error {
        seccompiler::Error::Seccomp(cause) | seccompiler::Error::Prctl(cause) => said(cause),
        other => said(other),
    })
}

fn said(error: impl ToString) -> Missing {
    Missing::Seccomp(error.to_string())
}

/// Allows everything but `clone3`, which there seems not to be.
fn no_clone3(arch: TargetArch) -> Result<BpfProgram, BackendError> {
    let there_is_none = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let rules = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    SeccompFilter::new(rules, SeccompAction::Allow, there_is_none, arch)?.try_into()
}

/// Allows what is listed. The process is needed for what it may do to itself only.
fn only_allowed(refused: Refused, process: u32, arch: TargetArch) -> Result<BpfProgram, BackendError> {
    let otherwise = match refused {
        Refused::Fails => SeccompAction::Errno(libc::EPERM.unsigned_abs()),
        Refused::EndsProcess => SeccompAction::KillProcess,
    };
    // The filter of `clone3` answers it; this one must not refuse it first.
    let mut rules = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    rules.extend(ALLOWED.iter().map(|(call, _)| (*call, Vec::new())));
    rules.extend(syscalls::LEGACY.iter().map(|(call, _)| (*call, Vec::new())));
    for checked in CHECKED {
        let allowed = alternatives(checked.argument, checked.is, process)?;
        rules.entry(checked.call).or_default().extend(allowed);
    }
    SeccompFilter::new(rules, otherwise, SeccompAction::Allow, arch)?.try_into()
}

/// The rules one of which must match.
fn alternatives(number: u8, is: Argument, process: u32) -> Result<Vec<SeccompRule>, BackendError> {
    let rule = |operator: SeccompCmpOp, value: u64| {
        // All of them are of type int, or bits in the lower half.
        let condition = SeccompCondition::new(number, SeccompCmpArgLen::Dword, operator, value)?;
        SeccompRule::new(vec![condition])
    };
    match is {
        Argument::OneOf(values) => values.iter().map(|value| rule(SeccompCmpOp::Eq, *value)).collect(),
        Argument::With(bits) => Ok(vec![rule(SeccompCmpOp::MaskedEq(bits), bits)?]),
        Argument::Without(bits) => Ok(vec![rule(SeccompCmpOp::MaskedEq(bits), 0)?]),
        Argument::ThisProcess => Ok(vec![rule(SeccompCmpOp::Eq, process.into())?]),
    }
}

#[cfg(test)]
#[path = "calls/tests.rs"]
mod tests;
