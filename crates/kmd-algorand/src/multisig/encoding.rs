//! A partial signature as MessagePack: `{subsig: [{pk, s}], thr, v}`, the form kmd answers with and
//! the network takes.

use super::error::MultisigError;
use super::partial::{Multisig, Subsig};
use super::preimage::MultisigPreimage;
use crate::address::PublicKey;
use crate::msgpack::{write_bytes, write_list_header, write_map_header, write_text, write_uint};
use crate::schema::{Fields, Kind, Schema, Value, canonicalise, field};
use crate::signature::Signature;

const UINT8: Kind = Kind::Uint { max: u8::MAX as u64 };

/// The structure of a partial signature, by itself and in signed transactions.
pub(crate) static MULTISIG: Schema = Schema::new(&[
    field(
        "subsig",
        Kind::List {
            max: MultisigPreimage::MAX_KEYS,
            item: &Kind::Struct(&SUBSIG),
        },
    ),
    field("thr", UINT8),
    field("v", UINT8),
]);

static SUBSIG: Schema = Schema::new(&[
    field("pk", Kind::FixedBytes(PublicKey::LENGTH)),
    field("s", Kind::FixedBytes(Signature::LENGTH)),
]);

impl Multisig {
    /// The canonical encoding; zero values are left out, as everywhere in Algorand.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        // A subsig is a header, two keys and two headers of values: 10 bytes, then 32 and 64.
        let mut out = Vec::with_capacity(24 + 106 * self.subsigs().len());
        let (version, threshold) = (self.version(), self.threshold());
        let present = [!self.subsigs().is_empty(), threshold != 0, version != 0];
        write_map_header(&mut out, count(present));
        if !self.subsigs().is_empty() {
            write_text(&mut out, b"subsig");
            write_list_header(&mut out, self.subsigs().len());
            self.subsigs().iter().for_each(|subsig| write_subsig(&mut out, subsig));
        }
        if threshold != 0 {
            write_text(&mut out, b"thr");
            write_uint(&mut out, threshold.into());
        }
        if version != 0 {
            write_text(&mut out, b"v");
            write_uint(&mut out, version.into());
        }
        out
    }

    /// Decodes what [`encode`](Self::encode) writes, and any encoding that means the same, by the
    /// rules of [`Transaction::decode`](crate::Transaction::decode). Version, threshold and number
    /// of keys are not checked against each other; [`preimage`](Self::preimage) does that.
    ///
    /// # Errors
    /// [`MultisigError::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, MultisigError> {
        let canonical = canonicalise(&MULTISIG, &[], bytes)?;
        Ok(Self::from_fields(&Fields::read(&MULTISIG, &canonical.bytes)?))
    }

    /// Takes what stands in a [`MULTISIG`] structure.
    pub(crate) fn from_fields(fields: &Fields<'_>) -> Self {
        let uint8 = |name| fields.uint(name) as u8; // the schema lets no larger ones in
        let subsigs = fields.list("subsig").iter().filter_map(Value::as_struct);
        Self::new(uint8("v"), uint8("thr"), subsigs.map(read_subsig).collect())
    }
}

fn write_subsig(out: &mut Vec<u8>, subsig: &Subsig) {
    let key = Some(subsig.key()).filter(|key| key.as_bytes() != &[0; PublicKey::LENGTH]);
    write_map_header(out, count([key.is_some(), subsig.signature().is_some()]));
    if let Some(key) = key {
        write_text(out, b"pk");
        write_bytes(out, key.as_bytes());
    }
    if let Some(signature) = subsig.signature() {
        write_text(out, b"s");
        write_bytes(out, signature.as_bytes());
    }
}

fn read_subsig(fields: &Fields<'_>) -> Subsig {
    let key = fields.fixed("pk").unwrap_or_default();
    Subsig::new(PublicKey::from_bytes(key), fields.fixed("s").map(Signature::from_bytes))
}

fn count<const N: usize>(present: [bool; N]) -> usize {
    present.into_iter().filter(|&present| present).count()
}
