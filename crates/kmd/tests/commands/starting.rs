//! The daemon that a command starts where none runs.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use crate::desk::{PASSWORD, run_on, says};
use crate::support::daemon::Home;

/// Stops the daemon that commands have started.
pub struct Started(pub Home);

impl Drop for Started {
    fn drop(&mut self) {
        let id = fs::read_to_string(self.0.file("kmd.pid")).ok();
        if let Some(pid) = id.and_then(|id| Pid::from_raw(id.trim().parse().ok()?)) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

#[test]
fn one_is_started_and_serves_the_next_command_too() {
    let started = Started(Home::cheap());
    let home = &started.0;
    let exit = run_on(&home.path, "wallet create savings", &[PASSWORD]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    let id = home.read("kmd.pid");
    let exit = run_on(&home.path, "key new --no-start", &[PASSWORD]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    assert_eq!(home.read("kmd.pid"), id);
}

#[test]
fn it_stops_by_itself() {
    let started = Started(Home::cheap());
    let home = &started.0;
    let exit = run_on(&home.path, "wallet list -t 1", &[]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    let lock = fs::File::open(home.file("kmd.lock")).unwrap();
    // Held until the daemon is gone: the test ends when it is, or by the patience of the runner.
    lock.lock().unwrap();
    assert!(!home.has("kmd.pid"));
}

#[test]
fn not_where_it_is_forbidden() {
    let home = Home::cheap();
    let exit = run_on(&home.path, "wallet list --no-start", &[]);
    assert_eq!(exit.code, Some(3), "{exit:?}");
    says(&exit.stderr, &["no daemon answers for", "--no-start"]);
    assert!(!home.has("kmd.lock"));
}

#[test]
fn one_that_cannot_start_says_why() {
    let home = Home::cheap();
    home.write("kmd_config.json", "no JSON");
    let exit = run_on(&home.path, "wallet list", &[]);
    assert_eq!(exit.code, Some(3), "{exit:?}");
    says(&exit.stderr, &["cannot start a daemon", "kmd_config.json", "doctor"]);
}

#[test]
fn many_at_once_start_one() {
    let started = Started(Home::cheap());
    let home = &started.0;
    std::thread::scope(|scope| {
        let commands: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| run_on(&home.path, "wallet list", &[])))
            .collect();
        for command in commands {
            let exit = command.join().unwrap();
            assert_eq!(exit.code, Some(0), "{exit:?}");
        }
    });
}

#[test]
fn handles_are_given_up() {
    let home = Home::cheap();
    let daemon = home.start();
    daemon.api().create("savings", PASSWORD);
    for (words, code) in [
        ("key new", 0),
        (
            "key export AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ",
            5,
        ),
    ] {
        let exit = run_on(&home.path, words, &[PASSWORD]);
        assert_eq!(exit.code, Some(code), "{exit:?}");
    }
    daemon.stop();
    let log = home.read("kmd.log");
    let count = |path: &str| log.lines().filter(|line| line.contains(path)).count();
    assert_eq!(count("/v1/wallet/init"), 2, "{log}");
    assert_eq!(count("/v1/wallet/release"), 2, "{log}");
}
