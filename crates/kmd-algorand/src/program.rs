//! What is signed to delegate an account to a program (Algorand developer documentation, "Smart
//! signatures"), and the accounts that programs control without a key.

use crate::address::Address;
use crate::hash::sha512_256;

/// The bytes a single key signs for a program: "Program", then the program. The reference also
/// signs these for a multisig account when asked for its legacy form.
#[must_use]
pub fn program_bytes(program: &[u8]) -> Vec<u8> {
    [b"Program", program].concat()
}

/// The bytes a multisig account's members sign for a program: "MsigProgram", the account's address
/// (32 bytes), then the program. The address keeps a signature from counting for another account
/// with the same member.
#[must_use]
pub fn multisig_program_bytes(address: Address, program: &[u8]) -> Vec<u8> {
    [b"MsigProgram", address.as_bytes().as_slice(), program].concat()
}

/// The account that a program controls by itself, a contract account: SHA-512/256 over "Program" and
/// the program.
#[must_use]
pub fn program_address(program: &[u8]) -> Address {
    Address::from_bytes(sha512_256(&[b"Program", program]))
}

/// The account of an application, its escrow: SHA-512/256 over "appID" and the application's number
/// in 8 bytes, the highest first.
#[must_use]
pub fn application_address(application: u64) -> Address {
    Address::from_bytes(sha512_256(&[b"appID", &application.to_be_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefix_address_program() {
        assert_eq!(program_bytes(&[1, 2]), b"Program\x01\x02");
        let address = Address::from_bytes([b'a'; 32]);
        let expected = [b"MsigProgram", [b'a'; 32].as_slice(), &[1, 2]].concat();
        assert_eq!(multisig_program_bytes(address, &[1, 2]), expected);
    }

    // Computed with py-algorand-sdk: logic.address and logic.get_application_address.
    #[test]
    fn accounts_without_a_key() {
        let cases = [
            (
                program_address(&[1, 32, 1, 1, 34]),
                "6Z3C3LDVWGMX23BMSYMANACQOSINPFIRF77H7N3AWJZYV6OH6GWTJKVMXY",
            ),
            (
                application_address(1),
                "WCS6TVPJRBSARHLN2326LRU5BYVJZUKI2VJ53CAWKYYHDE455ZGKANWMGM",
            ),
            (
                application_address(u64::MAX),
                "Y4XJFWY5NN4SWADFF5DPMVKURDRRM62FVVFTKJLGMWYLBKMK533YJNAPIU",
            ),
        ];
        for (address, expected) in cases {
            assert_eq!(address.to_string(), expected);
        }
    }
}
