//! What the kernel says of the memory, and does about it: in this process, and in others that are
//! this program again, with less allowed to them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output};

use kmd_memory::{Protection, Reason, Secret, SecretSlice, protection, regions, usage};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

/// Names the test that a process is to run the inner part of.
const INNER: &str = "KMD_MEMORY_INNER";

/// Whether this is the inner process of a test.
fn is_inner(test: &str) -> bool {
    std::env::var_os(INNER).is_some_and(|inner| inner == test)
}

/// The inner part of a test, whose output is captured.
fn inner(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--test-threads=1"])
        .env(INNER, test)
        .env_remove("RUST_TEST_NOCAPTURE");
    command
}

/// Runs the inner part of a test.
fn run_inner(test: &str) -> Output {
    inner(test).arg("--nocapture").output().unwrap()
}

/// Runs the inner part of a test, which must succeed.
fn pass_inner(test: &str) {
    let output = run_inner(test);
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    println!("{out}");
    assert!(output.status.success() && out.contains("1 passed"), "{out}{err}");
}

/// A mapping of this process, as in `/proc/self/smaps`.
#[derive(Debug)]
struct Area {
    start: usize,
    end: usize,
    access: String,
    flags: Vec<String>,
}

fn areas() -> Vec<Area> {
    let text = std::fs::read_to_string("/proc/self/smaps").unwrap();
    let mut areas: Vec<Area> = Vec::new();
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        let first = words.next().unwrap();
        if first == "VmFlags:" {
            areas.last_mut().unwrap().flags = words.map(String::from).collect();
        } else if let Some((start, end)) = first.split_once('-') {
            areas.push(Area {
                start: usize::from_str_radix(start, 16).unwrap(),
                end: usize::from_str_radix(end, 16).unwrap(),
                access: words.next().unwrap().to_owned(),
                flags: Vec::new(),
            });
        }
    }
    areas
}

/// The mapping that the secret is in, after checks that hold for all.
fn area_of(secret: &[u8]) -> Area {
    let at = secret.as_ptr().addr();
    let (start, end) = regions()
        .into_iter()
        .find(|(start, end)| (*start..*end).contains(&at))
        .expect("a region that the secret is in");
    assert!(at + secret.len() <= end);
    let mut areas = areas();
    let of = |at: usize| {
        areas
            .iter()
            .position(|area| (area.start..area.end).contains(&at))
            .unwrap()
    };
    let (before, area, after) = (of(start - 1), of(at), of(end));
    for guard in [before, after] {
        assert_eq!(areas[guard].access, "---p", "{:?}", areas[guard]);
    }
    let area = areas.swap_remove(area);
    assert_eq!((area.start, area.end), (start, end));
    assert!(area.access.starts_with("rw-"), "{area:?}");
    for flag in ["dd", "dc"] {
        assert!(area.flags.iter().any(|of| of == flag), "{flag} {area:?}");
    }
    area
}

fn is_locked(area: &Area) -> bool {
    area.flags.iter().any(|flag| flag == "lo")
}

#[test]
fn guarded_locked_and_not_dumped() {
    for len in [64, 96, 4096, 5000, 100_000] {
        let secret = SecretSlice::copy_of(&vec![7; len]);
        let area = area_of(&secret);
        println!("{} {area:?}", protection());
        match protection() {
            Protection::SecretMemory => {
                assert!(is_locked(&area));
                assert_eq!(area.access, "rw-s");
                // Nor is it to be had by way of the kernel.
                let memory = File::open("/proc/self/mem").unwrap();
                let result = memory.read_at(&mut [0; 64], secret.as_ptr().addr() as u64);
                assert!(result.is_err(), "{result:?}");
            }
            Protection::Locked => assert!(is_locked(&area)),
            Protection::Unlocked { .. } => {}
        }
        if len > 64 << 10 {
            // At the very end, but for what aligns it.
            assert!(area.end - secret.as_ptr_range().end.addr() < 8);
        }
    }
    if let Protection::Unlocked { reason } = protection() {
        not_tested("that secrets lie in locked memory", &reason.to_string());
    }
}

/// Says that something is not tested on this machine, where it is seen: the harness captures what `eprintln` prints, but
/// not what is written to standard error itself.
fn not_tested(what: &str, why: &str) {
    let said = format!("\n*** NOT TESTED: {what}: {why} ***\n");
    let _ = std::io::stderr().write_all(said.as_bytes());
}

#[test]
fn what_is_not_tested_is_seen_in_the_output() {
    let test = "what_is_not_tested_is_seen_in_the_output";
    if is_inner(test) {
        limit_locking(0);
        return guarded_locked_and_not_dumped();
    }
    if !limits_hold() {
        return;
    }
    let output = inner(test).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{err}");
    assert!(
        err.contains("*** NOT TESTED: that secrets lie in locked memory: "),
        "{err}"
    );
}

/// Ends the process, by a fault or by a sanitizer that found one.
fn faults(test: &str, touch: impl FnOnce(usize, usize)) {
    if is_inner(test) {
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        setrlimit(Resource::Core, none).unwrap();
        let secret = SecretSlice::copy_of(&[7; 64]);
        let area = area_of(&secret);
        println!("about to touch");
        touch(area.start, area.end);
        println!("touched");
        return;
    }
    let output = run_inner(test);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success(), "{out}");
    assert!(out.contains("about to touch") && !out.contains("\ntouched"), "{out}");
    println!("{:?} {:?}", output.status, output.status.signal());
}

#[test]
fn reading_before_the_start_is_a_fault() {
    faults("reading_before_the_start_is_a_fault", |start, _| {
        let guard = core::ptr::with_exposed_provenance::<u8>(start - 1);
        // SAFETY: not at all: this is the fault.
        unsafe { guard.read_volatile() };
    });
}

#[test]
fn writing_after_the_end_is_a_fault() {
    faults("writing_after_the_end_is_a_fault", |_, end| {
        let guard = core::ptr::with_exposed_provenance_mut::<u8>(end);
        // SAFETY: not at all: this is the fault.
        unsafe { guard.write_volatile(1) };
    });
}

/// Gives up the capability that lifts the limit, for this thread, and sets the limit.
fn limit_locking(bytes: u64) {
    let mut sets = capabilities(None).unwrap();
    sets.effective.remove(CapabilitySet::IPC_LOCK);
    sets.permitted.remove(CapabilitySet::IPC_LOCK);
    sets.inheritable.remove(CapabilitySet::IPC_LOCK);
    set_capabilities(None, sets).unwrap();
    let limit = Rlimit {
        current: Some(bytes),
        maximum: getrlimit(Resource::Memlock).maximum,
    };
    setrlimit(Resource::Memlock, limit).unwrap();
}

/// Whether limits on memory mean anything here.
fn limits_hold() -> bool {
    let valgrind = std::env::var_os("LD_PRELOAD").is_some_and(|libraries| {
        let libraries = libraries.to_string_lossy();
        libraries.contains("valgrind") || libraries.contains("vgpreload")
    });
    if valgrind {
        println!("skipped: valgrind has limits of its own");
    }
    !valgrind
}

#[test]
fn without_locking() {
    if !is_inner("without_locking") {
        return pass_inner("without_locking");
    }
    limit_locking(0);
    let expected = Protection::Unlocked {
        reason: Reason::Limit { bytes: 0 },
    };
    assert_eq!(protection(), expected);
    println!("{expected}");
    // Nothing of it is kept.
    assert_eq!(usage().unlocked, 0);
    let secrets: Vec<_> = (0..10_000_u32).map(|number| Secret::new([number; 24])).collect();
    assert!((0..).zip(&secrets).all(|(number, secret)| **secret == [number; 24]));
    let slice = SecretSlice::copy_of(&[1; 10_000]);
    assert!(!is_locked(&area_of(&slice)));
    assert!(usage().unlocked > 960_000);
    assert_eq!((usage().secret, usage().locked, usage().heap), (0, 0, 0));
    drop((secrets, slice));
    assert_eq!(usage().unlocked, 0);
    assert_eq!(protection(), expected);
}

#[test]
fn beyond_the_limit() {
    if !is_inner("beyond_the_limit") {
        return pass_inner("beyond_the_limit");
    }
    let limit = 1 << 20;
    limit_locking(limit);
    let at_first = protection();
    println!("{at_first}");
    assert!(!matches!(at_first, Protection::Unlocked { .. }));
    let mut secrets: Vec<_> = (0..20_000_u32).map(|number| Secret::new([number; 24])).collect();
    let expected = Protection::Unlocked {
        reason: Reason::Limit { bytes: limit },
    };
    assert_eq!(protection(), expected);
    println!("{expected}, {:?}", usage());
    let locked = |usage: kmd_memory::Usage| (usage.secret + usage.locked) as u64;
    assert!((limit / 2..=limit).contains(&locked(usage())));
    assert!((0..).zip(&secrets).all(|(number, secret)| **secret == [number; 24]));

    // With fewer secrets, they are locked again, although it is remembered that some were not.
    secrets.clear();
    assert_eq!(usage().unlocked, 0);
    let secret = SecretSlice::zeroed(96);
    assert!(is_locked(&area_of(&secret)));
    assert_eq!(protection(), expected);
}

#[test]
fn without_secret_memory() {
    if !is_inner("without_secret_memory") {
        return pass_inner("without_secret_memory");
    }
    // No descriptor for it.
    let before = getrlimit(Resource::Nofile);
    let none = Rlimit {
        current: Some(0),
        maximum: before.maximum,
    };
    setrlimit(Resource::Nofile, none).unwrap();
    let secret = SecretSlice::copy_of(&[7; 96]);
    setrlimit(Resource::Nofile, before).unwrap();
    assert_eq!(protection(), Protection::Locked);
    println!("{}", protection());
    let area = area_of(&secret);
    assert!(is_locked(&area) && area.access == "rw-p", "{area:?}");
    assert_eq!((usage().secret, usage().locked), (0, 64 << 10));
    // With descriptors again, such memory is used again.
    let large = SecretSlice::copy_of(&[7; 10_000]);
    println!("{:?}", area_of(&large));
}

#[test]
fn without_mappings() {
    if !is_inner("without_mappings") {
        if limits_hold() {
            pass_inner("without_mappings");
        }
        return;
    }
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = pages.split(' ').next().unwrap().parse().unwrap();
    let used = pages * rustix::param::page_size() as u64;
    if used > 1 << 40 {
        return println!("skipped: a sanitizer has mapped the address space already");
    }
    let before = getrlimit(Resource::As);
    let limit = Rlimit {
        current: Some(used),
        maximum: before.maximum,
    };
    setrlimit(Resource::As, limit).unwrap();
    let small = SecretSlice::copy_of(&[7; 96]);
    let large = SecretSlice::copy_of(&[8; 10_000]);
    let (status, heap, places) = (protection(), usage(), regions());
    setrlimit(Resource::As, before).unwrap();
    println!("{status}");
    assert!(
        matches!(
            status,
            Protection::Unlocked {
                reason: Reason::Unmapped { .. }
            }
        ),
        "{status:?}"
    );
    assert_eq!((heap.heap, places), (10_096, Vec::new()));
    assert_eq!((&*small, &*large), (&[7; 96][..], &[8; 10_000][..]));
    drop((small, large));
    assert_eq!(usage().heap, 0);
    let secret = SecretSlice::copy_of(&[7; 96]);
    area_of(&secret);
}
