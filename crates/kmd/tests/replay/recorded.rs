//! From the recorded text of an answer to the one that this run has to give.

use crate::{
    player::{Player, at},
    support::{algorand::public_key, http::Reply},
};
use serde_json::Value;

impl Player {
    /// Takes the value at a path from the answer, provided that it is one that could stand there.
    pub fn take_over(&self, path: &str, recorded: &str, got: &Reply) -> Result<String, String> {
        let was: Value = serde_json::from_str(recorded).unwrap();
        let is: Value = serde_json::from_slice(&got.body).map_err(|error| error.to_string())?;
        let was = at(&was, path).unwrap();
        let is = at(&is, path).ok_or_else(|| format!("no {path} in {}", got.text()))?;
        let key = path.rsplit('.').next().unwrap();
        match (key, is) {
            ("expires_seconds", Value::Number(left)) => {
                let left = left.as_u64().ok_or("seconds left are not a natural number")?;
                if left > self.session_seconds {
                    return Err(format!("{left} seconds left of {}", self.session_seconds));
                }
            }
            ("address", Value::String(address)) => drop(public_key(address)),
            _ => return Err(format!("{path}: {is}")),
        }
        Ok(recorded.replacen(&format!("\"{key}\": {was}"), &format!("\"{key}\": {is}"), 1))
    }

    /// The order of wallets follows the names of their files, which hold an id that is new in each run; wallets that we
    /// refused to make are not there.
    pub fn in_file_order(&self, recorded: &str) -> String {
        let (open, close) = ("{\n  \"wallets\": [\n", "\n  ]\n}");
        let Some(inner) = recorded.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) else {
            return recorded.to_owned();
        };
        let files = self.daemon.home.wallet_files();
        let place = |entry: &String| files.iter().position(|name| names_wallet(name, entry));
        let mut entries: Vec<String> = inner
            .replace("},\n    {", "}\0    {")
            .split('\0')
            .filter_map(|entry| self.fill_in(entry).ok())
            .collect();
        if entries.is_empty() {
            return "{}".to_owned();
        }
        entries.sort_by_key(place);
        format!("{open}{}{close}", entries.join(",\n"))
    }
}

/// Whether a file name is that of the wallet whose entry this is.
fn names_wallet(file: &str, entry: &str) -> bool {
    let stem = file.strip_suffix(".db").unwrap();
    let id = stem.rsplit('.').next().unwrap();
    entry.contains(&format!("\"id\": \"{id}\""))
}
