//! Which data directory it is when nobody says, and who may open it.

use crate::support::daemon::{Exit, Home, Process, kmd, mode};
use rustix::process::Signal;
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
};

#[test]
fn it_is_that_of_goal_where_there_is_one() {
    let home = Home::empty();
    let expected = home.file("kmd-v0.5");
    fs::create_dir(&expected).unwrap();
    fs::set_permissions(&expected, Permissions::from_mode(0o700)).unwrap();
    fs::create_dir(home.file("kmd")).unwrap();
    let exit = started(kmd().env("ALGORAND_DATA", &home.path), &expected);
    assert_eq!(exit.code, Some(0));
}

#[test]
fn it_is_below_the_node_s_directory_otherwise() {
    let home = Home::empty();
    let other = Home::empty();
    started(
        kmd().env("ALGORAND_DATA", &home.path).env("XDG_DATA_HOME", &other.path),
        &home.file("kmd"),
    );
    assert!(!other.has("kmd"));
}

#[test]
fn it_is_among_the_data_of_the_user_without_a_node() {
    let home = Home::empty();
    let folder = home.file("not/there/yet");
    started(kmd().env("XDG_DATA_HOME", &folder), &folder.join("kmd"));
}

#[test]
fn it_is_in_the_home_of_the_user_at_last() {
    let home = Home::empty();
    started(kmd().env("HOME", &home.path), &home.file(".local/share/kmd"));
}

#[test]
fn the_flag_goes_before_the_environment() {
    let (home, other) = (Home::cheap(), Home::empty());
    started(home.command().env("ALGORAND_DATA", &other.path), &home.path);
    assert!(!other.has("kmd"));
}

#[test]
fn one_that_others_can_open_is_a_warning_with_the_remedy() {
    let home = Home::cheap();
    fs::set_permissions(&home.path, Permissions::from_mode(0o755)).unwrap();
    let exit = home.start().stop();
    assert_eq!(exit.code, Some(0), "a warning and no refusal");
    let log = home.read("kmd.log");
    let path = home.path.to_str().unwrap();
    for said in [&exit.stderr, &log] {
        let mends = |line: &str| line.contains("chmod") && line.contains(path);
        assert!(said.lines().any(mends), "stderr and log: {said}");
    }
    assert_eq!(mode(&home.path), 0o755, "it is the owner's to mend");

    let home = Home::cheap();
    let exit = home.start().stop();
    assert!(!exit.stderr.contains("chmod"), "{exit:?}");
    assert!(!home.read("kmd.log").contains("chmod"));
}

#[test]
fn one_that_cannot_be_is_a_start_failure() {
    let home = Home::empty();
    home.write("file", "");
    let path = home.file("file");
    let exit = home.below(path.join("kmd")).refuse();
    assert!(matches!(exit.code, Some(2 | 3)), "{exit:?}");
    assert!(exit.stderr.contains(path.to_str().unwrap()), "{exit:?}");
}

/// Starts, checks that this directory is used, and stops.
fn started(command: &mut Command, expected: &Path) -> Exit {
    let mut process = Process::spawn(command);
    let Some(address) = process.serving() else {
        panic!("{:?}", process.wait());
    };
    let net = fs::read_to_string(expected.join("kmd.net")).unwrap();
    assert_eq!(net, address.to_string());
    assert_eq!(mode(expected), 0o700);
    process.signal(Signal::TERM);
    let exit = process.wait();
    let first = format!("kmd: data directory {}", expected.display());
    assert_eq!(exit.stdout.lines().next(), Some(first.as_str()));
    let log = fs::read_to_string(expected.join("kmd.log")).unwrap();
    assert!(log.contains(expected.to_str().unwrap()), "{log}");
    exit
}
