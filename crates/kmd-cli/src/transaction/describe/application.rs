//! Application calls.

use kmd_algorand::{Fields, Value, program_address};

use super::sheet::{Sheet, plain};
use super::{Danger, bytes};
use crate::phrase::count;

pub(super) fn call(sheet: &mut Sheet<'_, '_>) -> String {
    let application = sheet.take_uint("apid");
    let title = on_completion(sheet, application);
    sheet.number("if version is", "aprv");
    program(sheet, "approval program", "apap");
    program(sheet, "clear program", "apsu");
    sheet.number("extra pages", "apep");
    state(sheet, "global state", "apgs");
    state(sheet, "local state", "apls");
    sheet.each("argument", "apaa", |value| bytes(value.as_bytes()));
    sheet.each("account", "apat", plain);
    sheet.each("foreign app", "apfa", plain);
    sheet.each("foreign asset", "apas", plain);
    sheet.each("box", "apbx", |value| {
        value.as_struct().map(box_name).unwrap_or_default()
    });
    sheet.each("access", "al", |value| {
        value.as_struct().map(resource).unwrap_or_default()
    });
    title
}

/// What happens when the program approves; says what the call is for.
fn on_completion(sheet: &mut Sheet<'_, '_>, application: u64) -> String {
    let (name, purpose, danger) = match sheet.take_uint("apan") {
        0 => ("NoOp, nothing more", "call of", None),
        1 => ("OptIn, the sender gets state in it", "opt-in to", None),
        2 => ("CloseOut, the sender's state in it ends", "opt-out of", None),
        3 => (
            "ClearState",
            "clearing of the sender's state in",
            Some(Danger::ClearState),
        ),
        4 => ("UpdateApplication", "update of", Some(Danger::ApplicationUpdate)),
        5 => ("DeleteApplication", "deletion of", Some(Danger::ApplicationDelete)),
        _ => ("unknown", "unknown call of", Some(Danger::UnknownType)),
    };
    match danger {
        Some(danger) => sheet.alarm("on completion", name, danger),
        None => sheet.line("on completion", name),
    }
    match application {
        0 => "creation of an application".to_owned(),
        _ => format!("{purpose} application {application}"),
    }
}

fn program(sheet: &mut Sheet<'_, '_>, label: &str, name: &'static str) {
    let program = sheet.take_bytes(name);
    if !program.is_empty() {
        let (length, hash) = (count(program.len(), "byte"), program_address(program));
        sheet.line(label, format!("{length}, hash {hash}"));
    }
}

fn state(sheet: &mut Sheet<'_, '_>, label: &str, name: &'static str) {
    if let Some(state) = sheet.take(name).and_then(Value::as_struct) {
        let (numbers, texts) = (state.uint("nui"), state.uint("nbs"));
        sheet.line(label, format!("{numbers} integers, {texts} byte slices"));
    }
}

fn box_name(fields: &Fields<'_>) -> String {
    let owner = match fields.uint("i") {
        0 => "this application".to_owned(),
        index => format!("foreign app {index}"),
    };
    format!("{} of {owner}", bytes(fields.bytes("n")))
}

/// One of the forms is used; all that is there is shown.
fn resource(fields: &Fields<'_>) -> String {
    if fields.is_empty() {
        return "empty".to_owned();
    }
    let shown = fields.iter().map(|(name, value)| match (name, value) {
        ("d", value) => format!("account {}", plain(value)),
        ("p", value) => format!("application {}", plain(value)),
        ("s", value) => format!("asset {}", plain(value)),
        ("b", Value::Struct(fields)) => format!("box {}", box_name(fields)),
        ("h", Value::Struct(fields)) => {
            format!(
                "holding of entries: account {}, asset {}",
                fields.uint("d"),
                fields.uint("s")
            )
        }
        ("l", Value::Struct(fields)) => {
            format!(
                "local state of entries: account {}, application {}",
                fields.uint("d"),
                fields.uint("p")
            )
        }
        (name, value) => format!("{name} {}", plain(value)),
    });
    shown.collect::<Vec<_>>().join("; ")
}
