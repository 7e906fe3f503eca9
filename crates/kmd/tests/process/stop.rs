//! How it ends.

use crate::support::{
    daemon::{Daemon, Home, Process, cheap_with},
    golden,
    http::{Reply, Request},
};
use rustix::process::Signal;
use serde_json::json;
use std::{fs, thread};

#[test]
fn a_signal_to_end_is_obeyed() {
    for signal in [Signal::TERM, Signal::INT] {
        let home = Home::cheap();
        let mut daemon = home.start();
        daemon.api().create("first", "");
        // An idle connection does not hold it up.
        let _idle = daemon.tcp().send(&Request::new("GET", "/versions"));

        daemon.process.signal(signal);
        let exit = daemon.process.wait();

        assert_eq!((exit.code, exit.signal), (Some(0), None), "{signal:?}: {exit:?}");
        assert!(!home.has("kmd.net") && !home.has("kmd.pid") && !home.has("kmd.sock"));
    }
}

/// Whoever starts a daemon may stop it as soon as it says that it serves.
#[test]
fn a_signal_is_obeyed_from_the_first_moment() {
    for round in 0..20 {
        let home = Home::cheap();
        let exit = home.start().stop();
        assert_eq!((exit.code, exit.signal), (Some(0), None), "{round}: {exit:?}");
        assert!(!home.has("kmd.net") && !home.has("kmd.pid") && !home.has("kmd.sock"));
    }
}

#[test]
fn a_signal_to_hang_up_is_ignored() {
    let mut daemon = Home::cheap().start();
    daemon.process.signal(Signal::HUP);
    assert_eq!(daemon.tcp().send(&Request::new("GET", "/versions")).status, 200);
    // Had it been deadly, the end would be that signal's.
    daemon.process.signal(Signal::TERM);
    let exit = daemon.process.wait();
    assert_eq!((exit.code, exit.signal), (Some(0), None));
}

#[test]
fn a_running_request_is_answered_first() {
    let home = Home::with(&cheap_with(json!({"kdf_parallel": 1, "kdf_queue": 0})));
    let slow = golden::wallet("default parameters");
    slow.copy_to(&home.make_wallets());
    let mut daemon = home.start();
    let mut api = daemon.api();

    let running = start_init(&daemon, &slow);
    // With one place for key derivation and none to wait in, another client is turned away just as long as it runs.
    api.await_busy(|| running.is_finished());
    daemon.process.signal(Signal::TERM);

    let answer = running.join().unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let exit = daemon.process.wait();
    assert_eq!(exit.code, Some(0), "{exit:?}");
}

fn start_init(daemon: &Daemon, wallet: &golden::Wallet) -> thread::JoinHandle<Reply> {
    let mut api = daemon.api();
    let body = json!({"wallet_id": wallet.id(), "wallet_password": wallet.password()});
    // The probe may be in the only place when it arrives.
    thread::spawn(move || api.post_until_not_busy("/v1/wallet/init", &body))
}

#[test]
fn it_ends_by_itself_when_nobody_asks_for_anything() {
    let flags = [["-t", "1"], ["--timout-secs", "1"], ["--timeout-secs", "1"]];
    let mut daemons: Vec<(Home, Process)> = flags
        .iter()
        .map(|flag| {
            let home = Home::cheap();
            let process = Process::spawn(home.command().args(flag));
            (home, process)
        })
        .collect();
    for (home, process) in &mut daemons {
        assert!(process.serving().is_some());
        let exit = process.wait();
        assert_eq!((exit.code, exit.signal), (Some(0), None), "{exit:?}");
        assert!(!home.has("kmd.net") && !home.has("kmd.pid") && !home.has("kmd.sock"));
    }
}

#[test]
fn a_log_that_cannot_be_opened_has_its_own_code() {
    let home = Home::cheap();
    fs::create_dir(home.file("kmd.log")).unwrap();
    let exit = home.refuse();
    assert_eq!(exit.code, Some(2), "{exit:?}");
    assert!(exit.stderr.contains("kmd.log"), "{exit:?}");
    assert!(!home.has("kmd.net"));
}
