//! `kmd status`

use serde_json::json;

use crate::desk::{Desk, PASSWORD, run_on, says};
use crate::support::daemon::Home;

#[test]
fn of_a_running_daemon() {
    let desk = Desk::with_wallet();
    let address = desk.daemon.address.to_string();
    says(&desk.ok("status", &[]), &[&address, "kmd.sock", "Wallets         1"]);
    let expected = json!({
        "data_dir": desk.home().path,
        "address": address,
        "socket": desk.home().file("kmd.sock"),
        "process_id": desk.daemon.process.id(),
        "api_versions": ["v1", "v2"],
        "wallets": 1,
    });
    assert_eq!(desk.json("status", &[PASSWORD]), expected);
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
