//! Multisig addresses and signing as one of their members.

use serde::{Deserialize, Serialize};

use super::{AddressResponse, Empty, ListAddressesResponse};
use crate::request::request;
use crate::{ByteString, PartialMultisig, Password, PublicKeyField, SecretText};

/// What a multisig address is the hash of.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportMultisigResponse {
    /// Always 1.
    pub multisig_version: u8,
    /// The members' public keys of 32 bytes, in order.
    pub pks: Vec<ByteString>,
    /// How many must sign.
    pub threshold: u8,
}

/// A multisig with one more signature.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignMultisigResponse {
    /// Canonical msgpack map of `subsig`, `thr` and `v`.
    pub multisig: ByteString,
}

request! {
    /// Lists the multisig addresses that were imported.
    ListMultisig: Post "/v1/multisig/list" => ListAddressesResponse {
        /// The handle.
        wallet_handle_token: SecretText,
    }
}

request! {
    /// Imports a multisig address.
    ImportMultisig: Post "/v1/multisig/import" => AddressResponse {
        /// Must be 1.
        multisig_version: u8,
        /// The members' public keys, 1 to 255, in order.
        pks: Vec<PublicKeyField>,
        /// How many must sign: 1 to the number of members.
        threshold: u8,
        /// The handle.
        wallet_handle_token: SecretText,
    }
}

request! {
    /// Exports what a multisig address is the hash of.
    ExportMultisig: Post "/v1/multisig/export" => ExportMultisigResponse {
        /// The multisig address.
        address: String,
        /// The handle.
        wallet_handle_token: SecretText,
    }
}

request! {
    /// Deletes a multisig address. Succeeds when there is none.
    DeleteMultisig: Delete "/v1/multisig" => Empty {
        /// The multisig address.
        address: String,
        /// The handle.
        wallet_handle_token: SecretText,
        /// The password, again.
        wallet_password: Password,
    }
}

request! {
    /// Signs a transaction as one member.
    SignMultisigTransaction: Post "/v1/multisig/sign" => SignMultisigResponse {
        /// The signatures so far; none: the multisig address of the sender (or
        /// of `signer`) must have been imported.
        partial_multisig: PartialMultisig,
        /// The member to sign as.
        public_key: PublicKeyField,
        /// The multisig address, where the sender was rekeyed to it.
        signer: PublicKeyField,
        /// msgpack of the transaction.
        transaction: ByteString,
        /// The handle.
        wallet_handle_token: SecretText,
        /// The password, again.
        wallet_password: Password,
    }
}

request! {
    /// Signs a program as one member.
    SignMultisigProgram: Post "/v1/multisig/signprogram" => SignMultisigResponse {
        /// The multisig address.
        address: String,
        /// The program.
        data: ByteString,
        /// The signatures so far; none: the address must have been imported.
        partial_multisig: PartialMultisig,
        /// The member to sign as.
        public_key: PublicKeyField,
        /// Signs "Program" ‖ program, as before the address was included.
        use_legacy_msig: bool,
        /// The handle.
        wallet_handle_token: SecretText,
        /// The password, again.
        wallet_password: Password,
    }
}
