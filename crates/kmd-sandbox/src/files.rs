//! Files and ports, through Landlock.
//!
//! Everything is forbidden that the kernel's version of Landlock knows of; then little is allowed again. What a newer
//! version adds besides files (ports, signals, devices) is not needed at all, and seccomp forbids it too.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, make_bitflags,
};

use crate::Missing;

/// What may be done in a folder of kmd. Among what is missing: running a file, making links, devices or sockets,
/// moving a file to another folder.
const IN_A_FOLDER: BitFlags<AccessFs> = make_bitflags!(AccessFs::{
    ReadFile | ReadDir | WriteFile | Truncate | MakeReg | MakeDir | RemoveFile
});

/// What may be read elsewhere, and who reads it.
const READ_ELSEWHERE: [(&str, &str); 3] = [
    ("/dev/urandom", "SQLite, for the seed of its random numbers"),
    (
        "/proc/sys/vm/overcommit_memory",
        "malloc of glibc, to choose how to give memory back",
    ),
    (
        "/sys/devices/system/cpu/online",
        "malloc of glibc, for the number of its arenas",
    ),
];

/// Forbids the rest; gives the version of the interface that is in force.
pub(crate) fn restrict(folders: &[PathBuf], newest: i32) -> Result<i32, Missing> {
    let wanted = ABI::from(newest);
    let mut ruleset = forbid_all(wanted).map_err(refused)?;
    for folder in folders {
        let opened = PathFd::new(folder).map_err(|error| Missing::Folder {
            path: folder.clone(),
            cause: with_sources(&error),
        })?;
        ruleset = allow(ruleset, opened, IN_A_FOLDER & AccessFs::from_all(wanted))?;
    }
    for (path, _) in READ_ELSEWHERE {
        // Where there is no such file, nobody reads it.
        if let Ok(file) = PathFd::new(Path::new(path)) {
            ruleset = allow(ruleset, file, AccessFs::ReadFile.into())?;
        }
    }
    let restricted = ruleset.restrict_self().map_err(refused)?;
    match (restricted.ruleset, restricted.landlock) {
        (_, LandlockStatus::NotImplemented) => Err(Missing::NoLandlock),
        (_, LandlockStatus::NotEnabled) => Err(Missing::LandlockOff),
        (RulesetStatus::NotEnforced, _) => Err(Missing::Landlock("nothing is enforced".to_owned())),
        (_, LandlockStatus::Available { effective_abi, .. }) => Ok(effective_abi.min(wanted) as i32),
    }
}

/// A ruleset that forbids all that can be forbidden.
fn forbid_all(wanted: ABI) -> Result<RulesetCreated, RulesetError> {
    let mut ruleset = Ruleset::default().handle_access(AccessFs::from_all(wanted))?;
    // Nothing is no request, where the version that is wanted has nothing of the kind.
    if !AccessNet::from_all(wanted).is_empty() {
        ruleset = ruleset.handle_access(AccessNet::from_all(wanted))?;
    }
    if !Scope::from_all(wanted).is_empty() {
        ruleset = ruleset.scope(Scope::from_all(wanted))?;
    }
    ruleset.create()
}

fn allow(ruleset: RulesetCreated, beneath: PathFd, access: BitFlags<AccessFs>) -> Result<RulesetCreated, Missing> {
    ruleset.add_rule(PathBeneath::new(beneath, access)).map_err(refused)
}

fn refused(error: RulesetError) -> Missing {
    Missing::Landlock(with_sources(&error))
}

/// The error and what caused it.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !words.contains(&said) {
            words = format!("{words}: {said}");
        }
        cause = error.source();
    }
    words
}
