//! The public keys of a multisig row: a msgpack array of 32-byte binaries.

use kmd_algorand::PublicKey;
use rmp::decode::{read_array_len, read_bin_len};
use rmp::encode::{write_array_len, write_bin};

/// Encodes the keys.
pub(crate) fn encode(keys: &[PublicKey]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(3 + keys.len() * 34);
    // Writing to a vector cannot fail; there are at most 255 keys.
    let _ = write_array_len(&mut encoded, keys.len() as u32);
    for key in keys {
        let _ = write_bin(&mut encoded, key.as_bytes());
    }
    encoded
}

/// Decodes the keys, `None` when the bytes are anything else.
pub(crate) fn decode(mut bytes: &[u8]) -> Option<Vec<PublicKey>> {
    let count = read_array_len(&mut bytes).ok()?;
    let mut keys = Vec::new();
    for _ in 0..count {
        if read_bin_len(&mut bytes).ok()? != 32 {
            return None;
        }
        let (key, rest) = bytes.split_first_chunk::<32>()?;
        keys.push(PublicKey::from_bytes(*key));
        bytes = rest;
    }
    bytes.is_empty().then_some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_refusals() {
        let keys: Vec<_> = (0..20).map(|byte| PublicKey::from_bytes([byte; 32])).collect();
        let encoded = encode(&keys);
        assert_eq!(decode(&encoded), Some(keys));
        for length in 0..encoded.len() {
            assert_eq!(decode(&encoded[..length]), None, "{length}");
        }
        assert_eq!(decode(&[0xdd, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
