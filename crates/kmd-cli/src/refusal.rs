//! What the daemon says when it refuses, which kind of failure that is, and what to do.
//!
//! In version 1 of the API the words are those of the Go kmd, the same for every client; this table
//! is where they become advice. Version 2 has codes and hints of its own.

use kmd_client::Refused;

use crate::error::{Error, Kind};

const REFUSALS: [(&str, Kind, &str); 15] = [
    (
        "error decrypting. wrong password?",
        Kind::WrongPassword,
        "capital letters and blanks count; a lost password cannot be found out, but the 25 words of a wallet make its keys again",
    ),
    (
        "wallet not found",
        Kind::NotFound,
        "`kmd wallet list` shows those there are",
    ),
    (
        "key does not exist in this wallet",
        Kind::NotFound,
        "`kmd key list` shows the keys of the wallet; -w chooses another wallet",
    ),
    (
        "multisig information (pks, threshold) for address does not exist in this wallet",
        Kind::NotFound,
        "`kmd multisig import` brings it in",
    ),
    (
        "key already exists in wallet",
        Kind::Refused,
        "the wallet is as it was, and has what was to be brought in",
    ),
    (
        "wallet with same name already exists",
        Kind::Refused,
        "choose another name; `kmd wallet list` shows those that are taken",
    ),
    (
        "wallet with same id already exists",
        Kind::Refused,
        "the wallet that was backed up is still there, and is not replaced: move its file out of the wallets folder first",
    ),
    (
        "wallet name too long, must be <= 64 bytes",
        Kind::Invalid,
        "choose a shorter one",
    ),
    ("wallet name must not be empty", Kind::Invalid, "choose a name"),
    (
        "refusing an all-zero private key",
        Kind::Invalid,
        "everybody knows this key",
    ),
    (
        "could not decode transaction",
        Kind::Invalid,
        "`kmd inspect` shows what is in a file of transactions",
    ),
    (
        "given key is not a possible signer for this multisig",
        Kind::Invalid,
        "`kmd multisig export` shows who can sign",
    ),
    (
        "too many password derivations at once, try again",
        Kind::Refused,
        "try again in a few seconds",
    ),
    (
        "invalid API token",
        Kind::NoDaemon,
        "kmd.token was changed while the daemon ran; start the daemon anew",
    ),
    (
        "handle expired",
        Kind::Refused,
        "it took longer than session_lifetime_secs of kmd_config.json allows",
    ),
];

/// The failure that a refusal in version 1 is.
pub(crate) fn of(status: u16, words: &str) -> Error {
    match REFUSALS.iter().find(|(known, _, _)| *known == words) {
        Some((_, kind, hint)) => Error::new(*kind, words).hint(*hint),
        // What a path of version 2 is answered by a daemon that has none.
        None if matches!(status, 404 | 405) => Error::new(Kind::Refused, "the daemon that runs cannot do this")
            .because(format!("it answers {status} {words}"))
            .hint("it is the Go kmd, or an old one; stop it, and run the command again"),
        None if status >= 500 => Error::new(Kind::Refused, words)
            .hint("kmd.log in the data directory has the reason; `kmd doctor` looks for more"),
        None => Error::new(Kind::Refused, words),
    }
}

/// The failure that a refusal in version 2 is. Words that version 1 has too get our advice, which is
/// for people at a terminal.
pub(crate) fn of_v2(refused: &Refused) -> Error {
    if REFUSALS.iter().any(|(known, _, _)| *known == refused.message) {
        return of(refused.status, &refused.message);
    }
    let kind = match refused.code.as_str() {
        "invalid_token" => Kind::NoDaemon,
        "wrong_password" => Kind::WrongPassword,
        "wallet_not_found" | "key_not_found" | "backup_not_found" => Kind::NotFound,
        "malformed_transaction" | "group_not_whole" | "bad_request" => Kind::Invalid,
        _ => Kind::Refused,
    };
    let error = Error::new(kind, refused.message.as_str());
    // What is wrong with a field of a request is hinted at for programs; the message says it.
    match refused.code.as_str() {
        "bad_request" => error,
        _ => error.hint(refused.hint.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_refusals() {
        let cases = [
            (400, "error decrypting. wrong password?", Kind::WrongPassword),
            (400, "key does not exist in this wallet", Kind::NotFound),
            (400, "something new", Kind::Refused),
            (500, "database error", Kind::Refused),
            (405, "", Kind::Refused),
        ];
        for (status, words, kind) in cases {
            assert_eq!(of(status, words).kind, kind, "{words}");
        }
        assert_eq!(of(405, "").hints.len(), 1, "a daemon without version 2");
        assert_eq!(of(500, "database error").hints.len(), 1);
        assert!(of(400, "something new").hints.is_empty());

        let v2 = |code: &str, message: &str| {
            of_v2(&Refused {
                status: 400,
                code: code.to_owned(),
                message: message.to_owned(),
                hint: "the daemon's hint".to_owned(),
            })
        };
        let unknown = v2("key_not_found", "no such key");
        assert_eq!(
            (unknown.kind, unknown.hints.as_slice()),
            (Kind::NotFound, &["the daemon's hint".to_owned()][..])
        );
        let known = v2("wrong_password", "error decrypting. wrong password?");
        assert_eq!(known.kind, Kind::WrongPassword);
        assert!(known.hints[0].contains("capital letters"));
    }
}
