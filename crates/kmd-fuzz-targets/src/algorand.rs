//! What strangers send to be signed, and what people type.

use kmd_algorand::{
    Address, Multisig, PublicKey, Signature, Transaction, mnemonic_from_bytes, mnemonic_to_bytes, sha512_256,
};

/// A transaction: what is signed decodes to itself, and says what was understood.
pub fn transaction(bytes: &[u8]) {
    let Ok(transaction) = Transaction::decode(bytes) else {
        return;
    };
    assert_eq!(Transaction::decode(transaction.canonical()).as_ref(), Ok(&transaction));
    assert_eq!(
        transaction.signing_bytes().strip_prefix(b"TX"),
        Some(transaction.canonical())
    );
    assert_eq!(transaction.id().as_bytes(), &sha512_256(&[transaction.signing_bytes()]));
    assert!(!transaction.sender().is_zero());
    if transaction.group().is_none() {
        assert_eq!(transaction.id_without_group(), transaction.id());
    } else {
        assert_ne!(transaction.id_without_group(), transaction.id());
    }
    let signature = Signature::from_bytes([7; 64]);
    let by_sender = transaction.signed(&signature, PublicKey::from(transaction.sender()));
    let by_other = transaction.signed(&signature, PublicKey::from_bytes([9; 32]));
    assert!(by_sender.ends_with(transaction.canonical()));
    assert!(by_other.ends_with(transaction.canonical()));
}

/// A partial multisig, as a request brings it.
pub fn multisig(bytes: &[u8]) {
    let Ok(multisig) = Multisig::decode(bytes) else {
        return;
    };
    let encoded = multisig.encode();
    assert_eq!(Multisig::decode(&encoded).as_ref(), Ok(&multisig));
    assert_eq!(multisig.merge(&multisig).as_ref(), Ok(&multisig));
    let Ok(preimage) = multisig.preimage() else {
        return;
    };
    let unsigned = Multisig::from_preimage(&preimage);
    assert_eq!(unsigned.preimage().map(|same| same.address()), Ok(preimage.address()));
    assert_eq!(unsigned.merge(&multisig).as_ref(), Ok(&multisig));
}

/// A mnemonic: two texts stand for the same bytes only when their words are the same.
pub fn mnemonic(bytes: &[u8]) {
    if let Ok(secret) = bytes.try_into() {
        let text = mnemonic_from_bytes(secret);
        assert_eq!(mnemonic_to_bytes(&text).as_deref(), Ok(secret));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(secret) = mnemonic_to_bytes(text) {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        assert_eq!(*mnemonic_from_bytes(&secret), words.join(" "));
    }
}

/// An address: one text, one address.
pub fn address(bytes: &[u8]) {
    if let Ok(address) = bytes.try_into().map(Address::from_bytes) {
        assert_eq!(address.to_string().parse(), Ok(address));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(address) = text.parse::<Address>() {
        assert_eq!(address.to_string(), text);
    }
}
