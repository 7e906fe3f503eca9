//! A disk that is full or broken for one call, or from one call on: the client is told, nothing is lost, and the daemon
//! serves on when the disk does.

use super::{
    change::Change,
    scene::Scene,
    strace::{Injection, Traced, may_trace},
};
use crate::support::{daemon::Home, http::Reply};
use serde_json::Value;
use std::net::SocketAddr;

/// Calls that fail, how, and whether once (``) or from then on (`+`).
const FAILING: [(&str, &str, &str); 13] = [
    ("pwrite64", "ENOSPC", ""),
    ("pwrite64", "EIO", "+"),
    ("write", "ENOSPC", "+"),
    ("fsync", "EIO", ""),
    ("fsync", "EIO", "+"),
    ("fdatasync", "EIO", ""),
    ("ftruncate", "EIO", ""),
    ("rename", "EIO", ""),
    ("renameat", "EIO", ""),
    ("renameat2", "ENOSPC", ""),
    ("unlink", "EIO", ""),
    ("unlinkat", "EIO", ""),
    ("mkdir", "ENOSPC", ""),
];

/// More than the threads that requests one after another can meet.
const THREADS: usize = 10;

#[test]
fn errors_anywhere_while_creating() {
    errors_anywhere(Change::Create);
}

#[test]
fn errors_anywhere_while_generating() {
    errors_anywhere(Change::Generate);
}

#[test]
fn errors_anywhere_while_importing() {
    errors_anywhere(Change::Import);
}

#[test]
fn errors_anywhere_while_deleting() {
    errors_anywhere(Change::Delete);
}

#[test]
fn errors_anywhere_while_importing_a_multisig() {
    errors_anywhere(Change::ImportMultisig);
}

#[test]
fn errors_anywhere_while_renaming() {
    errors_anywhere(Change::Rename);
}

#[test]
fn errors_anywhere_while_changing_the_password() {
    errors_anywhere(Change::NewPassword);
}

#[test]
fn errors_anywhere_while_backing_up() {
    errors_anywhere(Change::Backup);
}

#[test]
fn errors_anywhere_while_restoring() {
    errors_anywhere(Change::Restore);
}

/// Fails the first call of a kind, then the second, and so on until none is left to fail.
fn errors_anywhere(change: Change) {
    if !may_trace() {
        return;
    }
    let scene = Scene::new();
    let mut failed = 0;
    for (call, error, lasting) in FAILING {
        let injection = |when| Injection {
            call,
            what: format!("error={error}:when={when}{lasting}"),
        };
        failed += (1..)
            .take_while(|when| fails(change, &scene, &injection(*when)))
            .count();
    }
    assert!(failed > 30, "failed only {failed} times");
}

/// Whether there was a call to fail.
fn fails(change: Change, scene: &Scene, injection: &Injection) -> bool {
    let home = change.home(scene);
    let traced = Traced::start(&home, injection);
    let place = format!("{change:?}, {} {}", injection.call, injection.what);
    let mut answer = None;
    if let Some(address) = traced.address {
        let reply = change.ask(scene, address);
        let reply = reply.unwrap_or_else(|| panic!("{place}: no answer"));
        is_clear(&reply, &place);
        answer = Some(reply).filter(|reply| reply.status == 200);
        if answer.is_none() && !injection.what.ends_with('+') {
            answer = Some(succeeds_now(change, scene, address, &place));
        }
    }
    let serves = traced.address.is_some();
    let exit = traced.stop();
    assert_eq!(exit.signal, None, "{place}: {exit:#?}");
    assert!(
        serves || exit.stderr.contains("kmd:"),
        "{place}: ended without a word: {exit:#?}"
    );
    let injected = Traced::was_injected(&home);
    assert!(injected || exit.code == Some(0), "{place}: {exit:#?}");
    check_afterwards(change, scene, &home, answer);
    injected
}

/// An answer says what happened; a failure blames the daemon's disk and not the client.
pub fn is_clear(reply: &Reply, place: &str) {
    if reply.status != 200 {
        assert!(matches!(reply.status, 400 | 401 | 500), "{place}: {}", reply.text());
        let body = reply.json();
        // Version 2 has a code for it, and says where to look.
        let said = match &body["error"] {
            Value::Object(error) => {
                assert_eq!(error["hint"], "see kmd.log for the cause and the file", "{place}");
                &error["code"]
            }
            _ => &body["message"],
        };
        let known = ["database error", "error connecting to database", "wallet_failed"];
        assert!(known.iter().any(|known| said == known), "{place}: {said}");
    }
}

/// The disk works again, and so does the daemon, without a restart. Each of its threads has a call of its own that
/// fails, so it may take as many tries as there are threads.
fn succeeds_now(change: Change, scene: &Scene, daemon: SocketAddr, place: &str) -> Reply {
    let mut tries = (0..THREADS).map(|_| change.ask(scene, daemon).unwrap_or_else(|| panic!("{place}: gone")));
    let succeeded = tries.find(|reply| reply.status == 200 || change.is_done_already(reply));
    succeeded.unwrap_or_else(|| panic!("{place}: fails on"))
}

fn check_afterwards(change: Change, scene: &Scene, home: &Home, answer: Option<Reply>) {
    let answer = answer.filter(|reply| reply.status == 200).map(|reply| reply.json());
    change.check(scene, &home.start(), answer.as_ref());
}
