//! A state proof and its message. Nodes make these and nobody signs them with an account's key,
//! but they are decoded in full all the same: one rule for every transaction.
//!
//! The vectors show the fields and fixed lengths, and of each list and string only short examples.
//! Upper limits are therefore the formats' own: a digest is at most SHA-512's or Sumhash-512's 64
//! bytes; a Falcon-1024 signature at most 1,538 (its constant-time form) and its key 1,793; at
//! most 640 positions are revealed; a tree of 2^16 leaves proves with at most half as many hashes.
//! The last two are not recorded, only chosen to be no lower than what the protocol uses.

use super::{UINT8, UINT16, UINT64};
use crate::schema::{Kind, Schema, field};

const DIGEST: Kind = Kind::Bytes { max: 64 };
const REVEALS_MAX: usize = 640;
const PATH_MAX: usize = 32_768;

pub(super) static PROOF: Schema = Schema::new(&[
    field("P", Kind::Struct(&TREE_PROOF)), // of the participants
    field("S", Kind::Struct(&TREE_PROOF)), // of the signatures
    field("c", DIGEST),                    // commitment to the signatures
    field(
        "pr",
        Kind::List {
            max: REVEALS_MAX,
            item: &UINT64,
        },
    ), // positions to reveal
    field(
        "r",
        Kind::UintMap {
            max: REVEALS_MAX,
            value: &Kind::Struct(&REVEAL),
        },
    ),
    field("v", UINT8),  // salt version of the signatures
    field("w", UINT64), // signed weight
]);

pub(super) static MESSAGE: Schema = Schema::new(&[
    field("P", UINT64), // logarithm of the proven weight
    field("b", DIGEST), // commitment to the block headers
    field("f", UINT64), // first round
    field("l", UINT64), // last round
    field("v", DIGEST), // commitment to the voters
]);

static TREE_PROOF: Schema = Schema::new(&[
    field("hsh", Kind::Struct(&HASH_FACTORY)),
    field(
        "pth",
        Kind::List {
            max: PATH_MAX,
            item: &DIGEST,
        },
    ),
    field("td", UINT8), // depth
]);

static HASH_FACTORY: Schema = Schema::new(&[field("t", UINT16)]);

static REVEAL: Schema = Schema::new(&[
    field("p", Kind::Struct(&PARTICIPANT)),
    field("s", Kind::Struct(&SIGNATURE_SLOT)),
]);

static PARTICIPANT: Schema = Schema::new(&[
    field("p", Kind::Struct(&KEY_COMMITMENT)),
    field("w", UINT64), // weight
]);

static KEY_COMMITMENT: Schema = Schema::new(&[
    field("cmt", Kind::FixedBytes(64)),
    field("lf", UINT64), // lifetime
]);

static SIGNATURE_SLOT: Schema = Schema::new(&[
    field("l", UINT64), // weight of the slots before
    field("s", Kind::Struct(&MERKLE_SIGNATURE)),
]);

static MERKLE_SIGNATURE: Schema = Schema::new(&[
    field("idx", UINT64),
    field("prf", Kind::Struct(&TREE_PROOF)),
    field("sig", Kind::Bytes { max: 1_538 }),
    field("vkey", Kind::Struct(&FALCON_KEY)),
]);

static FALCON_KEY: Schema = Schema::new(&[field("k", Kind::FixedBytes(1_793))]);
