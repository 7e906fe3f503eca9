//! Memory that stays out of swap and core dumps.

use crate::support::daemon::Home;
use std::fs;

#[test]
fn the_log_tells_whether_memory_is_locked() {
    let home = Home::cheap();
    assert_eq!(home.start().stop().code, Some(0));
    let log = home.read("kmd.log");
    assert!(log.contains("mlockall"), "{log}");
}

#[test]
#[cfg(target_os = "linux")]
fn there_are_no_core_dumps() {
    let daemon = Home::cheap().start();
    let limits = fs::read_to_string(format!("/proc/{}/limits", daemon.process.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let words: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(words[4], "0", "{core}");
}
