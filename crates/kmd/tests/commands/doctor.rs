//! `kmd doctor`

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use crate::desk::{Desk, run_on, says, typed};
use crate::scripted;
use crate::support::PATIENCE;
use crate::support::daemon::{Home, cheap, kmd};

#[test]
fn of_a_daemon_that_is_well() {
    let desk = Desk::with_wallet();
    let said = desk.ok("doctor", &[]);
    for check in [
        "data directory",
        "wallets",
        "token",
        "configuration",
        "memory",
        "clock",
        "disk space",
        "daemon",
        "version",
        "readiness",
        "port",
    ] {
        says(&said, &[check]);
    }
    says(&said, &["API v1, v2", &desk.daemon.address.to_string()]);
    assert!(!said.contains("PROBLEM"), "{said}");
    let report = desk.json("doctor", &[]);
    assert_eq!(report["data_dir"], desk.home().path.to_str().unwrap());
    assert_eq!(verdict(&report, "daemon"), "ok");
    assert_eq!(verdict(&report, "version"), "ok");
}

/// The program was replaced, and the daemon not started anew.
#[test]
fn a_daemon_of_another_version_is_a_warning() {
    let home = Home::cheap();
    scripted::serve(
        &home,
        "# HELP kmd_build_info Which.\nkmd_build_info{version=\"0.0.9\"} 1\nkmd_ready 1\n",
    );
    let exit = run_on(&home.path, "doctor --json", &[]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    let report: Value = serde_json::from_str(&exit.stdout).unwrap();
    assert_eq!(verdict(&report, "daemon"), "ok", "{report:#}");
    assert_eq!(verdict(&report, "version"), "warning", "{report:#}");
    let found = finding(&report, "version");
    says(found["found"].as_str().unwrap(), &["0.0.9", env!("CARGO_PKG_VERSION")]);
    says(found["remedy"].as_str().unwrap(), &["start it anew"]);
    let text = run_on(&home.path, "doctor", &[]);
    says(&text.stdout, &["WARNING  version", "start it anew"]);
}

/// As with one that has no metrics.
#[test]
fn a_daemon_that_does_not_tell_its_version_is_none_of_our_concern() {
    let home = Home::cheap();
    scripted::serve(&home, "other 1\n");
    let exit = run_on(&home.path, "doctor --json", &[]);
    let report: Value = serde_json::from_str(&exit.stdout).unwrap();
    let mut findings = report["findings"].as_array().unwrap().iter();
    assert!(findings.all(|finding| finding["check"] != "version"), "{report:#}");
}

#[test]
fn of_an_empty_directory_and_of_none() {
    let home = Home::cheap();
    let exit = run_on(&home.path, "doctor", &[]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    says(&exit.stdout, &["none runs"]);
    assert!(!home.has("kmd.lock"), "it started one");
    let exit = run_on(&home.file("not/there"), "doctor", &[]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    says(&exit.stdout, &["is not there yet"]);
}

/// What is not there is relative to where the command runs.
#[test]
fn of_a_relative_directory_that_is_not_there() {
    let home = Home::empty();
    let mut command = kmd();
    command
        .args(["doctor", "-d", "not/there", "--json"])
        .current_dir(&home.path);
    let exit = typed(&mut command, "");
    assert_eq!(exit.code, Some(0), "{exit:?}");
    let report: Value = serde_json::from_str(&exit.stdout).unwrap();
    says(finding(&report, "disk space")["found"].as_str().unwrap(), &["MiB free"]);
}

/// What is put wrong, the check that finds it, and a part of the remedy.
type Case = (fn(&Home), &'static str, &'static str);

const CASES: [Case; 8] = [
    (|home| set_mode(&home.path, 0o755), "data directory", "chmod 700"),
    (|home| set_mode(&home.wallets(), 0o750), "wallets", "chmod 700"),
    (|home| set_mode(&wallet_file(home), 0o644), "wallet file", "chmod 600"),
    (
        |home| set_mode(&home.file("kmd.token"), 0o644),
        "token",
        "start kmd anew",
    ),
    (|home| home.write("kmd.token", "short"), "token", "start kmd anew"),
    (|home| home.write("kmd_config.json", "{"), "configuration", "mend it"),
    (
        |home| {
            let hour = SystemTime::now() + Duration::from_secs(3600);
            fs::File::open(home.file("kmd.token"))
                .unwrap()
                .set_modified(hour)
                .unwrap();
        },
        "clock",
        "timedatectl",
    ),
    // This process is no daemon, but it is one that lives.
    (
        |home| home.write("kmd.pid", &std::process::id().to_string()),
        "daemon",
        "kill",
    ),
];

#[test]
fn each_problem_is_found_and_has_a_remedy() {
    for (spoil, check, remedy) in CASES {
        let home = Home::cheap();
        let folder = home.make_wallets();
        fs::write(folder.join("a.db"), "").unwrap();
        set_mode(&folder.join("a.db"), 0o600);
        let exit = run_on(&home.path, "doctor", &[]);
        assert_eq!(exit.code, Some(0), "{exit:?}");
        spoil(&home);
        let exit = run_on(&home.path, "doctor --json", &[]);
        assert_eq!(exit.code, Some(9), "{check}: {exit:?}");
        let report: Value = serde_json::from_str(&exit.stdout).unwrap();
        assert_eq!(verdict(&report, check), "problem", "{report:#}");
        says(finding(&report, check)["remedy"].as_str().unwrap(), &[remedy]);
        let text = run_on(&home.path, "doctor", &[]);
        says(&text.stdout, &["PROBLEM", remedy]);
        says(&text.stderr, &["a check found a problem"]);
    }
}

#[test]
fn a_port_that_is_taken_is_a_problem_only_when_it_is_configured() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = cheap();
    config["Address"] = taken.local_addr().unwrap().to_string().into();
    config.as_object_mut().unwrap().remove("address");
    let home = Home::with(&config);
    let exit = run_on(&home.path, "doctor --json", &[]);
    assert_eq!(exit.code, Some(9), "{exit:?}");
    let report: Value = serde_json::from_str(&exit.stdout).unwrap();
    assert_eq!(verdict(&report, "port"), "problem");
}

#[test]
fn one_that_others_can_reach_is_a_warning() {
    let mut config = cheap();
    config["address"] = "0.0.0.0:0".into();
    let home = Home::with(&config);
    let report = run_on(&home.path, "doctor --json", &[]);
    assert_eq!(report.code, Some(0), "{report:?}");
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!(verdict(&report, "port"), "warning");
}

#[test]
fn a_token_that_the_daemon_does_not_take() {
    let desk = Desk::new();
    desk.home().write("kmd.token", &"b".repeat(64));
    let exit = desk.run("doctor --json", &[]);
    assert_eq!(exit.code, Some(9), "{exit:?}");
    let report: Value = serde_json::from_str(&exit.stdout).unwrap();
    assert_eq!(verdict(&report, "daemon"), "problem");
}

#[test]
fn a_daemon_that_cannot_do_its_work_says_why() {
    let desk = Desk::with_wallet();
    assert_eq!(verdict(&desk.json("doctor", &[]), "readiness"), "ok");
    fs::remove_file(desk.home().file("kmd.token")).unwrap();
    fs::rename(desk.home().wallets(), desk.home().file("away")).unwrap();
    // What the daemon found counts for a second.
    let started = Instant::now();
    let report = loop {
        assert!(started.elapsed() < PATIENCE, "it is still ready");
        let exit = desk.run("doctor --json", &[]);
        let report: Value = serde_json::from_str(&exit.stdout).unwrap();
        if verdict(&report, "readiness") == "problem" {
            break report;
        }
    };
    assert_eq!(verdict(&report, "daemon"), "ok");
    let findings = report["findings"].as_array().unwrap().iter();
    let told: Vec<_> = findings.filter(|finding| finding["check"] == "readiness").collect();
    assert_eq!(told.len(), 2, "{report:#}");
    says(
        told[0]["found"].as_str().unwrap(),
        &["the wallets folder cannot be read"],
    );
    says(
        told[1]["found"].as_str().unwrap(),
        &["the file with the API token is missing"],
    );
    says(told[1]["remedy"].as_str().unwrap(), &["started anew"]);
}

fn verdict(report: &Value, check: &str) -> String {
    finding(report, check)["verdict"].as_str().unwrap().to_owned()
}

fn finding<'a>(report: &'a Value, check: &str) -> &'a Value {
    let mut findings = report["findings"].as_array().unwrap().iter();
    findings
        .find(|finding| finding["check"] == check)
        .unwrap_or_else(|| panic!("{check} in {report:#}"))
}

fn wallet_file(home: &Home) -> std::path::PathBuf {
    home.wallets().join("a.db")
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_setting_that_is_not_known_is_a_warning() {
    let mut config = cheap();
    config["adress"] = "127.0.0.1:0".into();
    let home = Home::with(&config);
    let exit = run_on(&home.path, "doctor --json", &[]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    let report: Value = serde_json::from_str(&exit.stdout).unwrap();
    assert_eq!(verdict(&report, "configuration"), "warning");
    says(
        finding(&report, "configuration")["found"].as_str().unwrap(),
        &["adress"],
    );
}
