//! Operations: decided before they are done, recorded before they return.

use std::sync::{Arc, Mutex};

use kmd_core::{AllowAll, Decision, Error, Operation, Outcome, Policy, Recorder};
use kmd_wallet::WalletId;

use crate::support::{World, password};

/// Notes what it is asked and told; refuses what its list names.
#[derive(Default)]
struct Witness {
    refuse: &'static str,
    seen: Mutex<Vec<String>>,
}

fn kind(operation: &Operation<'_>) -> String {
    let shown = format!("{operation:?}");
    shown
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_owned()
}

impl Policy for Witness {
    fn decide(&self, _wallet: &WalletId, operation: &Operation<'_>) -> Decision {
        self.seen.lock().unwrap().push(format!("decide {}", kind(operation)));
        if kind(operation) == self.refuse {
            Decision::Refuse("not today".to_owned())
        } else {
            Decision::Allow
        }
    }
}

impl Recorder for Witness {
    fn record(&self, _wallet: &WalletId, operation: &Operation<'_>, outcome: Outcome<'_>) {
        let outcome = outcome.map_or_else(|error| error.to_string(), |()| "done".to_owned());
        self.seen
            .lock()
            .unwrap()
            .push(format!("record {} {outcome}", kind(operation)));
    }
}

#[test]
fn every_operation_is_decided_and_recorded() {
    let witness = Arc::new(Witness::default());
    let world = World::with(witness.clone(), witness.clone());
    let handle = world.init(&world.create("w"));
    let call = world.kmd.call();
    let address = call.generate_key(&handle, false).unwrap().to_string();
    call.sign_program(&handle, &password(), &address, b"program").unwrap();
    call.list_keys(&handle).unwrap();
    assert!(call.export_master_derivation_key(&handle, &password()).is_err());
    let seen = witness.seen.lock().unwrap();
    assert_eq!(
        *seen,
        [
            "decide GenerateKey",
            "record GenerateKey done",
            "decide SignProgram",
            "record SignProgram done",
            "decide ListKeys",
            "record ListKeys done",
            "decide ExportMasterDerivationKey",
            "record ExportMasterDerivationKey operation not supported by this wallet",
        ]
    );
}

#[test]
fn what_is_refused_does_not_happen_and_is_recorded() {
    let witness = Arc::new(Witness {
        refuse: "GenerateKey",
        ..Witness::default()
    });
    let world = World::with(witness.clone(), witness.clone());
    let handle = world.init(&world.create("w"));
    let refused = world.kmd.call().generate_key(&handle, false);
    assert!(matches!(refused, Err(Error::Refused(reason)) if reason == "not today"));
    assert!(world.kmd.call().list_keys(&handle).unwrap().is_empty());
    assert!(
        witness
            .seen
            .lock()
            .unwrap()
            .contains(&"record GenerateKey refused by policy: not today".to_owned())
    );
}

/// Done again where it may wait, it is recorded then.
#[test]
fn what_would_wait_is_told_and_not_recorded() {
    let witness = Arc::new(Witness::default());
    let world = World::with(witness.clone(), witness.clone());
    let handle = world.init(&world.create("w"));
    let address = world.kmd.call().generate_key(&handle, false).unwrap().to_string();
    let recorded = || {
        witness
            .seen
            .lock()
            .unwrap()
            .iter()
            .filter(|line| line.starts_with("record Sign"))
            .count()
    };
    let would_wait = world
        .kmd
        .call_at_once()
        .sign_program(&handle, &password(), &address, b"x");
    assert!(would_wait.unwrap_err().would_wait());
    assert_eq!(recorded(), 0);
    let signature = world
        .kmd
        .call()
        .sign_program(&handle, &password(), &address, b"x")
        .unwrap();
    let at_once = world
        .kmd
        .call_at_once()
        .sign_program(&handle, &password(), &address, b"x");
    assert_eq!(at_once.unwrap(), signature);
    assert_eq!(recorded(), 2);
    let refused = world.kmd.call_at_once().sign_program("", &password(), &address, b"x");
    assert!(!refused.unwrap_err().would_wait());
}

#[test]
fn a_call_knows_its_wallet() {
    let world = World::with(Arc::new(AllowAll), Arc::new(AllowAll));
    let id = world.create("w");
    let handle = world.init(&id);
    let call = world.kmd.call();
    assert_eq!(call.wallet(), None);
    call.list_keys(&handle).unwrap();
    assert_eq!(call.wallet().map(WalletId::as_str), Some(id.as_str()));
}
