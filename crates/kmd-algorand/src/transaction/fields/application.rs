//! What an application call carries beside numbers.

use super::{ADDRESS, UINT64};
use crate::schema::{Kind, Schema, field};

const REFERENCES_MAX: usize = 32;

pub(super) const PROGRAM: Kind = Kind::Bytes { max: 16_384 };
/// No limit of a single argument is known: 16,385 bytes are signed. The input bounds it.
pub(super) const ARGUMENTS: Kind = Kind::List {
    max: REFERENCES_MAX,
    item: &Kind::Bytes { max: usize::MAX },
};
pub(super) const ACCOUNTS: Kind = Kind::List {
    max: REFERENCES_MAX,
    item: &ADDRESS,
};
pub(super) const IDENTIFIERS: Kind = Kind::List {
    max: REFERENCES_MAX,
    item: &UINT64,
};
pub(super) const BOXES: Kind = Kind::List {
    max: REFERENCES_MAX,
    item: &Kind::Struct(&BOX),
};
pub(super) const ACCESS: Kind = Kind::List {
    max: 16,
    item: &Kind::Struct(&RESOURCE),
};

/// How much state an application keeps.
pub(super) static STATE: Schema = Schema::new(&[
    field("nbs", UINT64), // byte slices
    field("nui", UINT64), // integers
]);

static BOX: Schema = Schema::new(&[
    field("i", UINT64), // index of the application
    field("n", Kind::Bytes { max: 128 }),
]);

/// One resource of the access list; only one of the fields is meaningful, which the network checks.
static RESOURCE: Schema = Schema::new(&[
    field("b", Kind::Struct(&BOX)),
    field("d", ADDRESS), // account
    field("h", Kind::Struct(&HOLDING)),
    field("l", Kind::Struct(&LOCALS)),
    field("p", UINT64), // application
    field("s", UINT64), // asset
]);

static HOLDING: Schema = Schema::new(&[
    field("d", UINT64), // index of the account
    field("s", UINT64), // index of the asset
]);

static LOCALS: Schema = Schema::new(&[
    field("d", UINT64), // index of the account
    field("p", UINT64), // index of the application
]);
