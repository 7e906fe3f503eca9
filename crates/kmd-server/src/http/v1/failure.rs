//! Failures in version 1: the status depends on the step that fails.

use std::borrow::Cow;

use http::StatusCode;
use kmd_core::Error;
use kmd_crypto::KdfError;
use kmd_wallet::Error as WalletError;

use crate::http::endpoint::{Failure, Refusal};
use crate::messages;

/// The status, where a failed operation itself has `operation_failed`.
pub(crate) fn status(failure: &Failure, operation_failed: StatusCode) -> StatusCode {
    match failure {
        Failure::Request(Refusal::Token) => StatusCode::UNAUTHORIZED,
        Failure::Request(Refusal::BodyTooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        Failure::Request(Refusal::NoRoom) => StatusCode::SERVICE_UNAVAILABLE,
        Failure::Request(Refusal::BodyTimeout) => StatusCode::REQUEST_TIMEOUT,
        Failure::Request(Refusal::BodyBroken) | Failure::Body(_) => StatusCode::BAD_REQUEST,
        Failure::Request(Refusal::Internal) | Failure::Answer(_) => StatusCode::INTERNAL_SERVER_ERROR,
        Failure::Operation(error) => of_operation(error, operation_failed),
    }
}

fn of_operation(error: &Error, operation_failed: StatusCode) -> StatusCode {
    match error {
        Error::Unlock(WalletError::Kdf(KdfError::Busy)) | Error::Wallet(WalletError::Kdf(KdfError::Busy)) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Error::Session(_) | Error::Unlock(_) => StatusCode::UNAUTHORIZED,
        Error::UnknownDriver | Error::Address(_) | Error::Transaction(_) | Error::Group(_) | Error::Batch(_) => {
            StatusCode::BAD_REQUEST
        }
        Error::TooManyAttempts(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::Refused(_) => StatusCode::FORBIDDEN,
        Error::Random(_) | Error::Fetch(_) | Error::Token(_) => StatusCode::INTERNAL_SERVER_ERROR,
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
