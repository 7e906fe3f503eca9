//! A node's heartbeat: a signature with its participation key, and the key's certificate.

use super::{ADDRESS, HASH, PUBLIC_KEY, SIGNATURE, UINT64};
use crate::schema::{Kind, Schema, field};

pub(super) static HEARTBEAT: Schema = Schema::new(&[
    field("a", ADDRESS),    // whose heartbeat
    field("c", Kind::Bool), // recorded; not in the public documentation yet
    field("kd", UINT64),    // key dilution
    field("prf", Kind::Struct(&PROOF)),
    field("sd", HASH),        // seed of a recent block
    field("vid", PUBLIC_KEY), // participation key
]);

static PROOF: Schema = Schema::new(&[
    field("p", PUBLIC_KEY),
    field("p1s", SIGNATURE),
    field("p2", PUBLIC_KEY),
    field("p2s", SIGNATURE),
    field("s", SIGNATURE),
]);
