//! Every field of every transaction type, one line each.
//!
//! One flat table, not one a type: the reference decodes all types into one structure, so each
//! field may occur in each transaction, and types it does not know are signed as well. What a type
//! needs is for the network to check.
//!
//! Names and types are the Algorand developer documentation's "Transaction reference". Limits are
//! what the recorded vectors (tests/golden/transactions.jsonl.gz) show to be accepted and refused;
//! where they show nothing, the comment says where a limit comes from.

mod application;
mod asset;
mod heartbeat;
mod state_proof;

use crate::schema::{Field, Kind, Schema, field};

/// A field of a number that Algorand keeps in 64 bits: amounts, rounds, identifiers.
const UINT64: Kind = Kind::Uint { max: u64::MAX };
const UINT32: Kind = Kind::Uint { max: u32::MAX as u64 };
const UINT16: Kind = Kind::Uint { max: u16::MAX as u64 };
const UINT8: Kind = Kind::Uint { max: u8::MAX as u64 };
const ADDRESS: Kind = Kind::Address;
const PUBLIC_KEY: Kind = Kind::FixedBytes(32);
const HASH: Kind = Kind::FixedBytes(32);
const SIGNATURE: Kind = Kind::FixedBytes(64);

/// The vectors accept 6 bytes and refuse 31. No known type has more than 6, so the limit is near it.
const TYPE: Kind = Kind::Text { max: 7 };
const GENESIS_ID: Kind = Kind::Text { max: 128 };
const NOTE: Kind = Kind::Bytes { max: 4096 };

/// The structure of every transaction, by itself and in signed transactions.
pub(crate) static TRANSACTION: Schema = Schema::new(FIELDS);

const FIELDS: &[Field] = &[
    field("aamt", UINT64),                            // axfer: amount
    field("aclose", ADDRESS),                         // axfer: close to
    field("afrz", Kind::Bool),                        // afrz: frozen
    field("al", application::ACCESS),                 // appl: access list
    field("amt", UINT64),                             // pay: amount
    field("apaa", application::ARGUMENTS),            // appl: arguments
    field("apan", UINT64),                            // appl: on completion
    field("apap", application::PROGRAM),              // appl: approval program
    field("apar", Kind::Struct(&asset::PARAMETERS)),  // acfg: parameters
    field("apas", application::IDENTIFIERS),          // appl: foreign assets
    field("apat", application::ACCOUNTS),             // appl: accounts
    field("apbx", application::BOXES),                // appl: boxes
    field("apep", UINT32),                            // appl: extra program pages
    field("apfa", application::IDENTIFIERS),          // appl: foreign applications
    field("apgs", Kind::Struct(&application::STATE)), // appl: global state
    field("apid", UINT64),                            // appl: application
    field("apls", Kind::Struct(&application::STATE)), // appl: local state
    field("aprv", UINT64),                            // appl: version that must be current
    field("apsu", application::PROGRAM),              // appl: clear state program
    field("arcv", ADDRESS),                           // axfer: receiver
    field("asnd", ADDRESS),                           // axfer: clawed back from
    field("caid", UINT64),                            // acfg: asset
    field("close", ADDRESS),                          // pay: close to
    field("fadd", ADDRESS),                           // afrz: account
    field("faid", UINT64),                            // afrz: asset
    field("fee", UINT64),
    field("fv", UINT64), // first round
    field("gen", GENESIS_ID),
    field("gh", HASH),                                 // genesis hash
    field("grp", HASH),                                // atomic group
    field("hb", Kind::Pointer(&heartbeat::HEARTBEAT)), // hb: all of it
    field("lv", UINT64),                               // last round
    field("lx", HASH),                                 // lease
    field("nonpart", Kind::Bool),                      // keyreg: never to take part
    field("note", NOTE),
    field("rcv", ADDRESS),                               // pay: receiver
    field("rekey", ADDRESS),                             // whose key signs from now on
    field("selkey", PUBLIC_KEY),                         // keyreg: selection key
    field("snd", ADDRESS),                               // sender
    field("sp", Kind::Struct(&state_proof::PROOF)),      // stpf: proof
    field("spmsg", Kind::Struct(&state_proof::MESSAGE)), // stpf: what is proven
    field("sprfkey", Kind::FixedBytes(64)),              // keyreg: state proof key commitment
    field("sptype", UINT64),                             // stpf: kind of proof
    field("type", TYPE),
    field("votefst", UINT64),     // keyreg: first round
    field("votekd", UINT64),      // keyreg: dilution
    field("votekey", PUBLIC_KEY), // keyreg: participation key
    field("votelst", UINT64),     // keyreg: last round
    field("xaid", UINT64),        // axfer: asset
];
