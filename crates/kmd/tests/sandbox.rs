//! The daemon in its sandbox: it serves everything from there, says what is in force, and does without what the kernel
//! has not, unless it must not.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "sandbox/everything.rs"]
mod everything;
#[path = "sandbox/older_kernel.rs"]
mod older_kernel;

mod support;

use serde_json::{Value, json};
use std::{fs, os::unix::fs::symlink, path::Path};
use support::{
    daemon::{Daemon, Home, cheap_with},
    golden, not_tested,
};

fn sandboxed(mode: &str) -> Home {
    Home::with(&cheap_with(json!({"sandbox": mode})))
}

/// The lines of the log that tell of the sandbox.
fn said(home: &Home) -> String {
    let log = home.read("kmd.log");
    let lines = log.lines().filter(|line| line.contains("sandbox"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether the daemon found Landlock in this kernel.
fn has_landlock(home: &Home) -> bool {
    let has = said(home).contains("Landlock (version");
    if !has {
        not_tested(
            "that files elsewhere are out of reach",
            "this kernel has no Landlock, or it is switched off",
        );
    }
    has
}

#[test]
fn every_thread_is_in_it() {
    for (mode, filter) in [("strict", "2"), ("auto", "2"), ("off", "0")] {
        let daemon = sandboxed(mode).start();
        let mut api = daemon.api();
        // The blocking threads come with the work for them.
        let id = api.create("first", "");
        api.open(&id, "");
        let threads = threads(&daemon);
        assert!(threads.len() > 2, "{threads:?}");
        let no_new_privileges = if mode == "off" { "0" } else { "1" };
        for (thread, status) in threads {
            assert_eq!(field(&status, "NoNewPrivs:"), no_new_privileges, "{mode}: {thread}");
            assert_eq!(field(&status, "Seccomp:"), filter, "{mode}: {thread}");
        }
    }
}

/// The name and status of each thread.
fn threads(daemon: &Daemon) -> Vec<(String, String)> {
    let folder = format!("/proc/{}/task", daemon.process.id());
    let statuses = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("status"));
    // One may end meanwhile.
    let statuses = statuses.filter_map(|path| fs::read_to_string(path).ok());
    statuses
        .map(|status| (field(&status, "Name:").to_owned(), status))
        .collect()
}

fn field<'a>(status: &'a str, name: &str) -> &'a str {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("{name} in {status}")).trim()
}

#[test]
fn files_elsewhere_are_out_of_reach() {
    let elsewhere = Home::empty();
    let wallet = golden::wallet("plain");
    let path = wallet.copy_to(&elsewhere.path);
    for mode in ["strict", "auto", "off"] {
        let home = sandboxed(mode);
        symlink(&path, home.make_wallets().join("link.db")).unwrap();
        let daemon = home.start();
        let reached = daemon.api().wallet_ids();
        if mode == "off" {
            assert_eq!(reached, [wallet.id()], "the link is one");
        } else if has_landlock(&home) {
            assert_eq!(reached, [] as [&str; 0], "{mode}");
            let log = home.read("kmd.log");
            assert!(log.contains("skipped a file"), "{log}");
        }
    }
}

#[test]
fn a_folder_may_be_a_link() {
    let elsewhere = Home::empty();
    let wallet = golden::wallet("plain");
    wallet.copy_to(&elsewhere.path);
    let home = sandboxed("strict");
    symlink(&elsewhere.path, home.wallets()).unwrap();
    let daemon = home.start();
    let mut api = daemon.api();
    let handle = api.open(wallet.id(), &wallet.password());
    api.generate(&handle);
    api.create("second", "");
    assert_eq!(support::daemon::wallet_files(&elsewhere.path).len(), 2);
}

#[test]
fn the_data_directory_may_be_relative() {
    let home = sandboxed("strict");
    let (parent, name) = (home.path.parent().unwrap(), home.path.file_name().unwrap());
    let mut command = support::daemon::kmd();
    command.arg("-d").arg(Path::new(name)).current_dir(parent);
    let daemon = home.start_by(&mut command);
    let mut api = daemon.api();
    let id = api.create("first", "");
    let handle = api.open(&id, "");
    api.generate(&handle);
    assert_eq!(daemon.stop().code, Some(0));
}

#[test]
fn the_log_tells_what_is_in_force() {
    for (mode, words) in [
        ("strict", "sandbox: in force: no new privileges; "),
        ("strict", "seccomp, other system calls end the process"),
        ("auto", "seccomp, other system calls fail"),
        ("off", "sandbox: off, as kmd.sandbox says"),
    ] {
        let home = sandboxed(mode);
        assert_eq!(home.start().stop().code, Some(0));
        let said = said(&home);
        assert!(said.contains(words) && !said.contains("WARN"), "{mode}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn auto_is_the_default() {
    let home = Home::cheap();
    assert_eq!(home.start().stop().code, Some(0));
    assert!(said(&home).contains("other system calls fail"), "{}", said(&home));
}

#[test]
fn what_was_wrong_before_is_still_told() {
    let taken = sandboxed("strict").start();
    let mut config = cheap_with(json!({"sandbox": "strict"}));
    config["address"] = Value::from(taken.address.to_string());
    let home = Home::with(&config);
    let exit = home.refuse();
    assert_eq!(exit.code, Some(3), "{exit:?}");
    assert!(exit.stderr.contains("cannot listen on"), "{exit:?}");
    assert!(!home.has("kmd.sock") && !home.has("kmd.net"));
}
