//! A partial signature as MessagePack: `{subsig: [{pk, s}], thr, v}`, the form kmd answers with and
//! the network takes.

use super::error::MultisigError;
use super::partial::{Multisig, Subsig};
use super::preimage::MultisigPreimage;
use crate::address::PublicKey;
use crate::msgpack::{Reader, write_bytes, write_list_header, write_map_header, write_text, write_uint};
use crate::schema::{DecodeError, Expected, Kind, Problem, Schema, canonicalise, field};
use crate::signature::Signature;

const UINT8: Kind = Kind::Uint { max: u8::MAX as u64 };

static MULTISIG: Schema = Schema::new(&[
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
        Ok(read_canonical(&canonical.bytes).map_err(DecodeError::from)?)
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

fn count<const N: usize>(present: [bool; N]) -> usize {
    present.into_iter().filter(|&present| present).count()
}

/// Reads canonical bytes: every key is known and every length right, so the errors cannot happen.
fn read_canonical(bytes: &[u8]) -> Result<Multisig, Problem> {
    let mut reader = Reader::new(bytes);
    let (mut version, mut threshold, mut subsigs) = (0, 0, Vec::new());
    for _ in 0..reader.map_length()? {
        match reader.blob(Expected::Text)?.1 {
            b"subsig" => {
                let length = reader.list_length()?;
                subsigs = (0..length)
                    .map(|_| read_subsig(&mut reader))
                    .collect::<Result<_, _>>()?;
            }
            b"thr" => threshold = read_uint8(&mut reader)?,
            b"v" => version = read_uint8(&mut reader)?,
            _ => return Err(Problem::UnknownField),
        }
    }
    Ok(Multisig::new(version, threshold, subsigs))
}

fn read_subsig(reader: &mut Reader<'_>) -> Result<Subsig, Problem> {
    let (mut key, mut signature) = ([0; PublicKey::LENGTH], None);
    for _ in 0..reader.map_length()? {
        match reader.blob(Expected::Text)?.1 {
            b"pk" => key = read_fixed(reader)?,
            b"s" => signature = Some(Signature::from_bytes(read_fixed(reader)?)),
            _ => return Err(Problem::UnknownField),
        }
    }
    Ok(Subsig::new(PublicKey::from_bytes(key), signature))
}

fn read_uint8(reader: &mut Reader<'_>) -> Result<u8, Problem> {
    let max = u8::MAX.into();
    u8::try_from(reader.uint()?).map_err(|_| Problem::NumberTooLarge { max })
}

fn read_fixed<const N: usize>(reader: &mut Reader<'_>) -> Result<[u8; N], Problem> {
    let (_, bytes) = reader.blob(Expected::Bytes)?;
    bytes.try_into().map_err(|_| Problem::WrongLength { expected: N })
}
