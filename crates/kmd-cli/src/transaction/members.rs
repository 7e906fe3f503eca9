//! Which members of a multisig account sign.

use kmd_algorand::{Address, Multisig, PublicKey};

/// Members that have not signed and whose keys are there: all of those that are `wanted`, or, where
/// none are named, as many as are needed.
pub(super) fn who_signs(multisig: &Multisig, has_key: impl Fn(&Address) -> bool, wanted: &[Address]) -> Vec<PublicKey> {
    let signed = multisig
        .subsigs()
        .iter()
        .filter(|subsig| subsig.signature().is_some())
        .count();
    let need = match wanted.len() {
        0 => usize::from(multisig.threshold()).saturating_sub(signed),
        _ => usize::MAX,
    };
    let signs = |address: &Address| has_key(address) && (wanted.is_empty() || wanted.contains(address));
    let unsigned = multisig.subsigs().iter().filter(|subsig| subsig.signature().is_none());
    let keys = unsigned.map(kmd_algorand::Subsig::key);
    let mut members: Vec<PublicKey> = keys.filter(|key| signs(&Address::from(*key))).take(need).collect();
    // A key that occurs twice signs in both places at once.
    members.sort();
    members.dedup();
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmd_algorand::{Signature, Subsig};

    fn key(number: u8) -> PublicKey {
        PublicKey::from_bytes([number; 32])
    }

    /// Who signs of the members 1, 2, 2, 3, of which 3 have to sign.
    fn numbers(signed: &[u8], keys: &[u8], wanted: &[u8]) -> Vec<u8> {
        let subsig = |number: &u8| {
            let signature = signed.contains(number).then(|| Signature::from_bytes([1; 64]));
            Subsig::new(key(*number), signature)
        };
        let multisig = Multisig::new(1, 3, [1, 2, 2, 3].iter().map(subsig).collect());
        let wanted: Vec<Address> = wanted.iter().map(|number| key(*number).into()).collect();
        let has_key = |address: &Address| keys.contains(&address.as_bytes()[0]);
        who_signs(&multisig, has_key, &wanted)
            .iter()
            .map(|key| key.as_bytes()[0])
            .collect()
    }

    #[test]
    fn as_many_as_are_needed_or_those_that_are_named() {
        type Case = [&'static [u8]; 4];
        let cases: [Case; 7] = [
            [&[], &[1, 2, 3], &[], &[1, 2]],
            [&[], &[3], &[], &[3]],
            [&[], &[9], &[], &[]],
            [&[1], &[1, 2, 3], &[], &[2]],
            [&[2], &[1, 2, 3], &[], &[1]],
            [&[2, 3], &[1, 2, 3], &[], &[]],
            [&[2, 3], &[1, 2, 3], &[1, 3], &[1]],
        ];
        for [signed, keys, wanted, expected] in cases {
            assert_eq!(
                numbers(signed, keys, wanted),
                expected,
                "{signed:?} {keys:?} {wanted:?}"
            );
        }
    }
}
