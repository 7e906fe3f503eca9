//! The system calls that kmd may make once it serves, each with who needs it.
//!
//! Those of glibc and of musl, of older and newer versions, and those that come seldom: a panic, a process that was
//! stopped and goes on, a file system that cannot do what others can. What is not here is refused, so a line is missing
//! where `Operation not permitted` shows in `kmd.log`, or SIGSYS ends a strict daemon; `strace -f` names the call.

use libc::*;

/// A call by its number, and who needs it.
pub(crate) type Needed = (c_long, &'static str);

/// Allowed whatever their arguments are.
pub(crate) const ALLOWED: &[Needed] = &[
    // Memory.
    (SYS_brk, "malloc"),
    (
        SYS_madvise,
        "malloc; huge pages of kmd-scrypt; kmd-memory; stacks of threads that ended",
    ),
    (SYS_memfd_secret, "kmd-memory"),
    (SYS_mlock, "kmd-memory, where there is no memfd_secret"),
    (SYS_mremap, "realloc of large pieces; SQLite"),
    (
        SYS_munmap,
        "malloc; kmd-memory; kmd-scrypt; stacks of threads that ended",
    ),
    // Threads.
    (SYS_exit, "a thread that ends"),
    (SYS_exit_group, "the process that ends"),
    (SYS_futex, "locks, and waiting for threads"),
    (SYS_getpid, "SQLite; abort"),
    (SYS_gettid, "kmd-scrypt, to lower the priority of its threads; abort"),
    (
        SYS_restart_syscall,
        "the kernel, after the process was stopped and goes on",
    ),
    (SYS_rseq, "threads of glibc since 2.35"),
    (SYS_rt_sigaction, "tokio, for signals; abort"),
    (SYS_rt_sigprocmask, "starting a thread; abort"),
    (SYS_rt_sigreturn, "the end of a signal handler"),
    (SYS_sched_getaffinity, "starting a thread in glibc; malloc of glibc"),
    (SYS_sched_yield, "tokio and locks that spin"),
    (SYS_set_robust_list, "starting a thread in glibc"),
    (SYS_set_tid_address, "the end of a detached thread in musl"),
    (
        SYS_sigaltstack,
        "starting a thread: the stack on which an overflow is reported",
    ),
    // Time and randomness.
    (SYS_clock_getres, "the clock, where it is not in the vDSO"),
    (
        SYS_clock_gettime,
        "the clock, where it is not in the vDSO; the clock of sessions",
    ),
    (
        SYS_clock_nanosleep,
        "sleeping; SQLite, while another process has a file",
    ),
    (SYS_getrandom, "keys, nonces, salts, handles"),
    (SYS_gettimeofday, "SQLite and musl, where it is not in the vDSO"),
    (SYS_nanosleep, "the same in musl and older glibc"),
    // Files that are open.
    (SYS_close, "files and connections"),
    (SYS_fallocate, "SQLite, to make a file larger"),
    (SYS_fchmod, "modes of kmd's files; SQLite, for journals"),
    (
        SYS_fchown,
        "SQLite as root: a journal belongs to whom the wallet belongs to",
    ),
    (SYS_fdatasync, "SQLite"),
    (SYS_flock, "the lock on the wallets folder"),
    (SYS_fstat, "files; SQLite"),
    (SYS_fsync, "SQLite; files that must last"),
    (SYS_ftruncate, "SQLite; kmd-memory"),
    (SYS_getdents64, "looking through the wallets folder"),
    (
        SYS_lseek,
        "SQLite, where it cannot read at a position; files read whole",
    ),
    (SYS_pread64, "SQLite; the change counter of wallets"),
    (SYS_pwrite64, "SQLite"),
    (SYS_read, "files; connections; signals"),
    (SYS_readv, "connections"),
    (SYS_write, "the log; files; connections; messages"),
    (SYS_writev, "connections; messages of a library that aborts"),
    // Files by name, which Landlock restricts.
    (SYS_faccessat, "SQLite, to see whether there is a journal"),
    (
        SYS_getcwd,
        "SQLite, where the data directory is named by a relative path",
    ),
    (SYS_mkdirat, "the wallets folder, where it is gone"),
    (SYS_newfstatat, "files, where there is no statx; SQLite"),
    (SYS_openat, "files; SQLite"),
    (SYS_readlinkat, "SQLite, for the full path of a wallet"),
    (SYS_renameat, "the log, when it is put aside; the token; new wallets"),
    (SYS_renameat2, "new wallets, never over another file"),
    (SYS_statx, "files"),
    (SYS_unlinkat, "journals; kmd.net and other files, at the end"),
    // Identity.
    (SYS_getegid, "libraries that ask whether they run with privileges"),
    (SYS_geteuid, "SQLite, to see whether it is root"),
    (SYS_getgid, "libraries that ask whether they run with privileges"),
    (SYS_getuid, "libraries that ask whether they run with privileges"),
    // Connections that come to kmd, and waiting for them.
    (SYS_accept4, "a connection that comes"),
    (SYS_epoll_create1, "tokio"),
    (SYS_epoll_ctl, "tokio"),
    (SYS_epoll_pwait, "tokio"),
    (SYS_eventfd2, "tokio, to wake a thread"),
    (SYS_getpeername, "a connection: who came"),
    (SYS_getsockname, "a listener: where it is"),
    (SYS_getsockopt, "a connection: its errors"),
    (SYS_recvfrom, "requests"),
    (SYS_sendto, "answers"),
    (SYS_setsockopt, "a connection: answers are not held back"),
    (SYS_shutdown, "the end of a connection"),
];

/// Older calls that newer ones replace, which x86_64 still has and libraries use there.
#[cfg(target_arch = "x86_64")]
pub(crate) const LEGACY: &[Needed] = &[
    (SYS_access, "SQLite, to see whether there is a journal"),
    (SYS_epoll_wait, "tokio"),
    (
        SYS_lstat,
        "SQLite, for the full path of a wallet, in musl and older glibc",
    ),
    (SYS_mkdir, "the wallets folder, where it is gone"),
    (SYS_open, "files and SQLite, in musl"),
    (SYS_readlink, "SQLite, for the full path of a wallet"),
    (SYS_rename, "the log, when it is put aside; the token; new wallets"),
    (SYS_stat, "files and SQLite, in musl and older glibc"),
    (SYS_time, "SQLite, where it is not in the vDSO"),
    (SYS_unlink, "journals; kmd.net and other files, at the end"),
];

/// Other processors have none of them.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) const LEGACY: &[Needed] = &[];

/// A call that is allowed where one of its arguments is as it should be.
pub(crate) struct Checked {
    pub(crate) call: c_long,
    /// Which one, from 0.
    pub(crate) argument: u8,
    pub(crate) is: Argument,
    /// Who needs it.
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, and tests"))]
    pub(crate) why: &'static str,
}

/// How an argument should be.
#[derive(Clone, Copy)]
pub(crate) enum Argument {
    /// One of these values.
    OneOf(&'static [u64]),
    /// With all of these bits.
    With(u64),
    /// With none of these bits.
    Without(u64),
    /// The id of the process itself.
    ThisProcess,
}

use Argument::{OneOf, ThisProcess, With, Without};

/// Allowed with such an argument only.
#[allow(clippy::unnecessary_cast, reason = "musl has other types than glibc")]
pub(crate) const CHECKED: &[Checked] = &[
    Checked {
        call: SYS_clone,
        argument: 0,
        is: With(CLONE_THREAD as u64),
        why: "threads, and no processes",
    },
    Checked {
        call: SYS_mmap,
        argument: 2,
        is: Without(PROT_EXEC as u64),
        why: "malloc; stacks; kmd-memory; kmd-scrypt; SQLite: nothing that could be run",
    },
    Checked {
        call: SYS_mprotect,
        argument: 2,
        is: Without(PROT_EXEC as u64),
        why: "malloc; stacks; kmd-memory; kmd-scrypt: nothing that could be run",
    },
    Checked {
        call: SYS_fcntl,
        argument: 1,
        is: OneOf(&[
            F_DUPFD_CLOEXEC as u64,
            F_GETFD as u64,
            F_SETFD as u64,
            F_GETFL as u64,
            F_SETFL as u64,
            F_GETLK as u64,
            F_SETLK as u64,
            F_SETLKW as u64,
        ]),
        why: "locks of SQLite; flags of connections; but no signals to others (F_SETOWN)",
    },
    Checked {
        call: SYS_ioctl,
        argument: 1,
        is: OneOf(&[FIONBIO as u64]),
        why: "connections that do not block",
    },
    Checked {
        call: SYS_prctl,
        argument: 0,
        is: OneOf(&[PR_SET_NAME as u64, PR_SET_VMA as u64]),
        why: "names of threads, and of memory in newer glibc",
    },
    Checked {
        call: SYS_prlimit64,
        argument: 0,
        is: OneOf(&[0]),
        why: "kmd-memory, to say how much it may lock; starting a thread: of this process only",
    },
    Checked {
        call: SYS_getpriority,
        argument: 0,
        is: OneOf(&[PRIO_PROCESS as u64]),
        why: "kmd-scrypt, for one thread",
    },
    Checked {
        call: SYS_setpriority,
        argument: 0,
        is: OneOf(&[PRIO_PROCESS as u64]),
        why: "kmd-scrypt, for one thread",
    },
    Checked {
        call: SYS_socketpair,
        argument: 0,
        is: OneOf(&[AF_UNIX as u64]),
        why: "tokio, to be told of signals",
    },
    Checked {
        call: SYS_tgkill,
        argument: 0,
        is: ThisProcess,
        why: "abort in glibc",
    },
    Checked {
        call: SYS_tkill,
        argument: 1,
        is: OneOf(&[SIGABRT as u64]),
        why: "abort in musl",
    },
];
