//! The configuration as it counts, and where each value came from.

use std::path::Path;

use serde_json::Value;

use super::environment::{self, Environment};
use super::layers::{Layers, Source};
use super::{Config, StartError};

/// One setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its name in the file, with dots between objects within each other.
    pub key: String,
    /// The variable of the environment that sets it.
    pub variable: String,
    /// The value that counts, as JSON.
    pub value: Value,
    /// Where that came from.
    pub source: Source,
}

/// The configuration of a data directory, explained.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Every setting there is, in the order of their names.
    pub settings: Vec<Setting>,
    /// What was ignored, such as a key that is no setting.
    pub warnings: Vec<String>,
}

/// Tells every setting. Nothing is written, and the values are those that are
/// set: [`check`] tells whether they are valid.
///
/// # Errors
/// The file cannot be read or is not JSON; a variable does not hold what its
/// setting needs.
pub fn explain(data_dir: &Path, environment: &Environment) -> Result<Explanation, StartError> {
    let layers = Layers::read(data_dir, environment)?;
    let settings = layers.settings().map(|names| setting(&layers, &names)).collect();
    Ok(Explanation {
        settings,
        warnings: layers.warnings,
    })
}

fn setting(layers: &Layers, names: &[String]) -> Setting {
    let key = names.join(".");
    Setting {
        variable: environment::variable(&key),
        value: layers.value(names),
        source: layers.source(&key),
        key,
    }
}

/// Tells whether the configuration is valid. Nothing is written.
/// Gives what it would ignore.
///
/// # Errors
/// What kmd would refuse to start with.
pub fn check(data_dir: &Path, environment: &Environment) -> Result<Vec<String>, StartError> {
    let layers = Layers::read(data_dir, environment)?;
    Config::from_layers(&layers, data_dir).map(|config| config.warnings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmd_api::files;
    use serde_json::json;

    const FILE: &str = r#"{
        "session_lifetime_secs": 5,
        "drivers": {
            "SQLite": {"wallets_dir": "/wallets", "wallet_dir": "x"}
        },
        "kmd": {"log_keep": 1, "log_format": null},
        "kmd.log_keep": 2,
        "": 1
    }"#;

    fn home(text: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(files::CONFIG), text).unwrap();
        dir
    }

    fn environment<const N: usize>(variables: [(&str, &str); N]) -> Environment {
        variables.into_iter().collect()
    }

    #[test]
    fn each_value_has_the_place_that_it_came_from() {
        let environment = environment([("KMD_LOG_KEEP", "7"), ("KMD_ALLOWED_ORIGINS", "http://a,http://b")]);
        let explained = explain(home(FILE).path(), &environment).unwrap();
        let cases = [
            ("session_lifetime_secs", json!(5), "kmd_config.json:2"),
            ("drivers.sqlite.wallets_dir", json!("/wallets"), "kmd_config.json:4"),
            ("kmd.log_keep", json!(7), "KMD_LOG_KEEP"),
            ("kmd.log_format", json!("text"), "default"),
            (
                "allowed_origins",
                json!(["http://a", "http://b"]),
                "KMD_ALLOWED_ORIGINS",
            ),
            ("address", json!(""), "default"),
        ];
        for (key, value, source) in cases {
            let setting = explained.settings.iter().find(|setting| setting.key == key).unwrap();
            assert_eq!(
                (&setting.value, setting.source.to_string().as_str()),
                (&value, source),
                "{key}"
            );
        }
    }

    #[test]
    fn what_is_ignored_is_said_with_what_was_meant() {
        let environment = environment([("KMD_LOG_KEPT", "7"), ("KMD_NOUSB", "1"), ("KMD_LOG_KEEP", "7")]);
        let warnings = check(home(FILE).path(), &environment).unwrap();
        let expected = [
            (
                "line 4: there is no setting \"drivers.SQLite.wallet_dir\"",
                "did you mean \"drivers.sqlite.wallets_dir\"?",
            ),
            (
                "line 7: there is no setting \"kmd.log_keep\"",
                "objects within each other",
            ),
            ("line 8: there is no setting \"\"", "it is ignored"),
            ("\"KMD_LOG_KEPT\" is no setting", "did you mean KMD_LOG_KEEP?"),
        ];
        assert_eq!(warnings.len(), expected.len(), "{warnings:#?}");
        for (warning, (what, hint)) in warnings.iter().zip(expected) {
            assert!(warning.contains(what) && warning.ends_with(hint), "{warning}");
        }
    }

    #[test]
    fn of_two_spellings_the_last_counts() {
        for (text, value) in [
            (r#"{"address": "a", "Address": "b"}"#, "b"),
            (r#"{"Address": "b", "address": "a"}"#, "a"),
        ] {
            let explained = explain(home(text).path(), &Environment::default()).unwrap();
            let address = explained.settings.iter().find(|setting| setting.key == "address");
            assert_eq!(address.unwrap().value, value, "{text}");
        }
    }

    #[test]
    fn refusals_say_where_the_value_was_set() {
        let cases = [
            (
                "{\n\"kmd\": {\n\"log_keep\": \"x\"}}",
                [("KMD_A", "")],
                "kmd_config.json: line 3, kmd.log_keep: ",
            ),
            (
                "{\n\"allowed_origins\": [\n\"http://a\", 1]}",
                [("KMD_A", "")],
                "kmd_config.json: line 2, allowed_origins[1]: ",
            ),
            ("{", [("KMD_A", "")], "kmd_config.json: EOF"),
            ("{}", [("KMD_LOG_FORMAT", "xml")], "KMD_LOG_FORMAT: unknown variant"),
            (
                "{}",
                [("KMD_UNIX_SOCKET", "1")],
                "KMD_UNIX_SOCKET: must be true or false",
            ),
            (
                "{}",
                [("KMD_MAX_CONNECTIONS", "0")],
                "KMD_MAX_CONNECTIONS: invalid value",
            ),
            (
                "{}",
                [("KMD_DRIVERS_SQLITE_SCRYPT_SCRYPT_N", "2")],
                "KMD_DRIVERS_SQLITE_SCRYPT_SCRYPT_N: slow scrypt N",
            ),
            (
                "{}",
                [("KMD_DRIVERS_SQLITE_WALLETS_DIR", "here")],
                "KMD_DRIVERS_SQLITE_WALLETS_DIR: sqlite wallets path",
            ),
            (
                "{\"drivers\":{\"sqlite\":{\"wallets_dir\":\"x\"}}}",
                [("KMD_A", "")],
                "line 1, drivers.sqlite.wallets_dir: sqlite wallets path",
            ),
        ];
        for (text, variables, words) in cases {
            let error = check(home(text).path(), &environment(variables))
                .unwrap_err()
                .to_string();
            assert!(error.contains(words), "{text} {variables:?}: {error}");
        }
    }

    #[test]
    fn nothing_is_written() {
        let dir = tempfile::tempdir().unwrap();
        check(dir.path(), &Environment::default()).unwrap();
        explain(&dir.path().join("missing"), &Environment::default()).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
