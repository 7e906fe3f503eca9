//! What kmd counts of itself, and the page that tells of it in the text format
//! of Prometheus.
//!
//! ```text
//! http (each request, as it ends) ─┐
//! serve (connections)             ─┼─► Metrics ─┐
//! KDF (each derivation)           ─┘            ├─► page
//! kmd-core, kmd-crypto, kmd-memory, process  ───┘
//! ```
//!
//! Counting takes no lock and no memory: all routes, statuses and kinds are
//! there from the start.

mod families;
mod page;
mod process;
#[cfg(test)]
mod reference;
mod requests;
mod text;
mod value;

use std::time::Duration;

use kmd_api::{Request, v1, v2};
pub(crate) use page::{Levels, page};
use process::Process;
use requests::Requests;
pub(crate) use requests::{ANY_METHOD, RouteName, UNKNOWN};
pub(crate) use text::MEDIA_TYPE;
use value::{Counter, Histogram};

use crate::status::Status;

/// What is signed, one by one or many at once.
const SIGNATURES: [(&str, &str); 5] = [
    ("transaction", v1::SignTransaction::PATH),
    ("program", v1::SignProgram::PATH),
    ("multisig_transaction", v1::SignMultisigTransaction::PATH),
    ("multisig_program", v1::SignMultisigProgram::PATH),
    ("batch", v2::SignTransactions::PATH),
];

/// The kind of error that is a wrong password.
const WRONG_PASSWORD: &str = "wrong_password";

/// Where connections come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// The API on TCP.
    Tcp,
    /// The API on the Unix socket.
    Unix,
    /// Health, readiness and metrics alone, without a token.
    Metrics,
}

/// Doors and what they are called.
const DOORS: [(Door, &str); 3] = [(Door::Tcp, "tcp"), (Door::Unix, "unix"), (Door::Metrics, "metrics")];

/// What came through one door.
#[derive(Default)]
pub(crate) struct Connections {
    pub(crate) accepted: Counter,
    pub(crate) ended: Counter,
    pub(crate) held_back: Counter,
    pub(crate) failed: Counter,
}

/// How a request ended.
#[derive(Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) route: RouteName,
    pub(crate) status: Status,
    pub(crate) time: Duration,
    /// The signatures in its answer.
    pub(crate) signatures: usize,
    /// What kind of error it was answered with, if with one.
    pub(crate) error: Option<&'static str>,
}

/// All counts.
pub(crate) struct Metrics {
    requests: Requests,
    errors: Vec<(&'static str, Counter)>,
    signatures: [Counter; SIGNATURES.len()],
    keys_generated: Counter,
    kdf: Histogram,
    connections: [Connections; DOORS.len()],
    process: Process,
}

impl Metrics {
    /// Nothing counted yet, on these routes and with these kinds of errors. To
    /// be made before the process is shut in.
    pub(crate) fn new(
        routes: impl IntoIterator<Item = RouteName>,
        errors: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        let errors = errors.into_iter().map(|kind| (kind, Counter::default()));
        Self {
            requests: Requests::of(routes),
            errors: errors.collect(),
            signatures: Default::default(),
            keys_generated: Counter::default(),
            kdf: Histogram::default(),
            connections: Default::default(),
            process: Process::open(),
        }
    }

    /// A request ended.
    pub(crate) fn ended(&self, ended: Ended) {
        let Ended {
            route, status, time, ..
        } = ended;
        self.requests.ended(route, status, time);
        if let Some(kind) = ended.error
            && let Some((_, count)) = self.errors.iter().find(|(known, _)| *known == kind)
        {
            count.add(1);
        }
        if ended.signatures > 0
            && let Some(place) = SIGNATURES.iter().position(|(_, path)| *path == route.1)
        {
            self.signatures[place].add(ended.signatures as u64);
        }
        if status == Status::Ok && route == (v1::GenerateKey::METHOD.as_str(), v1::GenerateKey::PATH) {
            self.keys_generated.add(1);
        }
    }

    /// The work for a password took so long.
    pub(crate) fn derived(&self, time: Duration) {
        self.kdf.observe(time);
    }

    /// What comes through a door.
    pub(crate) fn connections(&self, door: Door) -> &Connections {
        &self.connections[door as usize]
    }

    fn wrong_passwords(&self) -> u64 {
        let kind = self.errors.iter().find(|(kind, _)| *kind == WRONG_PASSWORD);
        kind.map_or(0, |(_, count)| count.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(route: RouteName) -> Ended {
        Ended {
            route,
            status: Status::Ok,
            time: Duration::ZERO,
            signatures: 0,
            error: None,
        }
    }

    #[test]
    fn signatures_keys_and_errors() {
        let metrics = Metrics::new([("POST", "/v1/key")], ["busy", WRONG_PASSWORD]);
        for (place, (_, path)) in SIGNATURES.into_iter().enumerate() {
            let signatures = place + 1;
            metrics.ended(Ended {
                signatures,
                ..ended(("POST", path))
            });
        }
        let signed = metrics.signatures.each_ref().map(Counter::value);
        assert_eq!(signed, [1, 2, 3, 4, 5]);
        metrics.ended(ended(("POST", "/v1/key")));
        metrics.ended(ended(("DELETE", "/v1/key")));
        metrics.ended(Ended {
            status: Status::BadRequest,
            error: Some(WRONG_PASSWORD),
            ..ended(("POST", "/v1/key"))
        });
        assert_eq!(metrics.keys_generated.value(), 1);
        assert_eq!((metrics.wrong_passwords(), metrics.errors[0].1.value()), (1, 0));
    }

    #[test]
    fn a_wrong_password_is_a_kind_of_error() {
        assert!(crate::http::error_kinds().any(|kind| kind == WRONG_PASSWORD));
    }

    #[test]
    fn each_door_counts_for_itself() {
        let metrics = Metrics::new([], []);
        for (place, (door, _)) in DOORS.into_iter().enumerate() {
            assert_eq!(door as usize, place);
            metrics.connections(door).accepted.add(1);
        }
        assert!(
            metrics
                .connections
                .iter()
                .all(|connections| connections.accepted.value() == 1)
        );
    }
}
