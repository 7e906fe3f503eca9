//! Where our answer differs from the recorded one on purpose.

use crate::support::golden;
use serde_json::Value;
use std::collections::HashMap;

/// What `deviations.json` says of one step.
pub enum Deviation {
    /// The step does not take place.
    Skip,
    /// The recorded answer, or ours.
    May(Option<String>),
    /// The recorded answer, changed as this text says.
    Check(String),
    /// Refused with this status and message.
    Refused(u16, String),
    /// Done, where the reference refuses.
    Done,
}

/// The deviations of one transcript, by step.
pub fn of(transcript: &str) -> HashMap<String, Deviation> {
    entries()
        .into_iter()
        .filter(|entry| entry["transcript"] == transcript)
        .map(|entry| (text(&entry["step"]), Deviation::read(&entry)))
        .collect()
}

/// Transcript and step of each.
pub fn all_names() -> Vec<(String, String)> {
    entries()
        .iter()
        .map(|entry| (text(&entry["transcript"]), text(&entry["step"])))
        .collect()
}

impl Deviation {
    fn read(entry: &Value) -> Self {
        let message = entry["message"].as_str().map(str::to_owned);
        match (&entry["status"], message) {
            (Value::String(word), None) if word == "skip" => Self::Skip,
            (Value::String(word), None) if word == "check" => Self::Check(text(&entry["why"])),
            (Value::String(word), message) if word == "may" => Self::May(message),
            (Value::Number(status), Some(message)) => {
                Self::Refused(status.as_u64().unwrap().try_into().unwrap(), message)
            }
            (Value::Number(status), None) if status.as_u64() == Some(200) => Self::Done,
            _ => panic!("a deviation that the replayer does not understand: {entry}"),
        }
    }
}

fn entries() -> Vec<Value> {
    golden::json("deviations.json").as_array().unwrap().clone()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
