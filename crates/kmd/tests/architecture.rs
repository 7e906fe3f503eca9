//! What ARCHITECTURE.md says of the workspace as a whole and the compiler does not check.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Each crate and the crates of the workspace that it may use. Lower layers come first: a crate uses only crates that
/// stand above it in this table.
const MAY_USE: [(&str, &[&str]); 16] = [
    ("kmd-memory", &[]),
    ("kmd-ed25519", &[]),
    ("kmd-scrypt", &[]),
    ("kmd-sandbox", &[]),
    ("kmd-algorand", &[]),
    ("kmd-crypto", &["kmd-ed25519", "kmd-memory", "kmd-scrypt"]),
    ("kmd-api", &["kmd-algorand", "kmd-memory"]),
    ("kmd-wallet", &["kmd-algorand", "kmd-crypto"]),
    ("kmd-driver-sqlite", &["kmd-algorand", "kmd-crypto", "kmd-wallet"]),
    ("kmd-core", &["kmd-algorand", "kmd-crypto", "kmd-wallet"]),
    ("kmd-client", &["kmd-algorand", "kmd-api"]),
    ("kmd-cli", &["kmd-algorand", "kmd-api", "kmd-client", "kmd-crypto"]),
    ("kmd-bench", &["kmd-algorand", "kmd-api"]),
    (
        "kmd-server",
        &[
            "kmd-algorand",
            "kmd-api",
            "kmd-core",
            "kmd-crypto",
            "kmd-driver-sqlite",
            "kmd-memory",
            "kmd-sandbox",
            "kmd-wallet",
        ],
    ),
    (
        "kmd-fuzz-targets",
        &[
            "kmd-algorand",
            "kmd-api",
            "kmd-core",
            "kmd-crypto",
            "kmd-driver-sqlite",
            "kmd-server",
            "kmd-wallet",
        ],
    ),
    ("kmd", &["kmd-cli", "kmd-server"]),
];

/// The crates whose lints allow unsafe code, and how often each says `unsafe`, tests included. One
/// more is to be asked for in a review.
const UNSAFE: [(&str, usize); 4] = [
    ("kmd-ed25519", 3),
    ("kmd-memory", 45),
    ("kmd-sandbox", 1),
    ("kmd-scrypt", 15),
];

/// What stands below the bridge to blocking work; every `kmd-driver-*` does too.
const BELOW_THE_BRIDGE: [&str; 4] = ["kmd-core", "kmd-wallet", "kmd-crypto", "kmd-algorand"];

/// What is passed in there instead, or has no place there.
const NOT_BELOW_THE_BRIDGE: [&str; 7] = [
    "SystemTime::now",
    "Instant::now",
    "std::env",
    "tokio",
    "httparse",
    "getrandom",
    "serde_json",
];

const LONGEST_FILE: usize = 500;

#[test]
fn crates_use_only_what_stands_below_them() {
    for (number, (name, uses)) in MAY_USE.iter().enumerate() {
        for used in *uses {
            let below = MAY_USE[..number].iter().any(|(lower, _)| lower == used);
            assert!(below, "{name} uses {used}, which does not stand below it");
        }
    }
    let allowed = MAY_USE.map(|(name, uses)| (name.to_owned(), uses.iter().map(ToString::to_string).collect()));
    let allowed: BTreeSet<(String, BTreeSet<String>)> = allowed.into();
    let found = uses_of_each_crate();
    let wrong: Vec<_> = found.symmetric_difference(&allowed).collect();
    assert!(wrong.is_empty(), "as it is, and as the table has it: {wrong:#?}");
}

#[test]
fn unsafe_code_is_where_it_may_be() {
    let manifest = read(&root().join("Cargo.toml"));
    assert!(
        manifest.contains("unsafe_code = \"forbid\""),
        "the workspace allows unsafe code"
    );
    for name in crates()
        .iter()
        .filter(|name| !UNSAFE.iter().any(|(allowed, _)| allowed == name))
    {
        let manifest = read(&root().join("crates").join(name).join("Cargo.toml"));
        assert!(
            manifest.contains("[lints]\nworkspace = true\n"),
            "{name} has lints of its own"
        );
    }
    let mut counted = BTreeMap::new();
    for file in rust_files(&root().join("crates")) {
        *counted.entry(crate_of(&file)).or_default() += tokens(&code(&read(&file)), "unsafe");
    }
    counted.retain(|_, count| *count > 0);
    assert_eq!(
        counted,
        BTreeMap::from(UNSAFE.map(|(name, count)| (name.to_owned(), count)))
    );
}

#[test]
fn below_the_bridge_nobody_asks_the_system() {
    let below = |name: &String| BELOW_THE_BRIDGE.contains(&name.as_str()) || name.starts_with("kmd-driver-");
    let mut looked_at = 0;
    for name in crates().iter().filter(|name| below(name)) {
        for file in sources(name) {
            looked_at += 1;
            let code = code(without_tests(&read(&file)));
            for banned in NOT_BELOW_THE_BRIDGE {
                assert!(!has_token(&code, banned), "{} has {banned}", file.display());
            }
        }
    }
    assert!(looked_at > 30, "only {looked_at} files were found");
}

#[test]
fn no_file_is_long() {
    for name in crates() {
        for file in sources(&name) {
            let lines = read(&file).lines().count();
            assert!(lines <= LONGEST_FILE, "{} has {lines} lines", file.display());
        }
    }
}

#[test]
fn every_decision_is_linked() {
    let folder = root().join("docs/adr");
    let linking = read(&root().join("ARCHITECTURE.md")) + &read(&folder.join("README.md"));
    let records = entries(&folder).into_iter().map(|path| file_name(&path));
    let mut numbers = BTreeSet::new();
    for record in records.filter(|name| name != "README.md") {
        assert!(linking.contains(&format!("{record})")), "nothing links to {record}");
        assert!(
            numbers.insert(record[..4].to_owned()),
            "two records have the number of {record}"
        );
    }
    assert!(numbers.len() > 10, "only {} records were found", numbers.len());
}

#[test]
fn every_dependency_is_explained() {
    let page = read(&root().join("docs/dependencies.md"));
    for package in packages() {
        for dependency in package["dependencies"].as_array().unwrap() {
            let explained = !dependency["path"].is_null() || page.contains(&format!("`{}`", text(&dependency["name"])));
            assert!(
                explained,
                "{} of {} is not on the page",
                dependency["name"], package["name"]
            );
        }
    }
}

#[test]
fn documents_link_to_what_is_there() {
    let folders = ["", "docs", "docs/adr", "docs/guides", "docs/reference"].map(|folder| root().join(folder));
    let is_document = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    for document in folders.iter().flat_map(|folder| entries(folder)).filter(is_document) {
        for target in links(&read(&document)) {
            let path = document.parent().unwrap().join(&target);
            assert!(path.exists(), "{}: {target} is not there", document.display());
        }
    }
}

/// As the manifests say it; dependencies of tests do not count.
fn uses_of_each_crate() -> BTreeSet<(String, BTreeSet<String>)> {
    packages()
        .iter()
        .map(|package| (text(&package["name"]), uses(package)))
        .collect()
}

/// The crates of the workspace, as cargo describes them.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn uses(package: &Value) -> BTreeSet<String> {
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    dependencies
        .filter(|dependency| dependency["kind"].is_null() && !dependency["path"].is_null())
        .map(|dependency| text(&dependency["name"]))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn crates() -> Vec<String> {
    entries(&root().join("crates"))
        .iter()
        .map(|path| file_name(path))
        .collect()
}

fn crate_of(file: &Path) -> String {
    let inside = file.strip_prefix(root().join("crates")).unwrap();
    inside.iter().next().unwrap().to_str().unwrap().to_owned()
}

/// The sources of a crate that are not tests.
fn sources(name: &str) -> Vec<PathBuf> {
    let mut files = rust_files(&root().join("crates").join(name).join("src"));
    files.retain(|path| !path.iter().any(|part| part == "tests.rs" || part == "properties"));
    files
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Unit tests come last in their file.
fn without_tests(source: &str) -> &str {
    let tests = ["#[cfg(test)]\nmod tests {", "#[cfg(test)]\npub(crate) mod tests {"];
    let end = tests.iter().filter_map(|head| source.find(head)).min();
    &source[..end.unwrap_or(source.len())]
}

/// Targets of links to files: what stands between `](` and `)`, without its anchor.
fn links(document: &str) -> Vec<String> {
    let targets = document.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    files
        .map(|target| target.split('#').next().unwrap_or_default().to_owned())
        .collect()
}

/// Whether `token` occurs as a whole: `unsafe_code` is not `unsafe`.
fn has_token(code: &str, token: &str) -> bool {
    tokens(code, token) > 0
}

/// How often a token is there.
fn tokens(code: &str, token: &str) -> usize {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let is_token = |(start, _): &(usize, &str)| {
        let before = code[..*start].chars().next_back();
        let after = code[start + token.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    };
    code.match_indices(token).filter(is_token).count()
}

/// The source without its comments and without what its literals hold.
fn code(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skipped = literal_or_comment(rest);
        if skipped == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.push(' ');
            rest = &rest[skipped..];
        }
    }
    code
}

/// The length of the literal or comment that `source` begins with; 0 when it begins with neither.
fn literal_or_comment(source: &str) -> usize {
    let up_to = |from: usize, end: &str| {
        source[from..]
            .find(end)
            .map_or(source.len(), |at| from + at + end.len())
    };
    match source.as_bytes() {
        [b'/', b'/', ..] => source.find('\n').unwrap_or(source.len()),
        [b'/', b'*', ..] => up_to(2, "*/"),
        [b'"', ..] => quoted(source, '"'),
        [b'\'', b'\\', ..] => quoted(source, '\''),
        [b'\'', ..] if source.chars().nth(2) == Some('\'') => quoted(source, '\''),
        [b'r', b'"' | b'#', ..] => {
            let hashes = source[1..].chars().take_while(|&character| character == '#').count();
            let opened = source[1 + hashes..].starts_with('"');
            if opened {
                up_to(2 + hashes, &format!("\"{}", "#".repeat(hashes)))
            } else {
                0
            }
        }
        _ => 0,
    }
}

/// The length of a literal up to its closing quote, past escapes.
fn quoted(source: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in source.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    source.len()
}

#[test]
fn code_is_without_comments_and_literals() {
    let cases = [
        ("a // unsafe\nb", "a  \nb"),
        ("a /* unsafe */ b", "a   b"),
        (r#"a("un\"safe", b)"#, "a( , b)"),
        (r###"a(r#"unsafe " "#, b)"###, "a( , b)"),
        (r#"a('\'', 'u', '"', b)"#, "a( ,  ,  , b)"),
        (
            "fn a<'a>(b: &'a str) { unsafe {} }",
            "fn a<'a>(b: &'a str) { unsafe {} }",
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(code(source), expected);
    }
    assert!(has_token("{ unsafe { x } }", "unsafe"));
    assert!(!has_token("unsafe_code x_unsafe", "unsafe"));
}
