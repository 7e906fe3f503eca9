//! The daemon that runs, or whether one could.

use std::fs;
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::path::Path;

use kmd_api::files::{self, CONFIG, DEFAULT_ADDRESS, LOG, NET};
use kmd_client::Client;

use super::{Configuration, Finding};
use crate::daemon;

/// What the commands need.
const API_VERSION: &str = "v2";

pub(super) fn examine(data_dir: &Path, configuration: &Configuration) -> Vec<Finding> {
    match daemon::open_without_token(data_dir) {
        Ok(client) => running(data_dir, &client),
        Err(error) if daemon::is_absence(&error) => vec![absent(data_dir), free_port(configuration)],
        Err(error) => vec![Finding::problem(
            "daemon",
            format!("it cannot be asked: {error}"),
            format!("see {LOG} in the data directory"),
        )],
    }
}

fn running(data_dir: &Path, client: &Client) -> Vec<Finding> {
    // What it says is in the way is told once, and not again as what comes of it.
    let readiness = daemon::readiness(client).ok().flatten();
    let obstacles = readiness.as_ref().map_or(&[][..], |readiness| &readiness.reasons);
    let mut findings = vec![answering(data_dir, client, obstacles.is_empty())];
    findings.extend(obstacles.iter().map(obstacle));
    if obstacles.is_empty() {
        findings.extend(version(data_dir));
    }
    if readiness.is_some_and(|readiness| readiness.ready) {
        findings.push(Finding::ok("readiness", "the daemon can do its work"));
    }
    findings.push(port_of_running(data_dir));
    findings
}

fn obstacle(reason: &String) -> Finding {
    Finding::problem(
        "readiness",
        format!("the daemon cannot do its work: {reason}"),
        "put that right, and the daemon notices by itself; only a token that is lost, and a wallets folder elsewhere \
         that another took the place of, need it to be started anew",
    )
}

/// Whether it takes our token, where it is `ready` to, and is one of our kind.
fn answering(data_dir: &Path, client: &Client, ready: bool) -> Finding {
    const CHECK: &str = "daemon";
    let takes_token = || daemon::open(data_dir)?.list_wallets().map(drop);
    let accepted = if ready { takes_token() } else { Ok(()) };
    let versions = match accepted.and_then(|()| client.versions()) {
        Ok(versions) => versions,
        Err(error) => {
            return Finding::problem(
                CHECK,
                format!("it refuses: {error}"),
                format!("stop it and start it anew; see {LOG}"),
            );
        }
    };
    let served = format!("it serves API {}", versions.join(", "));
    if versions.iter().any(|version| version == API_VERSION) {
        Finding::ok(CHECK, format!("{served} on {}", client.peer()))
    } else {
        let found = format!("{served} only: it is the Go kmd, or an old one");
        Finding::warning(
            CHECK,
            found,
            "stop it and start this kmd in its place; some commands need API v2",
        )
    }
}

/// Whether it is the program that the command is. Nothing where it does not tell: it is another kind
/// of daemon, or refuses, which is told already.
fn version(data_dir: &Path) -> Option<Finding> {
    const CHECK: &str = "version";
    const OURS: &str = env!("CARGO_PKG_VERSION");
    let version = daemon::open(data_dir).ok()?.daemon_version().ok()??;
    if version == OURS {
        return Some(Finding::ok(
            CHECK,
            format!("the daemon and this command are kmd {OURS}"),
        ));
    }
    Some(Finding::warning(
        CHECK,
        format!("the daemon that runs is kmd {version}, and this command is kmd {OURS}"),
        "stop the daemon and start it anew: until then the program serves that it was started with",
    ))
}

fn absent(data_dir: &Path) -> Finding {
    const CHECK: &str = "daemon";
    let said = fs::read_to_string(data_dir.join(files::PID)).unwrap_or_default();
    let id: Option<u32> = said.trim().parse().ok();
    match id {
        Some(id) if Path::new(&format!("/proc/{id}")).exists() => Finding::problem(
            CHECK,
            format!("process {id} should be it, and does not answer"),
            format!("if it is a kmd: kill {id}, and start it anew"),
        ),
        Some(_) => Finding::ok(
            CHECK,
            "none runs; the last one was killed, and the next start puts its files right",
        ),
        None => Finding::ok(CHECK, "none runs; commands start one"),
    }
}

fn port_of_running(data_dir: &Path) -> Finding {
    const CHECK: &str = "port";
    let address = fs::read_to_string(data_dir.join(NET)).unwrap_or_default();
    let address = address.trim();
    match TcpStream::connect(address) {
        Ok(_) => exposure(address).unwrap_or_else(|| Finding::ok(CHECK, address)),
        Err(error) => Finding::problem(
            CHECK,
            format!("{address} of {NET} does not take connections: {error}"),
            "start the daemon anew; a firewall may stand between",
        ),
    }
}

fn free_port(configuration: &Configuration) -> Finding {
    const CHECK: &str = "port";
    let configured = configuration.address();
    let address = configured.unwrap_or(DEFAULT_ADDRESS);
    let address = if address.starts_with(':') {
        format!("0.0.0.0{address}")
    } else {
        address.to_owned()
    };
    match (TcpListener::bind(&address), configured) {
        (Ok(_), _) => exposure(&address).unwrap_or_else(|| Finding::ok(CHECK, format!("{address} is free"))),
        (Err(error), None) => Finding::ok(CHECK, format!("{address} is taken ({error}); another one will be used")),
        (Err(error), Some(_)) => Finding::problem(
            CHECK,
            format!("{address} cannot be listened on: {error}"),
            format!("stop what uses it, or change \"address\" in {CONFIG}"),
        ),
    }
}

/// What other machines can reach.
fn exposure(address: &str) -> Option<Finding> {
    let mut resolved = address.to_socket_addrs().ok()?;
    (!resolved.all(|address| address.ip().is_loopback())).then(|| {
        Finding::warning(
            "port",
            format!("{address} can be reached from other machines, and nothing on it is encrypted"),
            format!("set \"address\" in {CONFIG} to {DEFAULT_ADDRESS}"),
        )
    })
}
