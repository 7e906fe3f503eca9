//! `kmd config check` and `kmd config show`, as a process.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::daemon::{Exit, Home, cheap_with, run};

fn config(home: &Home, arguments: &[&str], variables: &[(&str, &str)]) -> Exit {
    let mut command = home.command();
    command.arg("config").args(arguments).envs(variables.iter().copied());
    run(&mut command)
}

#[test]
fn show_tells_each_value_and_its_place() {
    let home = Home::with(&cheap_with(json!({"log_keep": 1})));
    let variables = [("KMD_LOG_FORMAT", "json")];
    let exit = config(&home, &["show"], &variables);
    assert_eq!((exit.code, exit.stderr.as_str()), (Some(0), ""), "{exit:?}");
    let line = |key: &str| {
        exit.stdout
            .lines()
            .find(|line| line.split_whitespace().next() == Some(key))
    };
    for (key, expected) in [
        ("kmd.log_keep", vec!["kmd.log_keep", "1", "kmd_config.json:1"]),
        ("kmd.log_format", vec!["kmd.log_format", "\"json\"", "KMD_LOG_FORMAT"]),
        ("kmd.kdf_queue", vec!["kmd.kdf_queue", "64", "default"]),
    ] {
        let words: Vec<&str> = line(key).unwrap_or_default().split_whitespace().collect();
        assert_eq!(words, expected);
    }

    let exit = config(&home, &["show", "--json"], &variables);
    let shown: Value = serde_json::from_str(&exit.stdout).unwrap();
    let settings = shown["settings"].as_array().unwrap();
    let keep = settings
        .iter()
        .find(|setting| setting["key"] == "kmd.log_keep")
        .unwrap();
    let expected = json!({
        "key": "kmd.log_keep", "value": 1, "source": "kmd_config.json:1", "variable": "KMD_LOG_KEEP",
    });
    assert_eq!(keep, &expected);
}

#[test]
fn check_says_what_would_be_ignored() {
    let home = Home::with(&cheap_with(json!({"log_kep": 1})));
    let exit = config(&home, &["check"], &[]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    assert!(exit.stdout.contains("is valid"), "{exit:?}");
    assert!(exit.stderr.contains("did you mean \"kmd.log_keep\"?"), "{exit:?}");
}

#[test]
fn check_says_why_kmd_would_not_start() {
    let home = Home::with(&cheap_with(json!({"log_keep": "many"})));
    let exit = config(&home, &["check"], &[]);
    assert_eq!(exit.code, Some(9), "{exit:?}");
    assert!(exit.stderr.contains("line 1, kmd.log_keep: "), "{exit:?}");
    assert_eq!(home.refuse().code, Some(3));
}

#[test]
fn check_as_json() {
    let home = Home::with(&cheap_with(json!({"log_kep": 1})));
    let exit = config(&home, &["check", "--json"], &[]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    let checked: Value = serde_json::from_str(&exit.stdout).unwrap();
    assert_eq!(checked["data_dir"], home.path.to_str().unwrap());
    let warnings = checked["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{checked}");
    assert!(warnings[0].as_str().unwrap().contains("kmd.log_kep"), "{checked}");

    home.write("kmd_config.json", "{}");
    let exit = config(&home, &["check", "--json"], &[]);
    let checked: Value = serde_json::from_str(&exit.stdout).unwrap();
    assert_eq!(checked["warnings"], json!([]));

    home.write("kmd_config.json", "{");
    let exit = config(&home, &["check", "--json"], &[]);
    assert_eq!((exit.code, exit.stdout.as_str()), (Some(9), ""), "{exit:?}");
}

#[test]
fn neither_makes_a_data_directory() {
    let home = Home::empty();
    let nowhere = home.below(home.file("nowhere"));
    for action in ["check", "show"] {
        assert_eq!(config(&nowhere, &[action], &[]).code, Some(0));
    }
    assert!(!home.has("nowhere"));
}
