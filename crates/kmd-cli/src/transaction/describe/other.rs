//! Taking part in consensus: key registrations, state proofs, heartbeats.

use kmd_algorand::Value;

use super::sheet::{Sheet, plain};
use super::{Danger, base64, or_zero};

pub(super) fn key_registration(sheet: &mut Sheet<'_, '_>) -> String {
    let never_again = sheet.take_true("nonpart");
    if never_again {
        sheet.alarm("taking part", "never again", Danger::Nonparticipation);
    }
    let online = sheet.fields().value("votekey").is_some();
    for (label, name) in [
        ("voting key", "votekey"),
        ("selection key", "selkey"),
        ("state proof key", "sprfkey"),
    ] {
        let key = sheet.take_bytes(name);
        if !key.is_empty() {
            sheet.line(label, base64(key));
        }
    }
    let (first, last) = (sheet.take_uint("votefst"), sheet.take_uint("votelst"));
    if (first, last) != (0, 0) {
        sheet.line("votes", format!("rounds {first} to {last}"));
    }
    sheet.number("key dilution", "votekd");
    let state = match (online, never_again) {
        (true, _) => "online",
        (false, false) => "offline",
        (false, true) => "offline for good",
    };
    format!("key registration: the account goes {state}")
}

pub(super) fn state_proof(sheet: &mut Sheet<'_, '_>) -> String {
    sheet.number("kind of proof", "sptype");
    if let Some(message) = sheet.take("spmsg").and_then(Value::as_struct) {
        let (first, last) = (message.uint("f"), message.uint("l"));
        sheet.line("proven rounds", format!("{first} to {last}"));
        sheet.line("block headers", base64(message.bytes("b")));
        sheet.line("voters", base64(message.bytes("v")));
        sheet.line("weight (log)", message.uint("P").to_string());
    }
    if let Some(proof) = sheet.take("sp").and_then(Value::as_struct) {
        sheet.line("signed weight", proof.uint("w").to_string());
        sheet.line("signatures", base64(proof.bytes("c")));
        let revealed = proof.list("pr").len();
        sheet.line(
            "revealed",
            format!("{revealed} positions; --json shows the whole proof"),
        );
    }
    "state proof".to_owned()
}

pub(super) fn heartbeat(sheet: &mut Sheet<'_, '_>) -> String {
    if let Some(heartbeat) = sheet.take("hb").and_then(Value::as_struct) {
        sheet.line("of account", or_zero(heartbeat, "a").to_string());
        sheet.line("seed", base64(heartbeat.bytes("sd")));
        sheet.line("voting key", base64(heartbeat.bytes("vid")));
        sheet.line("key dilution", heartbeat.uint("kd").to_string());
        for (name, value) in heartbeat.iter().filter(|(name, _)| matches!(*name, "c" | "prf")) {
            let label = if name == "c" { "challenge" } else { "proof" };
            sheet.line(label, plain(value));
        }
    }
    "heartbeat".to_owned()
}
