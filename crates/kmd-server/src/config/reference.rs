//! What each setting means, and the page that says so.

use std::fmt::Write;

use serde_json::Value;

use super::environment::variable;
use super::layers::{default_values, leaves};

/// Settings of the reference: key and meaning.
const REFERENCE: &[(&str, &str)] = &[
    (
        "address",
        "Where to listen, as `host:port`; without a host, on all interfaces. \
         Empty: 127.0.0.1:7833, or a free port when that one is taken.",
    ),
    (
        "session_lifetime_secs",
        "How long a wallet handle lives without renewal.",
    ),
    (
        "allowed_origins",
        "Web origins that may call the API from a browser; `*` for all.",
    ),
    (
        "allow_header_pna",
        "Answer browsers that ask to reach a private network.",
    ),
    (
        "drivers.sqlite.wallets_dir",
        "Where the wallets are: an absolute path. Empty: `sqlite_wallets` in the data directory.",
    ),
    (
        "drivers.sqlite.scrypt.scrypt_n",
        "Cost of the password work for new wallets: at least 32768.",
    ),
    ("drivers.sqlite.scrypt.scrypt_r", "Its block size: at least 1."),
    ("drivers.sqlite.scrypt.scrypt_p", "Its parallelism: at least 32."),
    (
        "drivers.sqlite.allow_unsafe_scrypt",
        "Accept less than that. For tests only.",
    ),
    (
        "drivers.ledger.disable",
        "Without effect: there is no Ledger driver yet.",
    ),
];

/// Settings that the reference does not have: key and meaning.
const OURS: &[(&str, &str)] = &[
    (
        "kmd.log_target",
        "`file`: to `kmd.log` in the data directory. `stderr`: to standard error. \
         `journal`: there too, as the journal of systemd wants it.",
    ),
    ("kmd.log_format", "`text` or `json`, one line a request."),
    ("kmd.log_max_bytes", "Size at which the log is rotated."),
    ("kmd.log_keep", "Rotated logs that are kept."),
    ("kmd.max_body_bytes", "Largest request body; more is answered 413."),
    (
        "kmd.max_batch_body_bytes",
        "The same for requests that hold many transactions.",
    ),
    (
        "kmd.max_buffered_body_bytes",
        "How much of bodies over 64 KiB may be in memory at once, all connections together; more gets 503 with \
         `Retry-After`. Less than the largest body counts as that.",
    ),
    (
        "kmd.max_header_bytes",
        "Largest request header; more is answered 431. Less than 8192 counts as 8192.",
    ),
    (
        "kmd.header_timeout_secs",
        "Time to send the header; then the connection is closed.",
    ),
    ("kmd.body_timeout_secs", "Time to send the body; then 408."),
    (
        "kmd.idle_timeout_secs",
        "Time a connection may be idle; then it is closed.",
    ),
    (
        "kmd.max_connections",
        "Connections at once, on TCP and on the socket each; more wait.",
    ),
    (
        "kmd.kdf_parallel",
        "Passwords worked on at once; 0: as many as there are cores.",
    ),
    (
        "kmd.kdf_queue",
        "Requests that may wait for that; more get 503 with `Retry-After`.",
    ),
    (
        "kmd.kdf_max_work_factor",
        "A wallet file may ask for so many times the default password work, not more.",
    ),
    ("kmd.kdf_max_memory_bytes", "And for so much memory."),
    (
        "kmd.backup_dir",
        "Where backups of wallets lie: an absolute path. Empty: `backups` in the data directory.",
    ),
    (
        "kmd.metrics_address",
        "Where `/metrics`, `/health` and `/ready` answer without a token, and nothing else does: a loopback address with \
         a port, such as `127.0.0.1:7834`. Empty: nowhere.",
    ),
    ("kmd.unix_socket", "Serve on `kmd.sock` too."),
    (
        "kmd.sandbox",
        "`auto`: the daemon gives up what it does not need, as far as the kernel lets it. `strict`: all of it, or it does \
         not start. `off`: it keeps everything.",
    ),
];

const HEAD: &str = "\
# Settings

<!-- Made by a test of kmd-server from crates/kmd-server/src/config/reference.rs, which also says how. -->

A setting is taken from the first of these that has it:

1. **The environment.** The variable of a setting is its name in capitals behind `KMD_`, with `_` for `.`; the group \
`kmd` is left out. A list is written with commas, yes and no are `true` and `false`. An empty variable is an empty \
text, not a missing one.
2. **`kmd_config.json`** in the data directory. A dot in a name below stands for an object within an object: \
`kmd.log_format` is `{\"kmd\": {\"log_format\": \"json\"}}`. Keys may be written in any case; `null` is as if the key \
were not there.
3. **The default.**

`kmd` reads them when it starts. What it does not know it ignores, as the Go kmd does, but it says so, in the log and \
on standard error, and names the setting that was probably meant. A value that cannot be used stops the start, with an \
error that names the line of the file or the variable. `kmd config check` tells beforehand, and `kmd config show` where the value \
of each setting comes from.
";

/// The page `docs/reference/settings.md`.
fn page() -> String {
    let mut page = HEAD.to_owned();
    section(
        &mut page,
        "Settings of the Go kmd",
        "They mean here what they mean there.",
        REFERENCE,
    );
    section(
        &mut page,
        "Settings of this kmd",
        "The Go kmd ignores the object `kmd` that they stand in.",
        OURS,
    );
    page
}

fn section(page: &mut String, title: &str, introduction: &str, settings: &[(&str, &str)]) {
    let defaults = leaves(&default_values());
    // Writing to a string does not fail.
    let _ = write!(
        page,
        "\n## {title}\n\n{introduction}\n\n| setting | default | meaning | variable |\n|---|---|---|---|\n"
    );
    for (key, meaning) in settings {
        let default = defaults.iter().find(|(names, _)| names.join(".") == *key);
        let default = default.map_or_else(String::new, |(_, value)| shown(value));
        let _ = writeln!(page, "| `{key}` | {default} | {meaning} | `{}` |", variable(key));
    }
}

fn shown(default: &Value) -> String {
    match default {
        Value::Null => "none".to_owned(),
        value => format!("`{value}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_setting_is_documented_and_has_a_variable_of_its_own() {
        let documented: BTreeSet<String> = REFERENCE.iter().chain(OURS).map(|(key, _)| (*key).to_owned()).collect();
        let settings = leaves(&default_values()).into_iter();
        let settings: BTreeSet<String> = settings.map(|(names, _)| names.join(".")).collect();
        assert_eq!(documented, settings);
        let variables: BTreeSet<String> = settings.iter().map(|key| variable(key)).collect();
        assert_eq!(variables.len(), settings.len());
    }

    #[test]
    fn the_page_is_current() {
        crate::pages::assert_current("settings.md", &page());
    }
}
