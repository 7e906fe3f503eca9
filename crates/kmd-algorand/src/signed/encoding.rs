//! `{lsig, msig, pqsig, sgnr, sig, txn}`: the map that the network takes (Algorand developer
//! documentation, "Signatures"), and the logic signature in it.

use super::error::SignedTransactionError;
use super::{Authorization, Delegation, LogicSignature, PostQuantumSignature, SignedTransaction};
use crate::msgpack::{write_bytes, write_list_header, write_map_header, write_text, write_uint};
use crate::multisig::{MULTISIG, Multisig};
use crate::schema::{Canonical, Fields, Kind, Schema, Stopped, Value, canonicalise, canonicalise_first, field};
use crate::signature::Signature;
use crate::transaction::{TRANSACTION, Transaction};

const SIGNATURE: Kind = Kind::FixedBytes(Signature::LENGTH);

pub(super) static SIGNED: Schema = Schema::new(&[
    field("lsig", Kind::Struct(&LOGIC)),
    field("msig", Kind::Struct(&MULTISIG)),
    field("pqsig", Kind::Struct(&POST_QUANTUM)),
    field("sgnr", Kind::Address),
    field("sig", SIGNATURE),
    field("txn", Kind::Struct(&TRANSACTION)),
]);

/// Programs and arguments may be as long as the input; the network's limit depends on how many
/// transactions share it.
static LOGIC: Schema = Schema::new(&[
    field(
        "arg",
        Kind::List {
            max: 255,
            item: &Kind::Bytes { max: usize::MAX },
        },
    ),
    field("l", Kind::Bytes { max: usize::MAX }),
    field("lmsig", Kind::Struct(&MULTISIG)), // with the account's address
    field("msig", Kind::Struct(&MULTISIG)),  // without
    field("pqsig", Kind::Struct(&POST_QUANTUM)),
    field("sig", SIGNATURE),
]);

/// A Falcon-1024 key has 1,793 bytes, its signature at most 1,538.
static POST_QUANTUM: Schema = Schema::new(&[
    field("pk", Kind::Bytes { max: 1_793 }),
    field("sch", Kind::FixedBytes(2)), // scheme
    field("sig", Kind::Bytes { max: 1_538 }),
    field("slt", Kind::Uint { max: u8::MAX as u64 }), // salt
]);

impl SignedTransaction {
    /// Decodes a transaction with or without a signature, in any encoding that keeps its meaning,
    /// by the rules of [`Transaction::decode`].
    ///
    /// # Errors
    /// [`SignedTransactionError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, SignedTransactionError> {
        from_canonical(&canonicalise(&SIGNED, &[], bytes)?)
    }

    /// The canonical encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (name, authorization) = match &self.authorization {
            Authorization::None => ("", None),
            Authorization::Logic(logic) => ("lsig", Some(logic.encode())),
            Authorization::Multisig(multisig) => ("msig", Some(multisig.encode())),
            Authorization::PostQuantum(signature) => ("pqsig", Some(encode_post_quantum(signature))),
            Authorization::Key(signature) => ("sig", Some(bytes(signature.as_bytes()))),
        };
        let signer = ("sgnr", self.signer.map(|signer| bytes(signer.as_bytes())));
        let transaction = ("txn", Some(self.transaction.canonical().to_vec()));
        // "sig" alone sorts behind "sgnr".
        match authorization {
            Some(_) if name == "sig" => map([signer, (name, authorization), transaction]),
            _ => map([(name, authorization), signer, transaction]),
        }
    }
}

/// Decodes the one that `input` begins with; also returns how long its encoding is.
pub(super) fn decode_first(input: &[u8]) -> Result<(SignedTransaction, usize), (SignedTransactionError, usize)> {
    let (canonical, length) = canonicalise_first(&SIGNED, &[], input).map_err(stopped)?;
    let signed = from_canonical(&canonical).map_err(|error| (error, length))?;
    Ok((signed, length))
}

/// The same for a transaction without the map around it.
pub(super) fn decode_first_bare(input: &[u8]) -> Result<(SignedTransaction, usize), (SignedTransactionError, usize)> {
    let (canonical, length) = canonicalise_first(&TRANSACTION, &[], input).map_err(stopped)?;
    let transaction = Transaction::decode(&canonical.bytes).map_err(|error| (error.into(), length))?;
    Ok((SignedTransaction::unsigned(transaction), length))
}

fn stopped(stopped: Stopped) -> (SignedTransactionError, usize) {
    (stopped.error.into(), stopped.read)
}

pub(super) fn decode_logic(bytes: &[u8]) -> Result<LogicSignature, SignedTransactionError> {
    let canonical = canonicalise(&LOGIC, &[], bytes)?;
    logic(&Fields::read(&LOGIC, &canonical.bytes)?)
}

pub(super) fn encode_logic(logic: &LogicSignature) -> Vec<u8> {
    let (name, delegation) = match &logic.delegation {
        Delegation::Contract => ("", None),
        Delegation::Key(signature) => ("sig", Some(bytes(signature.as_bytes()))),
        Delegation::Multisig(multisig) => ("lmsig", Some(multisig.encode())),
        Delegation::LegacyMultisig(multisig) => ("msig", Some(multisig.encode())),
        Delegation::PostQuantum(signature) => ("pqsig", Some(encode_post_quantum(signature))),
    };
    map([
        ("arg", (!logic.arguments.is_empty()).then(|| list(&logic.arguments))),
        ("l", Some(bytes(&logic.program))),
        (name, delegation),
    ])
}

fn from_canonical(canonical: &Canonical) -> Result<SignedTransaction, SignedTransactionError> {
    const KEY_LENGTH: usize = 4; // "txn" under a header of one byte
    let place = canonical.field(&SIGNED, "txn");
    let place = place.ok_or(SignedTransactionError::TransactionMissing)?;
    let fields = Fields::read(&SIGNED, &canonical.bytes)?;
    Ok(SignedTransaction {
        transaction: Transaction::decode(&canonical.bytes[place.start + KEY_LENGTH..place.end])?,
        signer: fields.address("sgnr"),
        authorization: match only(&fields, ["lsig", "msig", "pqsig", "sig"])? {
            Some(("lsig", Value::Struct(fields))) => Authorization::Logic(logic(fields)?),
            Some(("msig", Value::Struct(fields))) => Authorization::Multisig(Multisig::from_fields(fields)),
            Some((_, Value::Struct(fields))) => Authorization::PostQuantum(post_quantum(fields)),
            Some((name, _)) => fields
                .fixed(name)
                .map(Signature::from_bytes)
                .map_or(Authorization::None, Authorization::Key),
            None => Authorization::None,
        },
    })
}

fn logic(fields: &Fields<'_>) -> Result<LogicSignature, SignedTransactionError> {
    let program = fields.bytes("l").to_vec();
    if program.is_empty() {
        return Err(SignedTransactionError::ProgramMissing);
    }
    Ok(LogicSignature {
        program,
        arguments: fields
            .list("arg")
            .iter()
            .map(|argument| argument.as_bytes().to_vec())
            .collect(),
        delegation: match only(fields, ["lmsig", "msig", "pqsig", "sig"])? {
            Some(("lmsig", Value::Struct(fields))) => Delegation::Multisig(Multisig::from_fields(fields)),
            Some(("msig", Value::Struct(fields))) => Delegation::LegacyMultisig(Multisig::from_fields(fields)),
            Some((_, Value::Struct(fields))) => Delegation::PostQuantum(post_quantum(fields)),
            Some((name, _)) => fields
                .fixed(name)
                .map(Signature::from_bytes)
                .map_or(Delegation::Contract, Delegation::Key),
            None => Delegation::Contract,
        },
    })
}

/// The one of these fields that is there, if any.
fn only<'f, 'a>(
    fields: &'f Fields<'a>,
    names: [&'static str; 4],
) -> Result<Option<(&'static str, &'f Value<'a>)>, SignedTransactionError> {
    let mut present = fields.iter().filter(|(name, _)| names.contains(name));
    match (present.next(), present.next()) {
        (Some((one, _)), Some((other, _))) => Err(SignedTransactionError::TwoSignatures(one, other)),
        (one, _) => Ok(one),
    }
}

fn post_quantum(fields: &Fields<'_>) -> PostQuantumSignature {
    PostQuantumSignature {
        scheme: fields.fixed("sch").unwrap_or_default(),
        salt: fields.uint("slt") as u8, // the schema lets no larger one in
        key: fields.bytes("pk").to_vec(),
        signature: fields.bytes("sig").to_vec(),
    }
}

fn encode_post_quantum(signature: &PostQuantumSignature) -> Vec<u8> {
    let filled = |value: &[u8]| value.iter().any(|byte| *byte != 0).then(|| bytes(value));
    map([
        ("pk", (!signature.key.is_empty()).then(|| bytes(&signature.key))),
        ("sch", filled(&signature.scheme)),
        (
            "sig",
            (!signature.signature.is_empty()).then(|| bytes(&signature.signature)),
        ),
        (
            "slt",
            (signature.salt != 0).then(|| vec_of(|out| write_uint(out, signature.salt.into()))),
        ),
    ])
}

/// A map of the entries that are there, which stand in order.
fn map<const N: usize>(entries: [(&str, Option<Vec<u8>>); N]) -> Vec<u8> {
    vec_of(|out| {
        let present = entries.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        write_map_header(out, present.clone().count());
        for (name, value) in present {
            write_text(out, name.as_bytes());
            out.extend_from_slice(value);
        }
    })
}

fn list(values: &[Vec<u8>]) -> Vec<u8> {
    vec_of(|out| {
        write_list_header(out, values.len());
        values.iter().for_each(|value| write_bytes(out, value));
    })
}

fn bytes(value: &[u8]) -> Vec<u8> {
    vec_of(|out| write_bytes(out, value))
}

fn vec_of(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out);
    out
}
