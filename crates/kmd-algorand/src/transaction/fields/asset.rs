//! An asset's parameters, in a configuration transaction.

use super::{ADDRESS, HASH, UINT32, UINT64};
use crate::schema::{Kind, Schema, field};

pub(super) static PARAMETERS: Schema = Schema::new(&[
    field("am", HASH),                   // metadata hash
    field("an", Kind::Text { max: 32 }), // name
    field("au", Kind::Text { max: 96 }), // URL
    field("c", ADDRESS),                 // clawback
    field("dc", UINT32),                 // decimals
    field("df", Kind::Bool),             // frozen by default
    field("f", ADDRESS),                 // freeze
    field("m", ADDRESS),                 // manager
    field("r", ADDRESS),                 // reserve
    field("t", UINT64),                  // total
    field("un", Kind::Text { max: 8 }),  // unit name
]);
