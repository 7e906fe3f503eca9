//! What the fuzzer kept, fed to the same functions without the fuzzer.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use kmd_fuzz_targets::{TARGETS, Target};

#[test]
fn every_target_takes_its_corpus() {
    for (name, target) in TARGETS {
        let files = corpus(name);
        assert!(files.len() > 1, "{name} has {} files", files.len());
        for file in files {
            feed(target, &fs::read(&file).unwrap(), &file);
        }
    }
}

#[test]
fn every_target_takes_its_corpus_damaged() {
    for (name, target) in TARGETS {
        // A whole wallet costs a millisecond, anything else microseconds.
        let damages = if name == "wallet_file" || name == "http" { 4 } else { 40 };
        for file in corpus(name) {
            let whole = fs::read(&file).unwrap();
            (0..damages).for_each(|which| feed(target, &damaged(&whole, which), &file));
        }
    }
}

#[test]
fn the_fuzzer_has_these_targets() {
    let mut files: Vec<String> = entries(&fuzz().join("fuzz_targets"))
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort_unstable();
    assert_eq!(files, TARGETS.map(|(name, _)| name));
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let source = fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(source.contains(&format!("kmd_fuzz_targets::{name}(")), "{name}");
    }
}

/// Names the file when a target panics.
fn feed(target: Target, bytes: &[u8], file: &Path) {
    let fed = std::panic::catch_unwind(|| target(bytes));
    assert!(fed.is_ok(), "{} (or it, damaged)", file.display());
}

/// One of many damages, the same ones on each run: a byte changed, or the end cut off.
fn damaged(whole: &[u8], which: usize) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    // A prime, so that places are spread over files of any length.
    let place = which * 7919 % bytes.len().max(1);
    match which % 4 {
        0 => bytes.truncate(place),
        number => {
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= [0, 0x01, 0x80, 0xff][number];
            }
        }
    }
    bytes
}

fn corpus(name: &str) -> Vec<PathBuf> {
    let mut files = entries(&fuzz().join("corpus").join(name));
    files.sort_unstable();
    files
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().path()).collect()
}
