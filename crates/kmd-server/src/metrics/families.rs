//! What there is to be told, in the order of the page.

use super::text::Family;
use super::text::Kind::{self, Counter, Gauge, Histogram};

const fn family(name: &'static str, kind: Kind, labels: &'static [&'static str], help: &'static str) -> Family {
    Family {
        name,
        kind,
        labels,
        help,
    }
}

pub(crate) static BUILD_INFO: Family = family("kmd_build_info", Gauge, &["version"], "Always 1; says which kmd runs.");
pub(crate) static READY: Family = family(
    "kmd_ready",
    Gauge,
    &[],
    "1 when /ready answers 200, 0 when it answers 503.",
);
pub(crate) static REQUESTS: Family = family(
    "kmd_requests_total",
    Counter,
    &["method", "route", "status"],
    "Requests that were answered; those for no route of kmd together have the route unknown.",
);
pub(crate) static REQUEST_TIME: Family = family(
    "kmd_request_duration_seconds",
    Histogram,
    &["method", "route"],
    "Time from the head of a request to its answer, with the time its body took to arrive.",
);
pub(crate) static ERRORS: Family = family(
    "kmd_errors_total",
    Counter,
    &["kind"],
    "Requests that failed, by the code that version 2 of the API has for it.",
);
pub(crate) static WRONG_PASSWORDS: Family = family(
    "kmd_wrong_passwords_total",
    Counter,
    &[],
    "Requests whose password did not open the wallet.",
);
pub(crate) static SIGNATURES: Family = family(
    "kmd_signatures_total",
    Counter,
    &["type"],
    "Signatures that left kmd; each transaction of a batch counts.",
);
pub(crate) static KEYS_GENERATED: Family = family(
    "kmd_keys_generated_total",
    Counter,
    &[],
    "Keys that wallets derived on request.",
);
pub(crate) static SESSIONS: Family = family("kmd_sessions_open", Gauge, &[], "Wallet handles that are open.");
pub(crate) static WALLETS: Family = family(
    "kmd_wallets_open",
    Gauge,
    &[],
    "Wallets whose keys are in memory, since a handle or a running request holds them.",
);
pub(crate) static KDF_RUNNING: Family = family("kmd_kdf_running", Gauge, &[], "Passwords that are worked on.");
pub(crate) static KDF_WAITING: Family = family(
    "kmd_kdf_waiting",
    Gauge,
    &[],
    "Requests that wait for that; beyond kmd.kdf_queue they get 503.",
);
pub(crate) static KDF_TIME: Family = family(
    "kmd_kdf_duration_seconds",
    Histogram,
    &[],
    "Time that the work for one password took, without waiting for it.",
);
pub(crate) static CONNECTIONS: Family = family(
    "kmd_connections_total",
    Counter,
    &["listener"],
    "Connections that were accepted.",
);
pub(crate) static CONNECTIONS_OPEN: Family = family(
    "kmd_connections_open",
    Gauge,
    &["listener"],
    "Connections that are open.",
);
pub(crate) static CONNECTIONS_HELD: Family = family(
    "kmd_connections_held_back_total",
    Counter,
    &["listener"],
    "Connections that waited for a place, since kmd.max_connections were open; none is refused.",
);
pub(crate) static CONNECTIONS_FAILED: Family = family(
    "kmd_connections_failed_total",
    Counter,
    &["listener"],
    "Connections that could not be accepted, mostly for want of descriptors.",
);
pub(crate) static SECRET_MEMORY: Family = family(
    "kmd_secret_memory_bytes",
    Gauge,
    &["protection"],
    "Memory for secrets, used or not: memfd_secret, locked, unlocked or heap. The last two may be swapped.",
);
pub(crate) static PROCESS_RESIDENT: Family = family(
    "process_resident_memory_bytes",
    Gauge,
    &[],
    "Memory of the process that is in RAM.",
);
pub(crate) static PROCESS_VIRTUAL: Family = family(
    "process_virtual_memory_bytes",
    Gauge,
    &[],
    "Memory of the process, in RAM or not.",
);
pub(crate) static PROCESS_CPU: Family = family(
    "process_cpu_seconds_total",
    Counter,
    &[],
    "Time that processors worked for the process.",
);
pub(crate) static PROCESS_FDS: Family =
    family("process_open_fds", Gauge, &[], "Descriptors that the process has open.");
pub(crate) static PROCESS_MAX_FDS: Family = family(
    "process_max_fds",
    Gauge,
    &[],
    "Descriptors that the process may have open.",
);
pub(crate) static PROCESS_START: Family = family(
    "process_start_time_seconds",
    Gauge,
    &[],
    "When the process started, in seconds since 1970.",
);
