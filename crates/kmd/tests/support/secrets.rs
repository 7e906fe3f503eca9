//! What is looked for: secrets, in every spelling that something might leave them in.

use aho_corasick::AhoCorasick;
use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha512};
use std::collections::BTreeMap;

/// What is looked for of raw bytes: half of a key, as it fits into a register.
const WINDOW: usize = 16;
/// Less than this is found by chance.
pub const SHORTEST: usize = 12;

/// Secrets, each under a name.
#[derive(Clone, Default)]
pub struct Secrets(Vec<(String, Vec<u8>)>);

/// What to search for.
pub struct Needles {
    names: Vec<String>,
    machine: AhoCorasick,
}

impl Secrets {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        assert!(bytes.len() >= SHORTEST, "{name} is too short to tell it from chance");
        self.0.push((name.to_owned(), bytes.to_vec()));
    }

    /// A seed, and what signing makes of it: the scalar and the prefix (RFC 8032, section 5.1.5).
    pub fn add_key(&mut self, name: &str, key: &SigningKey) {
        self.add(name, key.as_bytes());
        let mut expanded: [u8; 64] = Sha512::digest(key.as_bytes()).into();
        self.add(&format!("{name}: prefix"), &expanded[32..]);
        self.add(&format!("{name}: scalar, not clamped"), &expanded[..32]);
        expanded[0] &= 0xf8;
        expanded[31] = expanded[31] & 0x7f | 0x40;
        self.add(&format!("{name}: scalar"), &expanded[..32]);
    }

    /// A handle: its secret, as text and as the bytes that the text stands for.
    pub fn add_handle(&mut self, name: &str, handle: &str) {
        let (_, secret) = handle.split_once('.').unwrap();
        self.add(name, &HEXLOWER.decode(secret.as_bytes()).unwrap());
    }

    /// Those whose name begins so.
    pub fn named(&self, start: &str) -> Self {
        let mut some = self.clone();
        some.0.retain(|(name, _)| name.starts_with(start));
        assert!(!some.0.is_empty(), "no secret is named {start}");
        some
    }

    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|(name, _)| keep(name));
    }

    pub fn needles(&self) -> Needles {
        // The same bytes may be a part of several; one name is enough.
        let mut needles = BTreeMap::new();
        for (name, bytes) in &self.0 {
            for (spelling, needle) in spellings(bytes) {
                needles.entry(needle).or_insert_with(|| format!("{name} ({spelling})"));
            }
        }
        let machine = AhoCorasick::new(needles.keys()).unwrap();
        let names = needles.into_values().collect();
        Needles { names, machine }
    }
}

impl Needles {
    /// What is found in these bytes, and where.
    pub fn search(&self, bytes: &[u8]) -> impl Iterator<Item = (String, usize)> {
        let found = self.machine.find_iter(bytes);
        found.map(|one| (self.names[one.pattern().as_usize()].clone(), one.start()))
    }
}

fn spellings(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut spellings = Vec::new();
    for window in windows(secret) {
        let mapped = |map: fn(u8) -> u8| window.iter().map(|byte| map(*byte)).collect();
        spellings.extend([
            ("raw", window.to_vec()),
            ("hex", HEXLOWER.encode(window).into_bytes()),
            ("upper hex", HEXUPPER.encode(window).into_bytes()),
            ("numbers", numbers(window, ",").into_bytes()),
            ("spaced numbers", numbers(window, ", ").into_bytes()),
            ("escaped", window.iter().flat_map(escaped).collect()),
            // As HMAC pads a key, and so scrypt a password and HKDF a master derivation key.
            ("inner pad", mapped(|byte| byte ^ 0x36)),
            ("outer pad", mapped(|byte| byte ^ 0x5c)),
            // As SHA-2 reads words.
            ("words", swapped(window, 4)),
            ("long words", swapped(window, 8)),
        ]);
    }
    spellings.extend((0..3).map(|before| ("base64", base64_within(secret, before))));
    spellings
}

fn windows(secret: &[u8]) -> impl Iterator<Item = &[u8]> {
    secret.windows(WINDOW.min(secret.len())).step_by(8)
}

/// The base64 of the secret after so many bytes of something else, without the digits that hold some of that, or of
/// what follows.
fn base64_within(secret: &[u8], before: usize) -> Vec<u8> {
    let text = BASE64.encode(&[&vec![0; before], secret].concat());
    let whole = 4 * ((before + secret.len()) / 3);
    text.as_bytes()[(8 * before).div_ceil(6)..whole].to_vec()
}

fn numbers(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(between)
}

pub fn escaped(byte: &u8) -> Vec<u8> {
    format!("\\u{byte:04x}").into_bytes()
}

pub fn swapped(bytes: &[u8], width: usize) -> Vec<u8> {
    bytes
        .chunks(width)
        .flat_map(|word| word.iter().rev().copied())
        .collect()
}
