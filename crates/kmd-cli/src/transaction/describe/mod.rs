//! What a transaction would do, in words.
//!
//! One file a family of types, and here what all have. Whatever no file speaks of is shown by its
//! name in the format, with a warning: nothing that is signed stays unsaid.

mod application;
mod asset;
mod other;
mod payment;
mod sheet;
#[cfg(test)]
mod tests;

use kmd_algorand::{Address, DecodeError, Fields, Transaction};

pub(super) use self::sheet::Line;
use self::sheet::Sheet;
use super::danger::{Danger, HIGH_FEE};
use super::phrase::{algos, base64, bytes, text};

/// A transaction in words.
pub(super) struct Description {
    /// What it is.
    pub(super) title: String,
    /// All that it says, but for its group.
    pub(super) lines: Vec<Line>,
}

/// Describes a transaction.
pub(super) fn describe(transaction: &Transaction) -> Result<Description, DecodeError> {
    let fields = transaction.fields()?;
    let mut sheet = Sheet::new(&fields);
    sheet.skip(["type", "grp"]);
    sheet.address("sender", "snd");
    let title = body(&mut sheet, transaction.sender());
    common(&mut sheet, transaction.sender());
    sheet.rest();
    Ok(Description {
        title,
        lines: sheet.into_lines(),
    })
}

fn body(sheet: &mut Sheet<'_, '_>, sender: Address) -> String {
    match sheet.fields().bytes("type") {
        b"pay" => payment::payment(sheet),
        b"axfer" => asset::transfer(sheet, sender),
        b"acfg" => asset::configuration(sheet),
        b"afrz" => asset::freeze(sheet),
        b"appl" => application::call(sheet),
        b"keyreg" => other::key_registration(sheet),
        b"stpf" => other::state_proof(sheet),
        b"hb" => other::heartbeat(sheet),
        unknown => {
            let name = text(unknown);
            sheet.alarm("type", name.clone(), Danger::UnknownType);
            format!("unknown type {name}")
        }
    }
}

fn common(sheet: &mut Sheet<'_, '_>, sender: Address) {
    if let Some(rekey) = sheet.take_address("rekey") {
        let own = if rekey == sender { " (its own key again)" } else { "" };
        sheet.alarm("rekeyed to", format!("{rekey}{own}"), Danger::Rekey);
    }
    fee(sheet);
    let (first, last) = (sheet.take_uint("fv"), sheet.take_uint("lv"));
    sheet.line("valid", format!("rounds {first} to {last}"));
    network(sheet);
    if let Some(lease) = sheet.take_fixed::<32>("lx") {
        sheet.line("lease", base64(&lease));
    }
    let note = sheet.take_bytes("note");
    if !note.is_empty() {
        sheet.line("note", bytes(note));
    }
}

fn fee(sheet: &mut Sheet<'_, '_>) {
    let fee = sheet.take_uint("fee");
    if fee >= HIGH_FEE {
        sheet.alarm("fee", algos(fee), Danger::HighFee);
    } else {
        sheet.line("fee", algos(fee));
    }
}

/// Networks that everybody knows: name, genesis id, genesis hash.
const NETWORKS: [(&str, &[u8], &str); 3] = [
    (
        "MainNet",
        b"mainnet-v1.0",
        "wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=",
    ),
    (
        "TestNet",
        b"testnet-v1.0",
        "SGO1GKSzyE7IEPItTxCByw9x8FmnrCDexi9/cOUJOiI=",
    ),
    (
        "BetaNet",
        b"betanet-v1.0",
        "mFgazF+2uRS1tMiL9dsj01hJGySEmPN28B/TjjvpVW0=",
    ),
];

/// The hash decides; the id is only a name that somebody wrote.
fn network(sheet: &mut Sheet<'_, '_>) {
    let id = sheet.take_bytes("gen");
    let hash = sheet.take_fixed::<32>("gh").map(|hash| base64(&hash));
    let known = NETWORKS.iter().find(|(_, _, known)| hash.as_deref() == Some(known));
    let pretends = match known {
        Some((_, right, _)) => !id.is_empty() && id != *right,
        None => NETWORKS.iter().any(|(_, other, _)| id == *other),
    };
    match (id, pretends) {
        (b"", _) => {}
        (_, false) => sheet.line("network", text(id)),
        (_, true) => sheet.alarm("network", text(id), Danger::OtherNetwork),
    }
    match (hash, known) {
        (Some(hash), Some((name, _, _))) => sheet.line("genesis hash", format!("{hash} ({name})")),
        (Some(hash), None) => sheet.line("genesis hash", hash),
        (None, _) => sheet.alarm("genesis hash", "none", Danger::AnyNetwork),
    }
}

/// The zero address stands for an address that was left out.
fn or_zero(fields: &Fields<'_>, name: &str) -> Address {
    fields.address(name).unwrap_or(Address::from_bytes([0; 32]))
}
