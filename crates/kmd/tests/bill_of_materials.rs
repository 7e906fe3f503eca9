//! The bill of materials that `make dist` adds names what is in the binary.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Command,
};

/// Where cargo unpacks crates, as it stands in messages of panics and in what is for debuggers.
const SOURCES: &str = "registry/src/";
/// Crates of which the binary tells at the least, however it was built.
const SEEN: usize = 20;

#[test]
fn every_crate_that_the_binary_shows_is_in_it() {
    let bill = bill();
    let named: BTreeSet<String> = bill
        .iter()
        .map(|found| format!("{}-{}", found.name, found.version))
        .collect();
    let binary = fs::read(env!("CARGO_BIN_EXE_kmd")).unwrap();
    let seen = crates_seen(&binary);
    assert!(seen.len() > SEEN, "{seen:?}");
    let missing: Vec<_> = seen.difference(&named).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

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
    let names: BTreeSet<&str> = bill.iter().map(|found| &*found.name).collect();
    assert_eq!(names.len(), bill.len(), "one of each");
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
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let target = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let script = root().join("scripts/sbom.py");
    let mut making = Command::new("python3");
    making.arg(script).args(["--package", "kmd", "--target", target]);
    let made = making.output().unwrap();
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

/// The folders of crates whose paths are in it, as `name-version`.
fn crates_seen(binary: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(binary);
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.+".contains(letter);
    let of_path = |path: &str| {
        let (_registry, path) = path.split_once('/')?;
        path.split(|letter| !is_of_name(letter)).next().map(str::to_owned)
    };
    text.split(SOURCES).skip(1).filter_map(of_path).collect()
}

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
