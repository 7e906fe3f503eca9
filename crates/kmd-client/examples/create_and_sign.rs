//! Creates a wallet and a key, signs a payment, and checks the signature with another library.
//!
//! ```text
//! cargo run -p kmd-client --example create_and_sign -- ./kmd-data
//! ```

use std::env;
use std::error::Error;
use std::path::Path;

use ed25519_dalek::{Signature, VerifyingKey};
use kmd_client::Client;
use kmd_client::kmd_algorand::{Address, Transaction};

const PASSWORD: &str = "correct horse battery staple";
const USAGE: &str = "usage: create_and_sign DATA_DIRECTORY (of a running kmd)";

fn main() -> Result<(), Box<dyn Error>> {
    let data_dir = env::args_os().nth(1).ok_or(USAGE)?;
    create_and_sign(data_dir.as_ref())
}

/// All of it, on the daemon of this data directory.
pub fn create_and_sign(data_dir: &Path) -> Result<(), Box<dyn Error>> {
    let kmd = Client::open(data_dir)?;
    let name = format!("example {:016x}", getrandom::u64()?);
    let wallet = kmd.create_wallet(&name, PASSWORD)?;
    let handle = kmd.init_wallet(&wallet.id, PASSWORD)?;
    let address = kmd.generate_key(&handle)?;
    println!("wallet \"{name}\" ({}) has the key {address}", wallet.id);

    let transaction = payment_to_itself(address)?;
    let signed = kmd.sign_transaction(&handle, PASSWORD, &transaction, None)?;
    kmd.release_wallet(&handle)?;

    check(&signed, &transaction, address)?;
    let id = Transaction::decode(&transaction)?.id();
    println!("transaction {id} is signed, and the signature verifies");
    Ok(())
}

/// The msgpack of a transaction: keys in the order of their bytes, nothing that is zero.
fn payment_to_itself(address: Address) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut transaction = Vec::new();
    let out = &mut transaction;
    rmp::encode::write_map_len(out, 7)?;
    for (key, number) in [("amt", 1000), ("fee", 1000), ("fv", 1)] {
        rmp::encode::write_str(out, key)?;
        rmp::encode::write_uint(out, number)?;
    }
    rmp::encode::write_str(out, "lv")?;
    rmp::encode::write_uint(out, 1001)?;
    for key in ["rcv", "snd"] {
        rmp::encode::write_str(out, key)?;
        rmp::encode::write_bin(out, address.as_bytes())?;
    }
    rmp::encode::write_str(out, "type")?;
    rmp::encode::write_str(out, "pay")?;
    Ok(transaction)
}

/// A signed transaction is a map of `sig`, 64 bytes, and `txn`, the transaction.
fn check(signed: &[u8], transaction: &[u8], signer: Address) -> Result<(), Box<dyn Error>> {
    let signature_and_rest = signed.strip_prefix(b"\x82\xa3sig\xc4\x40");
    let (signature, rest) = signature_and_rest
        .and_then(|bytes| bytes.split_first_chunk())
        .ok_or("no signature")?;
    if rest.strip_prefix(b"\xa3txn") != Some(transaction) {
        return Err("another transaction was signed".into());
    }
    let message = [b"TX", transaction].concat();
    let key = VerifyingKey::from_bytes(signer.as_bytes())?;
    Ok(key.verify_strict(&message, &Signature::from_bytes(signature))?)
}
