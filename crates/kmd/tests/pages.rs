//! What the pages in `docs` say of the source is so.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "pages/api.rs"]
mod api;
#[path = "pages/messages.rs"]
mod messages;
#[path = "pages/named_tests.rs"]
mod named_tests;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Each file of Rust of the workspace: its path, with `/` between the parts, and what it holds.
fn sources() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = fs::read_to_string(&path).unwrap();
                sources.push((path.to_str().unwrap().to_owned(), source));
            }
        }
    }
    assert!(sources.len() > 200, "only {} files were found", sources.len());
    sources
}

/// What stands between backticks in a page, outside of blocks of code.
fn quoted(page: &str) -> Vec<&str> {
    let blocks = page.split("\n```").step_by(2);
    blocks.flat_map(|text| text.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn blocks_of_code_are_not_quotations() {
    let page = "a `b` c\n```text\n`d` e\n```\nf `g` h";
    assert_eq!(quoted(page), ["b", "g"]);
}
