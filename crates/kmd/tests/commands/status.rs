//! `kmd status`

use serde_json::{Value, json};

use crate::desk::{Desk, PASSWORD, run_on, says};
use crate::support::daemon::Home;

#[test]
fn of_a_running_daemon() {
    let desk = Desk::with_wallet();
    let address = desk.daemon.address.to_string();
    says(
        &desk.ok("status", &[]),
        &[&address, "kmd.sock", "Ready           yes", "Wallets         1"],
    );
    let expected = json!({
        "data_dir": desk.home().path,
        "address": address,
        "socket": desk.home().file("kmd.sock"),
        "process_id": desk.daemon.process.id(),
        "api_versions": ["v1", "v2"],
        "ready": true,
        "reasons": [],
        "wallets": 1,
    });
    assert_eq!(desk.json("status", &[PASSWORD]), expected);
}

/// It has no token to show then, and needs none.
#[test]
fn of_a_daemon_that_cannot_do_its_work() {
    let desk = Desk::with_wallet();
    std::fs::remove_file(desk.home().file("kmd.token")).unwrap();
    std::fs::rename(desk.home().wallets(), desk.home().file("away")).unwrap();
    let reasons = [
        "the wallets folder cannot be read",
        "the file with the API token is missing",
    ];
    let exit = desk.run("status --json", &[]);
    assert_eq!(exit.code, Some(9), "{exit:?}");
    let report: Value = serde_json::from_str(&exit.stdout).unwrap();
    assert_eq!(report["ready"], false);
    assert_eq!(report["reasons"], json!(reasons));
    assert_eq!(
        (&report["api_versions"], &report["wallets"]),
        (&json!(["v1", "v2"]), &json!(null))
    );
    let exit = desk.run("status", &[]);
    assert_eq!(exit.code, Some(9), "{exit:?}");
    says(
        &exit.stdout,
        &["Ready           no: ", reasons[0], reasons[1], "Wallets         ?"],
    );
    says(&exit.stderr, &["the daemon is not ready", reasons[0], "kmd doctor"]);
}

#[test]
fn without_a_daemon() {
    let home = Home::cheap();
    let exit = run_on(&home.path, "status", &[]);
    assert_eq!(exit.code, Some(3), "{exit:?}");
    says(&exit.stderr, &["no daemon runs on", "kmd -d"]);
    assert!(!home.has("kmd.lock"), "it started one");
}

#[test]
fn of_a_daemon_that_was_killed() {
    let daemon = Home::cheap().start();
    let home = daemon.home.clone();
    daemon.kill();
    assert!(home.has("kmd.net"), "it had no time to remove it");
    let exit = run_on(&home.path, "status", &[]);
    assert_eq!(exit.code, Some(3), "{exit:?}");
    says(&exit.stderr, &["no daemon runs on"]);
}
