//! Envelopes: how a wallet's secrets lie in its file.
//!
//! The format is the reference's, byte for byte: a canonical msgpack map
//! {ciphertext, do_scrypt, nonce, salt, scrypt_n, scrypt_p, scrypt_r} with
//! nothing left out. The ciphertext is a NaCl secretbox of the map {plaintext,
//! plaintext_type}. The envelope of the master key is keyed by scrypt of the
//! password (do_scrypt true), all others by the master key itself, with a salt
//! of zeros. The type inside keeps one secret from being passed off as another.

use thiserror::Error;

use crate::kdf::{KdfError, PasswordKdf};
use crate::msgpack::{Reader, Writer};
use crate::random::{Random, RandomError};
use crate::secret::{MasterDerivationKey, MasterKey, PrivateKey, SecretVec};
use crate::secretbox::{self, NONCE, TAG};
use kmd_scrypt::Params;

const SALT: usize = 32;

/// What an envelope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The master key, 32 bytes.
    MasterKey,
    /// The master derivation key, 32 bytes.
    MasterDerivationKey,
    /// A secret key: msgpack binary of 64 bytes, seed then public key.
    SecretKey,
    /// The highest index used for a generated key: msgpack unsigned integer.
    MaxKeyIndex,
}

impl Content {
    fn type_name(self) -> &'static str {
        match self {
            Self::MasterKey => "master_key",
            Self::MasterDerivationKey => "master_derivation_key",
            Self::SecretKey => "secret_key",
            Self::MaxKeyIndex => "max_key_idx",
        }
    }
}

/// Why an envelope does not open.
#[derive(Debug, Error)]
pub enum EnvelopeError {
    /// Not an envelope, or its fields have impossible values.
    #[error("the envelope is malformed")]
    Malformed,
    /// The key is not the right one, or the envelope was changed.
    #[error("the key does not open the envelope")]
    WrongKey,
    /// It opens, but holds something else than was asked for.
    #[error("the envelope holds another type of data")]
    WrongType,
    /// The key derivation refused or failed.
    #[error(transparent)]
    Kdf(#[from] KdfError),
    /// No randomness for a nonce or salt.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// Encrypts `plaintext` under the master key.
///
/// # Errors
/// When there is no randomness for the nonce.
pub fn seal(
    key: &MasterKey,
    content: Content,
    plaintext: &[u8],
    random: &dyn Random,
) -> Result<Vec<u8>, EnvelopeError> {
    let mut fields = Fields::default();
    random.fill(&mut fields.nonce)?;
    Ok(fields.seal(key, content, plaintext))
}

/// Opens an envelope that the master key encrypts.
///
/// # Errors
/// [`EnvelopeError::Malformed`], [`EnvelopeError::WrongKey`], [`EnvelopeError::WrongType`].
pub fn open(key: &MasterKey, content: Content, envelope: &[u8]) -> Result<SecretVec, EnvelopeError> {
    let (fields, ciphertext) = Fields::parse(envelope)?;
    if fields.scrypt.is_some() {
        return Err(EnvelopeError::Malformed);
    }
    open_with(key, content, &fields.nonce, ciphertext)
}

/// Encrypts the master key under a password.
///
/// # Errors
/// When the KDF refuses or fails, or there is no randomness.
pub fn seal_master_key(
    kdf: &PasswordKdf,
    params: Params,
    password: &[u8],
    master_key: &MasterKey,
    random: &dyn Random,
) -> Result<Vec<u8>, EnvelopeError> {
    let mut fields = Fields {
        scrypt: Some(params),
        ..Fields::default()
    };
    random.fill(&mut fields.nonce)?;
    random.fill(&mut fields.salt)?;
    let key = kdf.derive(password, &fields.salt, &params)?;
    Ok(fields.seal(&key, Content::MasterKey, master_key.expose()))
}

/// Opens the envelope of the master key with a password.
///
/// # Errors
/// As [`open`], and those of the KDF, which refuses too costly parameters
/// before any work.
pub fn open_master_key(kdf: &PasswordKdf, password: &[u8], envelope: &[u8]) -> Result<MasterKey, EnvelopeError> {
    let (fields, ciphertext) = Fields::parse(envelope)?;
    let params = fields.scrypt.ok_or(EnvelopeError::Malformed)?;
    let key = kdf.derive(password, &fields.salt, &params)?;
    let plaintext = open_with(&key, Content::MasterKey, &fields.nonce, ciphertext)?;
    MasterKey::from_slice(plaintext.expose()).ok_or(EnvelopeError::Malformed)
}

fn open_with(
    key: &MasterKey,
    content: Content,
    nonce: &[u8; NONCE],
    ciphertext: &[u8],
) -> Result<SecretVec, EnvelopeError> {
    let opened = secretbox::open(key, nonce, ciphertext).ok_or(EnvelopeError::WrongKey)?;
    let mut reader = Reader::new(opened.expose());
    let mut plaintext = None;
    let mut type_name = None;
    for _ in 0..reader.map()? {
        match reader.text()? {
            "plaintext" if plaintext.is_none() => plaintext = Some(reader.binary()?),
            "plaintext_type" if type_name.is_none() => type_name = Some(reader.text()?),
            _ => return Err(EnvelopeError::Malformed),
        }
    }
    reader.end()?;
    if type_name != Some(content.type_name()) {
        return Err(EnvelopeError::WrongType);
    }
    plaintext.map(SecretVec::from_slice).ok_or(EnvelopeError::Malformed)
}

/// An envelope without its ciphertext.
#[derive(Default)]
struct Fields {
    nonce: [u8; NONCE],
    salt: [u8; SALT],
    scrypt: Option<Params>,
}

impl Fields {
    fn seal(&self, key: &MasterKey, content: Content, plaintext: &[u8]) -> Vec<u8> {
        let inner = encode_plaintext(content, plaintext);
        let ciphertext = secretbox::seal(key, &self.nonce, inner.expose());
        let (n, p, r) = self
            .scrypt
            .map_or((0, 0, 0), |params| (params.n(), params.p(), params.r()));
        let mut envelope = Vec::with_capacity(192 + ciphertext.len());
        let mut writer = Writer(&mut envelope);
        writer.map(7);
        writer.key("ciphertext").binary(&ciphertext);
        writer.key("do_scrypt").boolean(self.scrypt.is_some());
        writer.key("nonce").binary(&self.nonce);
        writer.key("salt").binary(&self.salt);
        writer.key("scrypt_n").unsigned(n);
        writer.key("scrypt_p").unsigned(p.into());
        writer.key("scrypt_r").unsigned(r.into());
        envelope
    }

    fn parse(envelope: &[u8]) -> Result<(Self, &[u8]), EnvelopeError> {
        let mut reader = Reader::new(envelope);
        let mut fields = Self::default();
        let mut ciphertext: &[u8] = &[];
        let (mut do_scrypt, mut n, mut p, mut r) = (false, 0, 0, 0);
        for _ in 0..reader.map()? {
            match reader.text()? {
                "ciphertext" => ciphertext = reader.binary()?,
                "do_scrypt" => do_scrypt = reader.boolean()?,
                "nonce" => fields.nonce = exactly(reader.binary()?)?,
                "salt" => fields.salt = exactly(reader.binary()?)?,
                "scrypt_n" => n = reader.unsigned()?,
                "scrypt_p" => p = reader.unsigned()?,
                "scrypt_r" => r = reader.unsigned()?,
                _ => return Err(EnvelopeError::Malformed),
            }
        }
        reader.end()?;
        if do_scrypt {
            fields.scrypt = Some(params(n, r, p)?);
        }
        Ok((fields, ciphertext))
    }
}

fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N], EnvelopeError> {
    bytes.try_into().map_err(|_| EnvelopeError::Malformed)
}

fn params(n: u64, r: u64, p: u64) -> Result<Params, EnvelopeError> {
    let narrow = |number: u64| u32::try_from(number).map_err(|_| EnvelopeError::Malformed);
    Params::new(n, narrow(r)?, narrow(p)?).map_err(|error| KdfError::Params(error).into())
}

fn encode_plaintext(content: Content, plaintext: &[u8]) -> SecretVec {
    let mut encoded = Vec::with_capacity(64 + plaintext.len());
    let mut writer = Writer(&mut encoded);
    writer.map(2);
    writer.key("plaintext").binary(plaintext);
    writer.key("plaintext_type").text(content.type_name());
    debug_assert!(encoded.len() + TAG <= 80 + plaintext.len());
    SecretVec::from_vec(encoded)
}

impl MasterDerivationKey {
    /// Opens the envelope of a master derivation key.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open(key: &MasterKey, envelope: &[u8]) -> Result<Self, EnvelopeError> {
        let plaintext = open(key, Content::MasterDerivationKey, envelope)?;
        Self::from_slice(plaintext.expose()).ok_or(EnvelopeError::Malformed)
    }

    /// Encrypts the master derivation key.
    ///
    /// # Errors
    /// As [`seal`].
    pub fn seal(&self, key: &MasterKey, random: &dyn Random) -> Result<Vec<u8>, EnvelopeError> {
        seal(key, Content::MasterDerivationKey, self.expose(), random)
    }
}

impl PrivateKey {
    /// Opens the envelope of a secret key.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open(key: &MasterKey, envelope: &[u8]) -> Result<Self, EnvelopeError> {
        let plaintext = open(key, Content::SecretKey, envelope)?;
        let mut reader = Reader::new(plaintext.expose());
        let private_key = Self::from_slice(reader.binary()?).ok_or(EnvelopeError::Malformed)?;
        reader.end()?;
        Ok(private_key)
    }

    /// Encrypts the secret key.
    ///
    /// # Errors
    /// As [`seal`].
    pub fn seal(&self, key: &MasterKey, random: &dyn Random) -> Result<Vec<u8>, EnvelopeError> {
        let mut encoded = Vec::with_capacity(66);
        Writer(&mut encoded).binary(self.expose());
        seal(key, Content::SecretKey, SecretVec::from_vec(encoded).expose(), random)
    }
}

/// Opens the envelope of the highest key index.
///
/// # Errors
/// As [`open`].
pub fn open_max_key_index(key: &MasterKey, envelope: &[u8]) -> Result<u64, EnvelopeError> {
    let plaintext = open(key, Content::MaxKeyIndex, envelope)?;
    let mut reader = Reader::new(plaintext.expose());
    let index = reader.unsigned()?;
    reader.end()?;
    Ok(index)
}

/// Encrypts the highest key index.
///
/// # Errors
/// As [`seal`].
pub fn seal_max_key_index(key: &MasterKey, index: u64, random: &dyn Random) -> Result<Vec<u8>, EnvelopeError> {
    let mut encoded = Vec::with_capacity(9);
    Writer(&mut encoded).unsigned(index);
    seal(key, Content::MaxKeyIndex, &encoded, random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_comes_twice_is_refused() {
        let key = MasterKey::from_fn(|key| key.fill(1));
        let content = Content::MaxKeyIndex;
        let field = |writer: &mut Writer<'_>, name: &str| match name {
            "plaintext" => writer.key(name).binary(&[7]),
            _ => writer.key(name).text(content.type_name()),
        };
        let cases: [(&[&str], bool); 4] = [
            (&["plaintext", "plaintext_type"], true),
            (&["plaintext_type", "plaintext"], true),
            (&["plaintext", "plaintext", "plaintext_type"], false),
            (&["plaintext", "plaintext_type", "plaintext_type"], false),
        ];
        for (names, opens) in cases {
            let mut inner = Vec::new();
            let mut writer = Writer(&mut inner);
            writer.map(u8::try_from(names.len()).unwrap());
            names.iter().for_each(|name| field(&mut writer, name));
            let sealed = secretbox::seal(&key, &[0; NONCE], &inner);
            let opened = open_with(&key, content, &[0; NONCE], &sealed);
            assert_eq!(opened.is_ok(), opens, "{names:?}");
        }
    }
}
