//! The filters, run by a small interpreter of their instructions: what they say of every call that there is.

use std::collections::BTreeSet;

use libc::*;
use seccompiler::sock_filter;

use super::*;
use crate::syscalls::LEGACY;

/// The process that the filter is made for.
const PROCESS: u32 = 4711;

const ALLOW: u32 = SECCOMP_RET_ALLOW;
const KILL: u32 = SECCOMP_RET_KILL_PROCESS;
const NO_PERMISSION: u32 = SECCOMP_RET_ERRNO | EPERM as u32;
const NO_SUCH_CALL: u32 = SECCOMP_RET_ERRNO | ENOSYS as u32;

/// `AUDIT_ARCH_*` of the processor that this runs on, and of one that it is not.
const ARCH: [u32; 2] = if cfg!(target_arch = "x86_64") {
    [0xc000_003e, 0xc000_00b7]
} else {
    [0xc000_00b7, 0xc000_003e]
};

/// More than there are.
const NUMBERS: std::ops::Range<c_long> = 0..1024;

/// What nobody who got hold of the daemon may do, in the order of the documentation.
const FORBIDDEN: &[c_long] = &[
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_getfd,
    SYS_socket,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_sendmsg,
    SYS_bpf,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_perf_event_open,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_unshare,
    SYS_setns,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_personality,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_userfaultfd,
    SYS_kill,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_pidfd_send_signal,
    SYS_memfd_create,
    SYS_setuid,
    SYS_setresuid,
    SYS_capset,
    SYS_reboot,
    SYS_swapon,
    SYS_linkat,
    SYS_symlinkat,
    SYS_mknodat,
    SYS_seccomp,
    SYS_munlockall,
];

/// The stricter of the verdicts of both filters.
fn verdict(refused: Refused, arch: u32, call: c_long, arguments: [u64; 6]) -> u32 {
    let target = TargetArch::try_from(std::env::consts::ARCH).unwrap();
    let programs = [no_clone3(target), only_allowed(refused, PROCESS, target)];
    let verdicts = programs.map(|program| run(&program.unwrap(), arch, call, arguments));
    // The kernel's order: what kills is negative as a signed number, and the least goes first.
    verdicts
        .into_iter()
        .min_by_key(|verdict| verdict.cast_signed())
        .unwrap()
}

fn here(call: c_long, arguments: [u64; 6]) -> u32 {
    verdict(Refused::Fails, ARCH[0], call, arguments)
}

/// Runs a program as the kernel does, on the `seccomp_data` of a call.
fn run(program: &[sock_filter], arch: u32, call: c_long, arguments: [u64; 6]) -> u32 {
    let mut data = [0_u32; 16];
    data[0] = u32::try_from(call).unwrap();
    data[1] = arch;
    for (number, argument) in arguments.into_iter().enumerate() {
        data[4 + 2 * number] = argument as u32;
        data[5 + 2 * number] = (argument >> 32) as u32;
    }
    let (mut at, mut accumulator) = (0, 0);
    loop {
        let sock_filter { code, jt, jf, k } = program[at];
        at += 1;
        let branch = |taken: bool| usize::from(if taken { jt } else { jf });
        match u32::from(code) {
            code if code == BPF_LD | BPF_W | BPF_ABS => accumulator = data[k as usize / 4],
            code if code == BPF_ALU | BPF_AND | BPF_K => accumulator &= k,
            code if code == BPF_JMP | BPF_JA => at += k as usize,
            code if code == BPF_JMP | BPF_JEQ | BPF_K => at += branch(accumulator == k),
            code if code & 7 == BPF_RET => return k,
            code => panic!("the interpreter does not know {code:#x}"),
        }
    }
}

#[test]
fn a_call_is_allowed_that_is_listed_and_no_other() {
    let without_condition: BTreeSet<c_long> = ALLOWED.iter().chain(LEGACY).map(|(call, _)| *call).collect();
    let checked: BTreeSet<c_long> = CHECKED.iter().map(|checked| checked.call).collect();
    assert_eq!(
        without_condition.len(),
        ALLOWED.len() + LEGACY.len(),
        "one is listed twice"
    );
    assert_eq!(checked.len(), CHECKED.len(), "one is listed twice");
    assert!(without_condition.is_disjoint(&checked), "a condition without effect");
    for call in NUMBERS {
        // No argument that is checked may have all bits.
        let (fails, ends) = if call == SYS_clone3 {
            (NO_SUCH_CALL, NO_SUCH_CALL)
        } else if call == SYS_clone || without_condition.contains(&call) {
            (ALLOW, ALLOW)
        } else {
            (NO_PERMISSION, KILL)
        };
        let all_bits = [u64::MAX; 6];
        assert_eq!(verdict(Refused::Fails, ARCH[0], call, all_bits), fails, "{call}");
        assert_eq!(verdict(Refused::EndsProcess, ARCH[0], call, all_bits), ends, "{call}");
    }
}

#[test]
fn what_must_not_be_is_not_listed() {
    for call in FORBIDDEN {
        assert_eq!(here(*call, [0; 6]), NO_PERMISSION, "{call}");
        assert_eq!(verdict(Refused::EndsProcess, ARCH[0], *call, [0; 6]), KILL, "{call}");
    }
}

#[test]
fn calls_of_another_kind_end_the_process() {
    // 32-bit calls have other numbers, and those of x32 have this bit.
    let x32 = SYS_read | 0x4000_0000;
    assert_eq!(verdict(Refused::Fails, ARCH[1], SYS_read, [0; 6]), KILL);
    assert_eq!(verdict(Refused::EndsProcess, ARCH[0], x32, [0; 6]), KILL);
    assert_eq!(here(x32, [0; 6]), NO_PERMISSION);
}

#[test]
#[allow(clippy::unnecessary_cast, reason = "musl has other types than glibc")]
fn arguments_decide() {
    let thread = (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND) as u64;
    let data = (PROT_READ | PROT_WRITE) as u64;
    let code = (PROT_READ | PROT_EXEC) as u64;
    let me = u64::from(PROCESS);
    // What is after the call is the argument that counts, at its place.
    let cases: &[(c_long, usize, u64, bool)] = &[
        (SYS_clone, 0, thread, true),
        (SYS_clone, 0, SIGCHLD as u64, false),
        (SYS_clone, 0, (CLONE_VM | CLONE_VFORK | SIGCHLD) as u64, false),
        (SYS_mmap, 2, data, true),
        (SYS_mmap, 2, PROT_NONE as u64, true),
        (SYS_mmap, 2, code, false),
        (SYS_mprotect, 2, data, true),
        (SYS_mprotect, 2, code, false),
        (SYS_fcntl, 1, F_SETLK as u64, true),
        (SYS_fcntl, 1, F_SETOWN as u64, false),
        (SYS_fcntl, 1, 1030, true), // F_DUPFD_CLOEXEC
        (SYS_ioctl, 1, FIONBIO as u64, true),
        (SYS_ioctl, 1, TIOCSTI as u64, false),
        (SYS_prctl, 0, PR_SET_NAME as u64, true),
        (SYS_prctl, 0, PR_SET_DUMPABLE as u64, false),
        (SYS_prctl, 0, PR_SET_SECCOMP as u64, false),
        (SYS_prlimit64, 0, 0, true),
        (SYS_prlimit64, 0, me + 1, false),
        (SYS_setpriority, 0, PRIO_PROCESS as u64, true),
        (SYS_setpriority, 0, PRIO_USER as u64, false),
        (SYS_socketpair, 0, AF_UNIX as u64, true),
        (SYS_socketpair, 0, AF_INET as u64, false),
        (SYS_tgkill, 0, me, true),
        (SYS_tgkill, 0, me + 1, false),
        (SYS_tkill, 1, SIGABRT as u64, true),
        (SYS_tkill, 1, SIGKILL as u64, false),
    ];
    for (call, at, value, allowed) in cases {
        // All others have no meaning here.
        let mut arguments = [u64::MAX; 6];
        arguments[*at] = *value;
        let expected = if *allowed { ALLOW } else { NO_PERMISSION };
        assert_eq!(here(*call, arguments), expected, "{call} with {value:#x}");
    }
    let tested: BTreeSet<c_long> = cases.iter().map(|(call, ..)| *call).collect();
    let untested = CHECKED.iter().filter(|checked| !tested.contains(&checked.call));
    assert_eq!(
        untested.map(|checked| checked.call).collect::<Vec<_>>(),
        [SYS_getpriority]
    );
}

#[test]
fn each_line_has_its_reason() {
    let reasons = ALLOWED.iter().chain(LEGACY).map(|(call, why)| (*call, *why));
    for (call, why) in reasons.chain(CHECKED.iter().map(|checked| (checked.call, checked.why))) {
        assert!(why.len() > 3, "{call} has none");
    }
}
