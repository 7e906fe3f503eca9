//! Under a service manager: what it is told, sockets that it opened, and a log on standard error.

use crate::support::{
    PATIENCE, TOKEN,
    api::Api,
    daemon::{Daemon, Home, Process, cheap_with, wrap},
    http::Connection,
};
use serde_json::json;
use std::{
    fs,
    net::TcpListener,
    os::{
        fd::OwnedFd,
        unix::{
            fs::FileTypeExt,
            net::{UnixDatagram, UnixListener},
        },
    },
    process::Command,
};

#[test]
fn the_manager_is_told_of_the_life_of_the_daemon() {
    let home = Home::cheap();
    let manager = UnixDatagram::bind(home.file("notify")).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let next = || {
        let mut bytes = [0; 300];
        let length = manager.recv(&mut bytes).expect("the daemon says nothing");
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    };
    let mut command = home.command();
    command
        .env("NOTIFY_SOCKET", home.file("notify"))
        .env("WATCHDOG_USEC", "200000");
    let daemon = home.start_by(&mut command);
    let status = format!("READY=1\nSTATUS=serving on http://{}", daemon.address);
    assert_eq!(next(), status);
    assert_eq!(next(), "WATCHDOG=1");
    assert_eq!(next(), "WATCHDOG=1");
    assert_eq!(daemon.stop().code, Some(0));
    let last = std::iter::repeat_with(next).find(|told| told != "WATCHDOG=1");
    assert!(last.unwrap().starts_with("STOPPING=1\n"));
}

#[test]
fn a_tcp_socket_of_the_manager_is_served() {
    let home = Home::cheap();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let daemon = start_with(&home, socket.into());
    assert_eq!(daemon.address, address);
    assert_eq!(home.read("kmd.net"), address.to_string());
    assert!(home.has("kmd.sock"));
    daemon.api().create("first", "");
}

#[test]
fn a_unix_socket_of_the_manager_is_served_and_left_alone() {
    let home = Home::cheap();
    let path = home.file("of-the-manager.sock");
    let daemon = start_with(&home, UnixListener::bind(&path).unwrap().into());
    assert!(!home.has("kmd.sock"));
    Api::new(Connection::unix(&path), TOKEN).create("second", "");
    daemon.api().create("first", "");
    assert_eq!(daemon.stop().code, Some(0));
    assert!(fs::metadata(&path).unwrap().file_type().is_socket());
}

#[test]
fn what_is_no_socket_is_refused() {
    let home = Home::cheap();
    let file = fs::File::open("/dev/null").unwrap();
    let exit = Process::spawn_with(&mut activated(&home), OwnedFd::from(file)).wait();
    assert_eq!(exit.code, Some(3), "{exit:?}");
    assert!(
        exit.stderr.contains("sockets that the service manager opened"),
        "{exit:?}"
    );
}

#[test]
fn the_log_can_go_to_standard_error() {
    let home = Home::with(&cheap_with(
        json!({"log_target": "stderr", "log_format": "json", "log_kep": 1}),
    ));
    let exit = home.start().stop();
    assert!(!home.has("kmd.log"));
    let lines: Vec<serde_json::Value> = exit
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(lines.iter().any(|line| line["message"] == "kmd stopped"), "{exit:?}");
    let warnings = lines
        .iter()
        .filter(|line| line["message"].to_string().contains("kmd.log_keep"));
    assert_eq!(warnings.count(), 1, "{exit:?}");
}

#[test]
fn the_journal_gets_priorities_and_no_times() {
    let home = Home::with(&cheap_with(json!({"log_target": "journal", "log_kep": 1})));
    let exit = home.start().stop();
    assert!(!home.has("kmd.log"));
    assert!(exit.stderr.lines().any(|line| line == "<6>kmd stopped"), "{exit:?}");
    assert!(
        exit.stderr.lines().any(|line| line.starts_with("<4>WARNING: ")),
        "{exit:?}"
    );
    assert!(exit.stderr.lines().all(|line| line.starts_with('<')), "{exit:?}");
}

/// Starts the daemon with a socket as number 3, as a service manager does.
fn start_with(home: &Home, socket: OwnedFd) -> Daemon {
    home.started(Process::spawn_with(&mut activated(home), socket))
}

/// Standard input becomes number 3; the process that is told by `LISTEN_PID` is the daemon.
fn activated(home: &Home) -> Command {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        r#"exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@""#,
        "sh",
    ]);
    wrap(&mut command, &home.command());
    command
}
