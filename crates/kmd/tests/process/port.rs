//! Where it listens.

use crate::support::{
    daemon::{Home, Process, cheap},
    http::Request,
};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

const USUAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7833);

#[test]
fn a_configured_address_that_is_taken_is_a_start_failure() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let mut config = cheap();
    config["address"] = taken.as_str().into();
    let home = Home::with(&config);

    let exit = home.refuse();

    assert_eq!(exit.code, Some(3), "{exit:?}");
    assert!(exit.stderr.contains(&taken), "{exit:?}");
    assert!(home.read("kmd.log").contains(&taken));
    assert!(!home.has("kmd.net") && !home.has("kmd.pid") && !home.has("kmd.sock"));
}

#[test]
fn the_usual_port_may_be_taken() {
    // Another daemon of these tests, or of this machine, may have it already: then the daemon has to do without it too.
    let ours = TcpListener::bind(USUAL);
    let mut config = cheap();
    config.as_object_mut().unwrap().remove("address");
    let home = Home::with(&config);

    let daemon = home.start();

    assert!(daemon.address.ip().is_loopback(), "{}", daemon.address);
    if ours.is_ok() {
        assert_ne!(daemon.address, USUAL);
    }
    assert_eq!(home.read("kmd.net"), daemon.address.to_string());
    assert_eq!(daemon.tcp().send(&Request::new("GET", "/versions")).status, 200);
}

#[test]
fn a_configured_address_is_the_one() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let mut config = cheap();
    config["address"] = free.to_string().into();
    let home = Home::with(&config);
    // Someone else may take the port between the lines above and the daemon's own: then it says so.
    let mut process = Process::spawn(&mut home.command());
    match process.serving() {
        Some(address) => assert_eq!(address, free),
        None => assert!(process.wait().stderr.contains(&free.to_string())),
    }
}
