//! No secret outlives its use: everything that touches one is asked of a daemon, and then the whole memory of its
//! process is searched for it. While a wallet is open, its secrets are in memory for secrets and nowhere else.
//!
//! Memory of `memfd_secret` cannot be read by anybody. So everything is done twice, the second time as on a kernel
//! without it: there the secrets of an open wallet must be found, which shows that the search works, and where.
//!
//! Reading the memory of an undumpable process takes root; others are told that nothing was tested.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "forensic/kernel.rs"]
mod kernel;
#[path = "forensic/memory.rs"]
mod memory;
#[path = "forensic/refusals.rs"]
mod refusals;
#[path = "forensic/speaker.rs"]
mod speaker;
#[path = "forensic/spellings.rs"]
mod spellings;
#[path = "forensic/story.rs"]
mod story;
mod support;

use kernel::KERNELS;
use memory::{Found, Memory};
use serde_json::json;
use speaker::{Speaker, Tongue};
use std::time::Duration;
use story::{Story, fresh, speakers};
use support::{
    PATIENCE, TOKEN,
    algorand::address,
    daemon::{Daemon, Home, cheap},
    http::Request,
    not_tested,
    pack::Pack,
    secrets::Secrets,
    wait_at_most, wait_for,
};

/// How long what an answer was made of may be there after it came: a busy machine needs some.
const PATIENCE_TO_FORGET: Duration = Duration::from_secs(10);

/// Whether the memory of daemons can be read.
fn can_look() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        not_tested("what is in the memory of the daemon", "only root can read it");
    }
    root
}

fn look(daemon: &Daemon, secrets: &Secrets) -> Vec<Found> {
    Memory::of(daemon.process.id()).search(&secrets.needles())
}

/// Nothing of this is left. An answer may come a moment before what it was made of goes.
#[track_caller]
fn assert_nowhere(daemon: &Daemon, secrets: &Secrets, when: &str) {
    nothing_is_found(PATIENCE_TO_FORGET, when, || look(daemon, secrets));
}

/// Whatever is left of this is where secrets may be; gives it.
#[track_caller]
fn assert_only_protected(daemon: &Daemon, secrets: &Secrets, when: &str) -> Vec<Found> {
    nothing_is_found(PATIENCE_TO_FORGET, when, || {
        let mut found = look(daemon, secrets);
        found.retain(|one| !one.protected);
        found
    });
    look(daemon, secrets)
}

#[track_caller]
fn nothing_is_found(time: Duration, when: &str, search: impl Fn() -> Vec<Found>) {
    wait_at_most(time, when, || match search() {
        found if found.is_empty() => Ok(()),
        found => Err(found),
    });
}

/// What an open wallet keeps is where it may be, and found there where that can be read.
#[track_caller]
fn assert_open(daemon: &Daemon, known: &Secrets, when: &str) {
    let found = assert_only_protected(daemon, known, when);
    if Memory::of(daemon.process.id()).is_secret() {
        assert!(found.is_empty(), "{when}: {found:#?}");
        return;
    }
    for kept in ["mdk", "master key", "handle", "imported key", "generated key"] {
        assert!(
            !look(daemon, &known.named(kept)).is_empty(),
            "{when}: {kept} is not found"
        );
    }
    for gone in ["password", "imported key: ", "generated key: "] {
        let found = look(daemon, &known.named(gone));
        assert!(found.is_empty(), "{when}: {found:#?}");
    }
}

#[test]
fn an_open_wallet_is_in_memory_for_secrets_and_a_closed_one_nowhere() {
    if !can_look() {
        return;
    }
    for kernel in KERNELS {
        let daemon = kernel.start(&Home::cheap());
        let mut stories: Vec<Story> = Vec::new();
        for speaker in speakers(&daemon) {
            stories.push(Story::begin(&daemon, speaker));
            let story = stories.last().unwrap();
            assert_open(&daemon, &story.known, &format!("{kernel:?}: open"));
        }
        for story in &mut stories {
            story.release();
            assert_nowhere(&daemon, &story.known, &format!("{kernel:?}: released"));
            story.open();
            story.signs();
            assert_open(&daemon, &story.known, &format!("{kernel:?}: open again"));
            story.cares(&daemon);
            assert_nowhere(&daemon, &story.known, &format!("{kernel:?}: another password"));
        }
        for story in stories {
            drop(story.speaker);
            assert_nowhere(&daemon, &story.known, &format!("{kernel:?}: disconnected"));
        }
    }
}

#[test]
fn a_handle_that_expires_takes_everything_along() {
    if !can_look() {
        return;
    }
    for kernel in KERNELS {
        let mut config = cheap();
        config["session_lifetime_secs"] = 2.into();
        let daemon = kernel.start(&Home::with(&config));
        let speaker = Speaker::new(daemon.tcp(), Tongue::Json);
        let story = Story::begin(&daemon, speaker);
        // Nobody asks for it again.
        let when = format!("{kernel:?}: expired");
        let mut known = story.known.clone();
        known.retain(|name| !name.starts_with("handle"));
        nothing_is_found(PATIENCE, &when, || look(&daemon, &known));
        // Which handle it was is remembered for a minute.
        assert_only_protected(&daemon, &story.known, &when);
    }
}

#[test]
fn a_deleted_key_is_nowhere() {
    if !can_look() {
        return;
    }
    for kernel in KERNELS {
        let daemon = kernel.start(&Home::cheap());
        for speaker in speakers(&daemon) {
            let mut story = Story::begin(&daemon, speaker);
            let address = address(story.imported.verifying_key().as_bytes());
            let delete = story.with_password([("address", (&address).into())]);
            story.speaker.ok("DELETE", "/v1/key", &delete);
            let when = format!("{kernel:?}: deleted");
            assert_nowhere(&daemon, &story.known.named("imported key"), &when);
            assert_only_protected(&daemon, &story.known, &when);
        }
    }
}

/// The search finds what is where secrets must not be: in the environment, and, as the name of a wallet, in memory
/// that is not for secrets.
#[test]
fn what_was_planted_is_found() {
    if !can_look() {
        return;
    }
    for kernel in KERNELS {
        let (in_environment, as_name) = (address(&fresh::<32>()), address(&fresh::<32>()));
        let mut planted = Secrets::default();
        planted.add("environment", in_environment.as_bytes());
        planted.add("name", as_name.as_bytes());
        let home = Home::cheap();
        let daemon = home.start_by(kernel.command(&home).env("PLANTED", &in_environment));
        let mut api = daemon.api();
        let id = api.create(&as_name, "");
        api.open(&id, "");
        for name in ["environment", "name"] {
            let found = look(&daemon, &planted.named(name));
            assert!(found.iter().any(|one| !one.protected), "{kernel:?}: {name}");
        }
    }
}

/// The token is needed all the time, and shown by every request.
#[test]
fn the_token_is_in_memory_for_secrets() {
    if !can_look() {
        return;
    }
    for kernel in KERNELS {
        let daemon = kernel.start(&Home::cheap());
        let mut clients = [daemon.api(), daemon.unix_api()];
        clients[0].ok("/v2/token/rotate", &json!({}));
        let token = daemon.home.read("kmd.token");
        let mut known = Secrets::default();
        known.add("token", token.as_bytes());
        for api in &mut clients {
            api.set_token(&token);
            let id = api.create(&address(&fresh::<32>()), "");
            api.open(&id, "");
        }
        let when = format!("{kernel:?}: shown");
        let found = assert_only_protected(&daemon, &known, &when);
        assert_eq!(
            found.is_empty(),
            Memory::of(daemon.process.id()).is_secret(),
            "{when}: {found:#?}"
        );
        clients[0].ok("/v2/token/rotate", &json!({}));
        assert_nowhere(&daemon, &known, &format!("{kernel:?}: replaced"));
    }
}

/// A client that is not done with its request.
#[test]
fn half_a_request_is_in_memory_for_secrets() {
    if !can_look() {
        return;
    }
    for kernel in KERNELS {
        let daemon = kernel.start(&Home::cheap());
        let mut known = Secrets::default();
        let password = story::fresh_password();
        known.add("password", password.as_bytes());
        let body = Pack::map([("wallet_id", "x".into()), ("wallet_password", (&password).into())]);
        for tongue in [Tongue::Json, Tongue::Pack] {
            let mut connection = daemon.tcp();
            let body = tongue.write(&body);
            let head = format!(
                "POST /v1/wallet/init HTTP/1.1\r\nHost: x\r\nX-KMD-API-Token: {TOKEN}\r\nContent-Length: {}\r\n\r\n",
                body.len() + 1
            );
            connection.write(&[head.as_bytes(), &body].concat()).unwrap();
            let when = format!("{kernel:?}: half a request");
            // It is there once it was read.
            wait_for(&when, || {
                let is_there = Memory::of(daemon.process.id()).is_secret() || !look(&daemon, &known).is_empty();
                is_there.then_some(()).ok_or("it is not found")
            });
            assert_only_protected(&daemon, &known, &when);
            drop(connection);
            assert_nowhere(&daemon, &known, &when);
        }
        assert_eq!(daemon.tcp().send(&Request::new("GET", "/versions")).status, 200);
    }
}
