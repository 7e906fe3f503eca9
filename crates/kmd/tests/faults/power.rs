//! The power goes: of all that was written only what was synced is sure to be on the disk.
//!
//! strace writes down what the daemon does to the folder of wallets, or of backups. From that the disk is made again as it may be at
//! any moment: contents as they were last synced or as they were last written, names as they were when the folder was
//! last synced or as they are now. POSIX promises no more than the first of each.

use super::{
    change::Change,
    scene::Scene,
    strace::{Call, Traced, may_trace},
};
use crate::support::daemon::names;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

#[test]
fn power_goes_while_creating() {
    power_goes_while(Change::Create);
}

#[test]
fn power_goes_while_generating() {
    power_goes_while(Change::Generate);
}

#[test]
fn power_goes_while_importing() {
    power_goes_while(Change::Import);
}

#[test]
fn power_goes_while_deleting() {
    power_goes_while(Change::Delete);
}

#[test]
fn power_goes_while_importing_a_multisig() {
    power_goes_while(Change::ImportMultisig);
}

#[test]
fn power_goes_while_renaming() {
    power_goes_while(Change::Rename);
}

#[test]
fn power_goes_while_changing_the_password() {
    power_goes_while(Change::NewPassword);
}

#[test]
fn power_goes_while_backing_up() {
    power_goes_while(Change::Backup);
}

#[test]
fn power_goes_while_restoring() {
    power_goes_while(Change::Restore);
}

fn power_goes_while(change: Change) {
    if !may_trace() {
        return;
    }
    let scene = Scene::new();
    let home = change.home(&scene);
    let folder = change.folder(&home);
    let mut disk = Disk::of(&folder);
    let traced = Traced::recorded(&home);
    let answer = change.ask(&scene, traced.address.unwrap()).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    traced.stop();

    let mut seen = BTreeSet::new();
    for call in Call::all_in(&home, &folder) {
        disk.apply(&call);
        for names in [&disk.synced_names, &disk.names] {
            for synced in [true, false] {
                let files = disk.files_of(names, synced);
                if seen.insert(files.clone()) {
                    check(change, &scene, &files, None);
                }
            }
        }
    }
    assert!(seen.len() > 5, "only {} states", seen.len());
    // What was answered by now has to be there in the worst case.
    let files = disk.files_of(&disk.synced_names, true);
    check(change, &scene, &files, Some(&answer.json()));
}

type Files = BTreeMap<String, Vec<u8>>;

fn check(change: Change, scene: &Scene, files: &Files, answer: Option<&Value>) {
    let home = change.home(scene);
    let folder = change.folder(&home);
    for name in names(&folder) {
        fs::remove_file(folder.join(name)).unwrap();
    }
    for (name, content) in files {
        fs::write(folder.join(name), content).unwrap();
    }
    change.check(scene, &home.start(), answer);
}

/// A folder as the disk may have it.
struct Disk {
    /// By number, since a file keeps its content when its name changes.
    contents: Vec<Content>,
    names: BTreeMap<String, usize>,
    synced_names: BTreeMap<String, usize>,
}

#[derive(Default)]
struct Content {
    written: Vec<u8>,
    synced: Vec<u8>,
}

impl Disk {
    fn of(folder: &Path) -> Self {
        let mut disk = Self {
            contents: Vec::new(),
            names: BTreeMap::new(),
            synced_names: BTreeMap::new(),
        };
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let written = fs::read(&path).unwrap();
            let synced = written.clone();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            disk.names.insert(name, disk.contents.len());
            disk.contents.push(Content { written, synced });
        }
        disk.synced_names = disk.names.clone();
        disk
    }

    fn apply(&mut self, call: &Call) {
        match call {
            Call::Make { name } => {
                if !self.names.contains_key(name) {
                    self.names.insert(name.clone(), self.contents.len());
                    self.contents.push(Content::default());
                }
            }
            Call::Write { name, offset, bytes } => {
                let written = &mut self.content(name).written;
                let end = offset + bytes.len();
                written.resize(written.len().max(end), 0);
                written[*offset..end].copy_from_slice(bytes);
            }
            Call::Truncate { name, length } => self.content(name).written.resize(*length, 0),
            Call::Sync { name } => {
                let content = self.content(name);
                content.synced = content.written.clone();
            }
            Call::SyncFolder => self.synced_names = self.names.clone(),
            Call::Remove { name } => drop(self.names.remove(name).expect("a file to remove")),
            Call::Rename { from, to } => {
                let file = self.names.remove(from).expect("a file to rename");
                self.names.insert(to.clone(), file);
            }
        }
    }

    fn content(&mut self, name: &str) -> &mut Content {
        let number = self.names.get(name).unwrap_or_else(|| panic!("{name} was never made"));
        &mut self.contents[*number]
    }

    fn files_of(&self, names: &BTreeMap<String, usize>, synced: bool) -> Files {
        let content = |number: &usize| {
            let content = &self.contents[*number];
            if synced { &content.synced } else { &content.written }.clone()
        };
        names
            .iter()
            .map(|(name, number)| (name.clone(), content(number)))
            .collect()
    }
}
