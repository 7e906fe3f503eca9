//! Killed before each system call that writes.

use super::{
    change::Change,
    scene::Scene,
    strace::{Injection, Traced, WRITES, may_trace},
};

#[test]
fn killed_anywhere_while_creating() {
    killed_anywhere(Change::Create);
}

#[test]
fn killed_anywhere_while_generating() {
    killed_anywhere(Change::Generate);
}

#[test]
fn killed_anywhere_while_importing() {
    killed_anywhere(Change::Import);
}

#[test]
fn killed_anywhere_while_deleting() {
    killed_anywhere(Change::Delete);
}

#[test]
fn killed_anywhere_while_importing_a_multisig() {
    killed_anywhere(Change::ImportMultisig);
}

#[test]
fn killed_anywhere_while_renaming() {
    killed_anywhere(Change::Rename);
}

#[test]
fn killed_anywhere_while_changing_the_password() {
    killed_anywhere(Change::NewPassword);
}

#[test]
fn killed_anywhere_while_backing_up() {
    killed_anywhere(Change::Backup);
}

#[test]
fn killed_anywhere_while_restoring() {
    killed_anywhere(Change::Restore);
}

/// Kills the daemon before its first call of a kind, then before its second, and so on until it gets through.
fn killed_anywhere(change: Change) {
    if !may_trace() {
        return;
    }
    let scene = Scene::new();
    let mut killed = 0;
    for call in WRITES {
        killed += (1..).take_while(|when| killed_at(change, &scene, call, *when)).count();
    }
    assert!(killed > 20, "killed only {killed} times");
}

/// Whether the daemon was killed.
fn killed_at(change: Change, scene: &Scene, call: &'static str, when: usize) -> bool {
    let home = change.home(scene);
    let what = format!("signal=KILL:when={when}");
    let traced = Traced::start(&home, &Injection { call, what });
    let answer = traced.address.and_then(|address| change.ask(scene, address));
    let exit = traced.stop();
    let place = format!("{change:?}, {call} {when}");
    let killed = Traced::was_injected(&home);
    assert!(killed || exit.code == Some(0), "{place}: {exit:#?}");
    assert!(killed || answer.is_some(), "{place}: no answer");
    if let Some(answer) = &answer {
        assert_eq!(answer.status, 200, "{place}: {}", answer.text());
    }
    change.check(scene, &home.start(), answer.map(|answer| answer.json()).as_ref());
    killed
}
