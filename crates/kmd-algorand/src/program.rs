//! What is signed to delegate an account to a program (Algorand developer documentation, "Smart
//! signatures").

use crate::address::Address;

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
}
