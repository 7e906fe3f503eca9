//! Failures in version 1: the status depends on the step that fails.

use std::borrow::Cow;

use kmd_core::Error;
use kmd_crypto::KdfError;
use kmd_wallet::Error as WalletError;

use crate::http::endpoint::{Failure, Refusal};
use crate::messages;
use crate::status::Status;

/// The status, where a failed operation itself has `operation_failed`.
pub(crate) fn status(failure: &Failure, operation_failed: Status) -> Status {
    match failure {
        Failure::Request(Refusal::Token) => Status::Unauthorized,
        Failure::Request(Refusal::BodyTooLarge(_)) => Status::PayloadTooLarge,
        Failure::Request(Refusal::NoRoom) => Status::ServiceUnavailable,
        Failure::Request(Refusal::BodyTimeout) => Status::RequestTimeout,
        Failure::Request(Refusal::BodyBroken) | Failure::Body(_) => Status::BadRequest,
        Failure::Request(Refusal::Internal) | Failure::Answer(_) => Status::InternalServerError,
        Failure::Operation(error) => of_operation(error, operation_failed),
    }
}

fn of_operation(error: &Error, operation_failed: Status) -> Status {
    match error {
        Error::Unlock(WalletError::Kdf(KdfError::Busy)) | Error::Wallet(WalletError::Kdf(KdfError::Busy)) => {
            Status::ServiceUnavailable
        }
        Error::Session(_) | Error::Unlock(_) => Status::Unauthorized,
        Error::UnknownDriver | Error::Address(_) | Error::Transaction(_) | Error::Group(_) | Error::Batch(_) => {
            Status::BadRequest
        }
        Error::TooManyAttempts(_) => Status::TooManyRequests,
        Error::Refused(_) => Status::Forbidden,
        Error::Random(_) | Error::Fetch(_) | Error::Token(_) => Status::InternalServerError,
        Error::Wallet(_) => operation_failed,
    }
}

/// The message, in the words of the reference.
pub(crate) fn message(failure: &Failure) -> Cow<'static, str> {
    match failure {
        Failure::Request(Refusal::BodyBroken) | Failure::Body(_) => messages::BODY.into(),
        Failure::Request(refusal) => refusal.to_string().into(),
        Failure::Operation(error) => messages::of(error),
        Failure::Answer(_) => Refusal::Internal.to_string().into(),
    }
}
