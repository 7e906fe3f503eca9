//! Installs a filter whose refusals the kernel logs, which the library that builds filters cannot.

use std::io;

use libc::{SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_SET_MODE_FILTER, SYS_seccomp};
use seccompiler::BpfProgram;

/// Filters the calls of all threads from now on. The process must have given up gaining privileges.
///
/// # Errors
/// Those of seccomp(2): `EINVAL` where the kernel, before 4.14, cannot log; `ESRCH` when a thread has another filter.
pub(crate) fn with_log(program: &BpfProgram) -> io::Result<()> {
    let mut instructions: Vec<libc::sock_filter> = program
        .iter()
        .map(|instruction| libc::sock_filter {
            code: instruction.code,
            jt: instruction.jt,
            jf: instruction.jf,
            k: instruction.k,
        })
        .collect();
    let program = libc::sock_fprog {
        len: instructions.len().try_into().map_err(|_| io::ErrorKind::InvalidInput)?,
        filter: instructions.as_mut_ptr(),
    };
    let flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG;
    // SAFETY: the kernel copies the program, which is as long as it says, and writes to nothing.
    let installed = unsafe { libc::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &raw const program) };
    match installed {
        0 => Ok(()),
        -1 => Err(io::Error::last_os_error()),
        _thread_with_another => Err(io::Error::from_raw_os_error(libc::ESRCH)),
    }
}
