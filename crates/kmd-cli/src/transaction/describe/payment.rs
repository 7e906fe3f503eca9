//! Payments.

use super::sheet::Sheet;
use super::{Danger, algos, or_zero};

pub(super) fn payment(sheet: &mut Sheet<'_, '_>) -> String {
    let receiver = or_zero(sheet.fields(), "rcv");
    let amount = sheet.take_uint("amt");
    sheet.skip(["rcv"]);
    if receiver.is_zero() && amount > 0 {
        sheet.alarm("receiver", receiver.to_string(), Danger::ZeroAddress);
    } else {
        sheet.line("receiver", receiver.to_string());
    }
    sheet.line("amount", algos(amount));
    if let Some(close) = sheet.take_address("close") {
        sheet.alarm("closed to", close.to_string(), Danger::Close);
    }
    "payment".to_owned()
}
