//! A page that says which test shows something names it as `file.rs::test`, and that test is there.

use crate::{quoted, read, sources};

/// Each with the number of tests that it names at least.
const PAGES: [(&str, usize); 2] = [("docs/threat-model.md", 40), ("docs/failures.md", 10)];

#[test]
fn the_tests_that_pages_name_are_there() {
    let sources = sources();
    for (page, at_least) in PAGES {
        let text = read(page);
        let named: Vec<_> = quoted(&text).into_iter().filter_map(test_name).collect();
        assert!(named.len() >= at_least, "{page} names only {} tests", named.len());
        let missing: Vec<_> = named.iter().filter(|name| !is_there(**name, &sources)).collect();
        assert!(missing.is_empty(), "{page} names tests that are not there: {missing:?}");
    }
}

fn test_name(quoted: &str) -> Option<(&str, &str)> {
    quoted.split_once(".rs::").filter(|(file, _)| !file.contains(' '))
}

/// Whether a file whose path ends so has a test of this name.
fn is_there((file, test): (&str, &str), sources: &[(String, String)]) -> bool {
    let end = format!("/{file}.rs");
    let mut files = sources.iter().filter(|(path, _)| path.ends_with(&end));
    files.any(|(_, source)| tests(source).any(|name| name == test) || is_stamped(test, source))
}

/// Whether a macro makes a test of this name: `replay.rs` has one for each transcript.
fn is_stamped(test: &str, source: &str) -> bool {
    let listed = |line: &str| line.trim().strip_suffix(',') == Some(test);
    tests(source).any(|name| name == "$name") && source.lines().any(listed)
}

/// The names of functions below an attribute that ends in `test`, as in `#[tokio::test(…)]`.
fn tests(source: &str) -> impl Iterator<Item = &str> {
    let mut below_attribute = false;
    source.lines().map(str::trim).filter_map(move |line| {
        let attribute = line.strip_prefix("#[").and_then(|rest| rest.split([']', '(']).next());
        below_attribute |= attribute.is_some_and(|name| name == "test" || name.ends_with("::test"));
        let (_, after) = line.split_once("fn ").filter(|_| below_attribute)?;
        below_attribute = false;
        after.split(['(', '<']).next()
    })
}

#[test]
fn a_test_that_is_not_there_is_noticed() {
    let source =
        "#[test]\nfn one() {\n    two();\n}\nfn two() {}\n#[tokio::test(start_paused = true)]\nasync fn three() {}";
    let sources = [("/crates/a/tests/b/c.rs".to_owned(), source.to_owned())];
    let cases = [
        ("c.rs::one", true),
        ("b/c.rs::three", true),
        ("a/tests/b/c.rs::one", true),
        ("c.rs::two", false),
        ("c.rs::four", false),
        ("x/c.rs::one", false),
        ("bc.rs::one", false),
    ];
    for (name, expected) in cases {
        assert_eq!(is_there(test_name(name).unwrap(), &sources), expected, "{name}");
    }
    assert_eq!(test_name("cargo test"), None);
    let stamp = "#[test]\nfn $name() {}\nstamped! {\n    five,\n}";
    assert!(is_stamped("five", stamp) && !is_stamped("six", stamp) && !is_stamped("five", source));
}
