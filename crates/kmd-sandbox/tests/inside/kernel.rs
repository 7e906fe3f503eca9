//! Kernels that have less than this one: calls that they do not have, fail.

use std::collections::BTreeMap;

use seccompiler::{SeccompAction, SeccompFilter};

/// A kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    Real,
    /// From before Linux 5.13, or built without.
    WithoutLandlock,
    /// With Landlock, but booted without.
    LandlockOff,
    /// Built without seccomp.
    WithoutSeccomp,
}

impl Kernel {
    pub fn named(name: &str) -> Self {
        let all = [
            Self::Real,
            Self::WithoutLandlock,
            Self::LandlockOff,
            Self::WithoutSeccomp,
        ];
        all.into_iter().find(|kernel| format!("{kernel:?}") == name).unwrap()
    }

    /// From now on the process has this kernel.
    pub fn simulate(self) {
        let (call, errno) = match self {
            Self::Real => return,
            Self::WithoutLandlock => (libc::SYS_landlock_create_ruleset, libc::ENOSYS),
            Self::LandlockOff => (libc::SYS_landlock_create_ruleset, libc::EOPNOTSUPP),
            Self::WithoutSeccomp => (libc::SYS_seccomp, libc::ENOSYS),
        };
        let filter = SeccompFilter::new(
            BTreeMap::from([(call, Vec::new())]),
            SeccompAction::Allow,
            SeccompAction::Errno(errno.unsigned_abs()),
            std::env::consts::ARCH.try_into().unwrap(),
        );
        let program: seccompiler::BpfProgram = filter.unwrap().try_into().unwrap();
        seccompiler::apply_filter(&program).unwrap();
    }
}
