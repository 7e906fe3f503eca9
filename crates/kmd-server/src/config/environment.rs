//! `KMD_…`: the variables of the environment that are settings.
//!
//! The name of a variable is that of its setting in capitals, with `_` for
//! `.`, behind `KMD_`. The group `kmd` of the file is left out: it is in the
//! name already. So `session_lifetime_secs` is `KMD_SESSION_LIFETIME_SECS`,
//! `drivers.sqlite.wallets_dir` is `KMD_DRIVERS_SQLITE_WALLETS_DIR`, and
//! `kmd.log_format` is `KMD_LOG_FORMAT`.

use std::collections::BTreeMap;
use std::ffi::OsString;

use serde_json::Value;

const PREFIX: &str = "KMD_";

/// Variables that begin alike and are no settings: the reference's switch for
/// Ledger devices, which without a Ledger driver has nothing to switch.
const NO_SETTINGS: [&str; 1] = ["KMD_NOUSB"];

/// The variables whose names begin with `KMD_`. Not `Debug`: what is in one
/// that is no setting is not ours to show.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// That of this process.
    pub fn of_process() -> Self {
        std::env::vars_os().collect()
    }

    /// What the variable holds.
    pub(super) fn value(&self, variable: &str) -> Option<&OsString> {
        self.0.get(variable)
    }

    /// The names of all that may be meant as settings.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.0.keys().map(String::as_str);
        names.filter(|name| !NO_SETTINGS.contains(name))
    }
}

impl<Name: Into<OsString>, Held: Into<OsString>> FromIterator<(Name, Held)> for Environment {
    fn from_iter<Pairs: IntoIterator<Item = (Name, Held)>>(pairs: Pairs) -> Self {
        let named = pairs
            .into_iter()
            .map(|(name, held)| (name.into().to_string_lossy().into_owned(), held.into()));
        Self(named.filter(|(name, _)| name.starts_with(PREFIX)).collect())
    }
}

/// The variable of a setting.
pub(super) fn variable(key: &str) -> String {
    let key = key.strip_prefix("kmd.").unwrap_or(key);
    PREFIX.to_owned() + &key.replace('.', "_").to_uppercase()
}

/// Reads the text of a variable as a value of the kind that the default is of.
///
/// # Errors
/// What it must be instead.
pub(super) fn value_of(default: &Value, text: &str) -> Result<Value, &'static str> {
    match default {
        Value::Bool(_) => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err("must be true or false"),
        },
        Value::Number(_) => text
            .parse::<u64>()
            .map(Value::from)
            .map_err(|_| "must be a whole number"),
        Value::String(_) => Ok(Value::from(text)),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(parts.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_follow_from_keys() {
        let cases = [
            ("session_lifetime_secs", "KMD_SESSION_LIFETIME_SECS"),
            ("drivers.sqlite.wallets_dir", "KMD_DRIVERS_SQLITE_WALLETS_DIR"),
            ("kmd.log_format", "KMD_LOG_FORMAT"),
        ];
        for (key, name) in cases {
            assert_eq!(variable(key), name);
        }
    }

    #[test]
    fn texts_become_values_of_the_kind_of_the_default() {
        let cases = [
            (json!(true), "false", Ok(json!(false))),
            (json!(true), "no", Err("must be true or false")),
            (json!(60), "5", Ok(json!(5))),
            (json!(60), "five", Err("must be a whole number")),
            (json!(60), "-1", Err("must be a whole number")),
            (json!(60), "", Err("must be a whole number")),
            (json!("text"), "json", Ok(json!("json"))),
            (json!(null), "", Ok(json!([]))),
            (json!(null), "http://a, http://b", Ok(json!(["http://a", "http://b"]))),
        ];
        for (default, text, value) in cases {
            assert_eq!(value_of(&default, text), value, "{default} {text}");
        }
    }

    #[test]
    fn only_what_may_be_a_setting_is_looked_at() {
        let variables = [("KMD_ADDRESS", "a"), ("KMD_NOUSB", "1"), ("HOME", "/"), ("kmd_x", "")];
        let environment: Environment = variables.into_iter().collect();
        assert_eq!(environment.names().collect::<Vec<_>>(), ["KMD_ADDRESS"]);
    }
}
