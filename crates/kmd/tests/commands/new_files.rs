//! How files that commands write get their names, by the system calls that strace(1) sees.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::desk::{Desk, PASSWORD, says, typed};
use crate::support::daemon::{Exit, kmd};
use crate::support::not_tested;
use crate::vectors::{A, key_file, vector};

const LOG: &str = "strace.log";

/// Runs a command under strace, which does this besides.
fn traced(desk: &Desk, options: &[&str], words: &str) -> Exit {
    let mut strace = Command::new("strace");
    strace.args(["-qq", "-y", "--trace=fsync,?rename,?renameat,renameat2"]);
    strace.args(options).arg("-o").arg(desk.home().file(LOG));
    strace.arg(kmd().get_program()).args(words.split_whitespace());
    typed(strace.arg("-d").arg(&desk.home().path), &format!("{PASSWORD}\n"))
}

fn may_trace() -> bool {
    let traced = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .stderr(Stdio::null())
        .status();
    let may = traced.is_ok_and(|status| status.success());
    if !may {
        not_tested(
            "how files that commands write get their names",
            "strace(1) is missing or may not trace here",
        );
    }
    may
}

/// The place of the first call of this kind with this in it.
fn place(calls: &str, call: &str, part: &str) -> usize {
    let found = calls
        .lines()
        .position(|line| line.starts_with(call) && line.contains(part));
    found.unwrap_or_else(|| panic!("{call} {part}: {calls}"))
}

/// What is there under the name is whole, at any time: half a key looks like one.
#[test]
fn a_killed_command_leaves_nothing_under_the_name() {
    if !may_trace() {
        return;
    }
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let key = desk.file("key", &key_file(A));
    let transactions = desk.file("in", &vector("unsigned"));
    let there = desk.file("there", b"mine");
    let out = desk.path("out");
    for command in [
        format!("mnemonic from-key {key} -o {out}"),
        format!("sign {transactions} --yes -o {out}"),
        format!("sign {transactions} --yes --force -o {there}"),
    ] {
        let exit = traced(&desk, &["--inject=fsync:signal=KILL"], &command);
        assert_eq!(exit.signal, Some(Signal::KILL.as_raw()), "{command}: {exit:?}");
        assert!(!desk.has("out"), "{command}");
        assert_eq!(desk.bytes("there"), b"mine", "{command}");
    }
}

/// The name outlasts a power cut once the command has ended, and what has the name is on the disk before it gets it.
#[test]
fn a_file_is_synced_before_it_gets_its_name_and_its_folder_after_it() {
    if !may_trace() {
        return;
    }
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let key = desk.file("key", &key_file(A));
    let transactions = desk.file("in", &vector("unsigned"));
    for (command, folder) in [
        (format!("mnemonic from-key {key}"), "words"),
        (format!("sign {transactions} --yes"), "signed"),
        (format!("sign {transactions} --yes --force"), "replaced"),
    ] {
        let folder = desk.path(folder);
        fs::create_dir(&folder).unwrap();
        let exit = traced(&desk, &[], &format!("{command} -o {folder}/out"));
        assert_eq!(exit.code, Some(0), "{command}: {exit:?}");
        let calls = desk.home().read(LOG);
        let whole = place(&calls, "fsync", &format!("<{folder}/.kmd-new-"));
        let named = place(&calls, "rename", &format!("\"{folder}/out\""));
        let lasting = place(&calls, "fsync", &format!("<{folder}>"));
        assert!(whole < named && named < lasting, "{command}: {calls}");
    }
}

/// A file system that cannot refuse to replace when it renames.
#[test]
fn nothing_is_replaced_where_renaming_would_replace() {
    if !may_trace() {
        return;
    }
    let desk = Desk::new();
    let folder = desk.path("folder");
    fs::create_dir(&folder).unwrap();
    let words = format!("mnemonic from-key {} -o {folder}/out", desk.file("key", &key_file(A)));
    let unable = ["--inject=renameat2:error=EINVAL"];
    let exit = traced(&desk, &unable, &words);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    says(&desk.home().read(LOG), &["(INJECTED)"]);
    let written = fs::read(Path::new(&folder).join("out")).unwrap();
    let again = traced(&desk, &unable, &words);
    assert_eq!(again.code, Some(10), "{again:?}");
    assert_eq!(fs::read(Path::new(&folder).join("out")).unwrap(), written);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}
