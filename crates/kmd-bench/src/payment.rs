//! Payments to sign, and the check that they were: apart from the daemon's own code.

use anyhow::{Context, Result, ensure};
use ed25519_dalek::{Signature, VerifyingKey};
use rmp::encode::{write_bin, write_map_len, write_str, write_uint};

/// Bytes of the note that makes a payment as large as a usual one, about 250 bytes.
pub const USUAL_NOTE: usize = 72;

/// What a signed transaction begins with: a map of two, `sig` with 64 bytes, and after those `txn`.
const BEFORE_SIGNATURE: &[u8] = b"\x82\xa3sig\xc4\x40";
const BEFORE_TRANSACTION: &[u8] = b"\xa3txn";

/// A canonical payment of this sender.
///
/// # Errors
/// Never: it is written to memory.
pub fn payment(sender: &[u8; 32], round: u64, note: usize) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(256 + note);
    write_map_len(&mut out, if note == 0 { 9 } else { 10 })?;
    write_str(&mut out, "amt")?;
    write_uint(&mut out, 1_234_567)?;
    write_str(&mut out, "fee")?;
    write_uint(&mut out, 1000)?;
    write_str(&mut out, "fv")?;
    write_uint(&mut out, 50_000_000 + round)?;
    write_str(&mut out, "gen")?;
    write_str(&mut out, "mainnet-v1.0")?;
    write_str(&mut out, "gh")?;
    write_bin(&mut out, &[7; 32])?;
    write_str(&mut out, "lv")?;
    write_uint(&mut out, 50_001_000 + round)?;
    if note != 0 {
        write_str(&mut out, "note")?;
        write_bin(&mut out, &vec![b'n'; note])?;
    }
    write_str(&mut out, "rcv")?;
    write_bin(&mut out, &[9; 32])?;
    write_str(&mut out, "snd")?;
    write_bin(&mut out, sender)?;
    write_str(&mut out, "type")?;
    write_str(&mut out, "pay")?;
    Ok(out)
}

/// Checks that a signed transaction is this transaction, signed by this key.
///
/// # Errors
/// It is not.
pub fn check(signed: &[u8], transaction: &[u8], key: &[u8; 32]) -> Result<()> {
    let (signature, rest) = signed
        .strip_prefix(BEFORE_SIGNATURE)
        .and_then(|rest| rest.split_at_checked(Signature::BYTE_SIZE))
        .context("an answer that is no signed transaction")?;
    ensure!(
        rest.strip_prefix(BEFORE_TRANSACTION) == Some(transaction),
        "another transaction than was sent"
    );
    let message = [b"TX", transaction].concat();
    VerifyingKey::from_bytes(key)?
        .verify_strict(&message, &Signature::from_slice(signature)?)
        .context("a signature that is not valid")
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};

    use super::*;

    #[test]
    fn a_usual_payment_has_about_250_bytes() {
        let length = payment(&[1; 32], 0, USUAL_NOTE).unwrap().len();
        assert!((230..=270).contains(&length), "{length}");
    }

    #[test]
    fn tells_good_signatures_from_bad() {
        let key = SigningKey::from_bytes(&[5; 32]);
        let public = key.verifying_key().to_bytes();
        let transaction = payment(&public, 1, 0).unwrap();
        let signature = key.sign(&[b"TX", transaction.as_slice()].concat()).to_bytes();
        let mut signed = [BEFORE_SIGNATURE, &signature, BEFORE_TRANSACTION, &transaction].concat();
        check(&signed, &transaction, &public).unwrap();
        assert!(check(&signed, &payment(&public, 2, 0).unwrap(), &public).is_err());
        assert!(check(&signed, &transaction, &[8; 32]).is_err());
        signed[20] ^= 1;
        assert!(check(&signed, &transaction, &public).is_err());
    }
}
