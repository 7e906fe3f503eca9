//! Assets: transfers, parameters, freezing.

use kmd_algorand::{Address, Fields, Value};

use super::sheet::{Sheet, plain};
use super::{Danger, base64, or_zero, text};

const NOBODY: &str = "nobody";

pub(super) fn transfer(sheet: &mut Sheet<'_, '_>, sender: Address) -> String {
    let receiver = or_zero(sheet.fields(), "arcv");
    let (asset, amount) = (sheet.take_uint("xaid"), sheet.take_uint("aamt"));
    let (from, close) = (sheet.take_address("asnd"), sheet.take_address("aclose"));
    sheet.skip(["arcv"]);
    if let Some(from) = from {
        sheet.alarm("taken from", from.to_string(), Danger::Clawback);
    }
    if receiver.is_zero() && amount > 0 {
        sheet.alarm("receiver", receiver.to_string(), Danger::ZeroAddress);
    } else {
        sheet.line("receiver", receiver.to_string());
    }
    sheet.line("amount", format!("{amount} base units of asset {asset}"));
    if let Some(close) = close {
        sheet.alarm("rest goes to", close.to_string(), Danger::AssetClose);
    }
    let opts_in = amount == 0 && receiver == sender && from.is_none() && close.is_none();
    match (from, opts_in) {
        (Some(_), _) => format!("clawback of asset {asset}"),
        (None, true) => format!("opt-in to asset {asset}"),
        (None, false) => format!("transfer of asset {asset}"),
    }
}

pub(super) fn configuration(sheet: &mut Sheet<'_, '_>) -> String {
    let asset = sheet.take_uint("caid");
    let parameters = sheet.take("apar").and_then(Value::as_struct);
    match (asset, parameters) {
        (0, parameters) => {
            let none = Fields::default();
            creation(sheet, parameters.unwrap_or(&none));
            "creation of an asset".to_owned()
        }
        (_, Some(parameters)) => {
            change(sheet, parameters);
            format!("change of asset {asset}")
        }
        (_, None) => {
            sheet.alarm("asset", format!("{asset}, destroyed"), Danger::AssetDestroy);
            format!("destruction of asset {asset}")
        }
    }
}

/// Names of the fields, and what the roles are called.
const ROLES: [(&str, &str); 4] = [("m", "manager"), ("r", "reserve"), ("f", "freeze"), ("c", "clawback")];

fn creation(sheet: &mut Sheet<'_, '_>, parameters: &Fields<'_>) {
    let mut own = Sheet::new(parameters);
    for (label, name) in [("unit name", "un"), ("asset name", "an"), ("URL", "au")] {
        let value = own.take_bytes(name);
        if !value.is_empty() {
            sheet.line(label, text(value));
        }
    }
    let decimals = own.take_uint("dc");
    sheet.line(
        "total",
        format!("{} base units, {decimals} decimals", own.take_uint("t")),
    );
    if own.take_true("df") {
        sheet.line("holders", "frozen until they are unfrozen");
    }
    if let Some(hash) = own.take_fixed::<32>("am") {
        sheet.line("metadata hash", base64(&hash));
    }
    for (name, role) in ROLES {
        match own.take_address(name) {
            None => sheet.line(role, NOBODY),
            Some(address) => match name {
                "c" => sheet.alarm(role, address.to_string(), Danger::ClawbackRole),
                "f" => sheet.alarm(role, address.to_string(), Danger::FreezeRole),
                _ => sheet.line(role, address.to_string()),
            },
        }
    }
}

fn change(sheet: &mut Sheet<'_, '_>, parameters: &Fields<'_>) {
    for (name, role) in ROLES {
        let holder = parameters
            .address(name)
            .map_or(NOBODY.to_owned(), |address| address.to_string());
        sheet.alarm(role, holder, Danger::AssetRoles);
    }
    let is_role = |name: &str| ROLES.iter().any(|(role, _)| *role == name);
    for (name, value) in parameters.iter().filter(|(name, _)| !is_role(name)) {
        sheet.alarm(format!("field apar.{name}"), plain(value), Danger::StrayField);
    }
}

pub(super) fn freeze(sheet: &mut Sheet<'_, '_>) -> String {
    let (asset, frozen) = (sheet.take_uint("faid"), sheet.take_true("afrz"));
    let account = or_zero(sheet.fields(), "fadd");
    sheet.skip(["fadd"]);
    if frozen {
        sheet.alarm("frozen for", account.to_string(), Danger::Freeze);
        format!("freezing of asset {asset}")
    } else {
        sheet.line("unfrozen for", account.to_string());
        format!("unfreezing of asset {asset}")
    }
}
