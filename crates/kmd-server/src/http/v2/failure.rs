//! Failures in version 2: a code to act on, a message, and what to do.

use std::borrow::Cow;

use kmd_api::Encoding;
use kmd_api::v2::{ErrorBody, ErrorResponse};
use kmd_core::Error;
use kmd_crypto::KdfError;
use kmd_wallet::Error as WalletError;

use crate::http::endpoint::{Failure, LargestBody, Refusal};
use crate::http::reply::Reply;
use crate::messages;
use crate::status::Status;

/// Declares the codes: name, and text.
macro_rules! codes {
    ($($name:ident = $text:literal,)*) => {
        /// What clients and counters tell failures apart by.
        #[derive(Clone, Copy)]
        enum Code {
            $($name,)*
        }

        impl Code {
            fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }

        /// All codes.
        pub(crate) const CODES: &[&str] = &[$($text,)*];
    };
}

codes! {
    InvalidToken = "invalid_token",
    BodyTooLarge = "body_too_large",
    BodyTimeout = "body_timeout",
    MalformedBody = "malformed_body",
    Internal = "internal",
    InvalidHandle = "invalid_handle",
    WalletNotFound = "wallet_not_found",
    WalletExists = "wallet_exists",
    BackupNotFound = "backup_not_found",
    BackupExists = "backup_exists",
    WrongPassword = "wrong_password",
    TooManyAttempts = "too_many_attempts",
    TokenFailed = "token_failed",
    MalformedTransaction = "malformed_transaction",
    GroupNotWhole = "group_not_whole",
    KeyNotFound = "key_not_found",
    Refused = "refused",
    Busy = "busy",
    WalletFailed = "wallet_failed",
    BadRequest = "bad_request",
}

/// What a failure is answered with.
struct Answer {
    status: Status,
    code: Code,
    hint: Cow<'static, str>,
}

fn answer(status: Status, code: Code, hint: impl Into<Cow<'static, str>>) -> Answer {
    Answer {
        status,
        code,
        hint: hint.into(),
    }
}

/// Answers a failure.
pub(crate) fn failure(encoding: Encoding, failure: &Failure) -> Reply {
    let message = match failure {
        Failure::Request(refusal) => refusal.to_string(),
        Failure::Body(why) => format!("{}: {why}", messages::BODY),
        Failure::Operation(error) => message(error),
        Failure::Answer(_) => Refusal::Internal.to_string(),
    };
    reply(encoding, of(failure), message)
}

/// The code of a failure.
pub(crate) fn code(failure: &Failure) -> &'static str {
    of(failure).code.text()
}

fn reply(encoding: Encoding, answer: Answer, message: String) -> Reply {
    let body = ErrorResponse {
        error: ErrorBody {
            code: answer.code.text().to_owned(),
            hint: answer.hint.into_owned(),
            message,
        },
    };
    Reply::status_body(encoding, answer.status, &body)
}

fn message(error: &Error) -> String {
    match error {
        // The decoder's words name the field, and never quote what it holds.
        Error::Transaction(error) => format!("could not decode transaction: {error}"),
        Error::Batch(error) => format!("transaction {}: {}", error.index, message(&error.error)),
        other => messages::of(other).into_owned(),
    }
}

fn of(failure: &Failure) -> Answer {
    match failure {
        Failure::Request(Refusal::Token) => answer(
            Status::Unauthorized,
            Code::InvalidToken,
            "send the first line of kmd.token in the header X-KMD-API-Token",
        ),
        Failure::Request(Refusal::BodyTooLarge(LargestBody { bytes, setting })) => answer(
            Status::PayloadTooLarge,
            Code::BodyTooLarge,
            format!("send {bytes} bytes at the most, or raise {setting} in kmd_config.json"),
        ),
        Failure::Request(Refusal::NoRoom) => answer(
            Status::ServiceUnavailable,
            Code::Busy,
            "try again later; where this is usual, raise kmd.max_buffered_body_bytes in kmd_config.json",
        ),
        Failure::Request(Refusal::BodyTimeout) => answer(
            Status::RequestTimeout,
            Code::BodyTimeout,
            "send the body at once, or raise kmd.body_timeout_secs in kmd_config.json",
        ),
        Failure::Request(Refusal::BodyBroken) | Failure::Body(_) => answer(
            Status::BadRequest,
            Code::MalformedBody,
            "compare the body with /v2/openapi.json",
        ),
        Failure::Request(Refusal::Internal) | Failure::Answer(_) => answer(
            Status::InternalServerError,
            Code::Internal,
            "this is a bug: see kmd.log, and report it",
        ),
        Failure::Operation(error) => of_operation(error),
    }
}

fn of_operation(error: &Error) -> Answer {
    match error {
        Error::Session(_) => answer(
            Status::Unauthorized,
            Code::InvalidHandle,
            "unlock the wallet again (POST /v1/wallet/init)",
        ),
        Error::Transaction(_) => answer(
            Status::BadRequest,
            Code::MalformedTransaction,
            "send the unsigned transaction in msgpack; nothing was signed",
        ),
        Error::Group(_) => answer(
            Status::BadRequest,
            Code::GroupNotWhole,
            "send the whole group in order, or set partial_group; nothing was signed",
        ),
        Error::Batch(error) => of_operation(&error.error),
        Error::TooManyAttempts(_) => answer(
            Status::TooManyRequests,
            Code::TooManyAttempts,
            "wait as long as Retry-After says; a right password with an open handle need not wait",
        ),
        Error::Token(_) => answer(
            Status::InternalServerError,
            Code::TokenFailed,
            "see kmd.log for the cause; if the token you have is refused now, read kmd.token again",
        ),
        Error::Refused(_) => answer(Status::Forbidden, Code::Refused, "the policy of this daemon forbids it"),
        Error::UnknownDriver | Error::Address(_) => bad_request(),
        Error::Random(_) | Error::Fetch(_) => of_wallet_failure(),
        Error::Unlock(error) | Error::Wallet(error) => of_wallet(error),
    }
}

fn of_wallet(error: &WalletError) -> Answer {
    match error {
        WalletError::WrongPassword => answer(
            Status::Forbidden,
            Code::WrongPassword,
            "send the wallet's password; nothing was done",
        ),
        WalletError::WalletNotFound => answer(
            Status::NotFound,
            Code::WalletNotFound,
            "list the wallets (GET /v1/wallets) and give the id of one",
        ),
        WalletError::NameTaken => answer(
            Status::Conflict,
            Code::WalletExists,
            "give another name; a wallet that is there already is not replaced",
        ),
        WalletError::IdTaken => answer(
            Status::Conflict,
            Code::WalletExists,
            "move the file of the wallet that was backed up out of the wallets folder; it is not replaced",
        ),
        WalletError::BackupNotFound => answer(
            Status::NotFound,
            Code::BackupNotFound,
            "put the file into the folder of backups (backups in the data directory, or kmd.backup_dir)",
        ),
        WalletError::BackupExists => answer(
            Status::Conflict,
            Code::BackupExists,
            "give another name; a backup is never replaced",
        ),
        WalletError::Kdf(KdfError::Unfit(_))
        | WalletError::NotSupported
        | WalletError::BackupName
        | WalletError::NameTooLong => bad_request(),
        WalletError::KeyNotFound => answer(
            Status::NotFound,
            Code::KeyNotFound,
            "list the wallet's keys; for a rekeyed sender give public_key; nothing was signed",
        ),
        WalletError::Replaced => answer(
            Status::Unauthorized,
            Code::InvalidHandle,
            "the wallet's file was replaced: unlock it again (POST /v1/wallet/init)",
        ),
        WalletError::Kdf(KdfError::Busy) => answer(Status::ServiceUnavailable, Code::Busy, "try again later"),
        _ => of_wallet_failure(),
    }
}

fn bad_request() -> Answer {
    answer(
        Status::BadRequest,
        Code::BadRequest,
        "mend the field that the message names",
    )
}

fn of_wallet_failure() -> Answer {
    answer(
        Status::InternalServerError,
        Code::WalletFailed,
        "see kmd.log for the cause and the file",
    )
}
