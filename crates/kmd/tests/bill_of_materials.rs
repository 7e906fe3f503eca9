//! The bill of materials that `make dist` adds tells of each thing what Cargo.lock and SQLite say of it. That nothing is
//! missing is for `scripts/sbom.py --check`, which looks into an optimised binary: this one has parts for tests.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Command,
};

#[test]
fn each_is_told_with_its_licence_and_the_checksum_of_the_lock() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let locked: BTreeMap<String, Option<String>> = lock.split("[[package]]").skip(1).map(locked).collect();
    let bill = bill();
    for found in &bill {
        assert!(found.has_licence, "{}", found.name);
        match locked.get(&format!("{} {}", found.name, found.version)) {
            Some(checksum) => assert_eq!(*checksum, found.checksum, "{}", found.name),
            // Brought along as C.
            None => assert!(["sqlite", "aws-lc"].contains(&&*found.name), "{}", found.name),
        }
    }
    let each: BTreeSet<_> = bill.iter().map(|found| (&found.name, &found.version)).collect();
    assert_eq!(each.len(), bill.len(), "nothing is told twice");
    let sqlite = bill.iter().find(|found| found.name == "sqlite").unwrap();
    assert_eq!(sqlite.version, rusqlite::version());
}

struct Component {
    name: String,
    version: String,
    checksum: Option<String>,
    has_licence: bool,
}

fn bill() -> Vec<Component> {
    let script = root().join("scripts/sbom.py");
    let mut making = Command::new("python3");
    let made = making.arg(script).args(["--package", "kmd"]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let bill: Value = serde_json::from_slice(&made.stdout).unwrap();
    let components = bill["components"].as_array().unwrap().iter();
    components.map(component).collect()
}

fn component(found: &Value) -> Component {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Component {
        name: text(&found["name"]),
        version: text(&found["version"]),
        checksum: found["hashes"][0]["content"].as_str().map(str::to_owned),
        has_licence: found["licenses"]
            .as_array()
            .is_some_and(|licences| !licences.is_empty()),
    }
}

/// A package of Cargo.lock: name and version, and the checksum if it comes from elsewhere.
fn locked(package: &str) -> (String, Option<String>) {
    let field = |name: &str| {
        let line = package
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    let (name, version) = (field("name").unwrap(), field("version").unwrap());
    (format!("{name} {version}"), field("checksum"))
}

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
