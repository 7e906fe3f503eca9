//! A disk that is really full: a small file system in memory, in a mount namespace of its own.

use super::scene::{PASSWORD, check_whole, create_unless_there};
use crate::support::{
    TOKEN,
    api::{Api, creation},
    daemon::{Process, cheap, kmd, wrap},
    http::{Connection, Reply},
    not_tested,
};
use serde_json::json;
use std::{
    io::Write,
    net::SocketAddr,
    process::{ChildStdin, Command, Stdio},
};

/// Room for two wallets and not much more.
const KIB: usize = 160;

#[test]
fn a_disk_that_fills_up_and_is_given_room_again() {
    let Some(namespaces) = namespaces() else {
        return;
    };
    let mut disk = SmallDisk::new(namespaces);
    let address = disk.start_daemon();
    let mut api = Api::new(Connection::tcp(address), TOKEN);
    let wallet = api.create("wallet", PASSWORD);
    let handle = api.open(&wallet, PASSWORD);
    let mut keys = vec![api.generate(&handle)];

    disk.fill();
    let generate = json!({"wallet_handle_token": handle});
    let refused = until_refused(|| api.post("/v1/key", &generate), &mut keys);
    assert_eq!((refused.status, refused.message()), (500, "database error".to_owned()));
    let refused = api.post("/v1/wallet", &creation("second", PASSWORD));
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(["database error", "error connecting to database"].contains(&refused.message().as_str()));
    assert_eq!(api.wallet_names(), ["wallet"], "half a wallet");
    // What only reads is served.
    keys.sort_unstable_by_key(|key| crate::support::algorand::public_key(key));
    assert_eq!(api.keys(&handle), keys);
    let exported = json!({"wallet_handle_token": handle, "wallet_password": PASSWORD, "address": keys[0]});
    api.ok("/v1/key/export", &exported);

    disk.make_room();
    keys.push(api.generate(&handle));
    let second = create_unless_there(&mut api, "second");
    check_whole(&mut api, &second);

    let mut api = Api::new(Connection::tcp(disk.restart_daemon()), TOKEN);
    let handle = api.open(&wallet, PASSWORD);
    keys.sort_unstable_by_key(|key| crate::support::algorand::public_key(key));
    assert_eq!(api.keys(&handle), keys);
}

/// Adds keys while that works; the answer when it no longer does.
fn until_refused(mut generate: impl FnMut() -> Reply, keys: &mut Vec<String>) -> Reply {
    loop {
        let reply = generate();
        if reply.status != 200 {
            return reply;
        }
        keys.push(reply.json()["address"].as_str().unwrap().to_owned());
    }
}

/// How unshare(1) is asked for a place to mount something: by root, or by anyone who becomes root inside.
const NAMESPACES: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];

/// What works of these. Where nothing does, says what is not tested.
fn namespaces() -> Option<&'static [&'static str]> {
    let works = |namespaces: &&[&str]| {
        let mut tried = Command::new("unshare");
        tried.args(*namespaces).args(["mount", "-t", "tmpfs", "none", "/mnt"]);
        tried
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let found = NAMESPACES.into_iter().find(works);
    if found.is_none() {
        not_tested("a full disk", "neither root nor user namespaces are to be had here");
    }
    found
}

/// A file system of `KIB` in memory, and a shell that sees it. It goes with the shell.
struct SmallDisk {
    commands: Option<ChildStdin>,
    shell: Process,
}

impl SmallDisk {
    fn new(namespaces: &[&str]) -> Self {
        let mut command = Command::new("unshare");
        command.args(namespaces).arg("sh").args(["-e", "-c", SHELL]);
        wrap(&mut command, &kmd()).env("SIZE", format!("{KIB}k"));
        command.env("TOKEN", TOKEN).env("CONFIG", cheap().to_string());
        let (shell, commands) = Process::spawn_with_stdin(&mut command);
        Self {
            commands: Some(commands),
            shell,
        }
    }

    fn start_daemon(&mut self) -> SocketAddr {
        self.tell("start");
        self.shell.serving().expect("kmd to start")
    }

    fn restart_daemon(&mut self) -> SocketAddr {
        self.tell("stop");
        self.start_daemon()
    }

    /// Returns when there is no byte left.
    fn fill(&mut self) {
        self.tell("fill");
        assert_eq!(self.shell.line(), "full");
    }

    fn make_room(&mut self) {
        self.tell("room");
        assert_eq!(self.shell.line(), "room");
    }

    fn tell(&mut self, command: &str) {
        writeln!(self.commands.as_mut().unwrap(), "{command}").unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The shell clears up when nobody can tell it anything any more.
        self.commands = None;
        self.shell.wait();
    }
}

/// Does what it is told, until nobody tells it more. Data directory and daemon are named by the arguments: `$0` is kmd.
const SHELL: &str = r#"
disk=$(mktemp -d)
trap 'kill "$pid" 2>/dev/null; wait; umount "$disk"; rmdir "$disk"' EXIT
mount -t tmpfs -o size="$SIZE",mode=700 none "$disk"
umask 077
printf %s "$TOKEN" > "$disk/kmd.token"
printf %s "$CONFIG" > "$disk/kmd_config.json"
while read -r command; do
    case $command in
        start) "$0" -d "$disk" & pid=$! ;;
        stop) kill "$pid"; wait "$pid" || true ;;
        fill) cat /dev/zero > "$disk/filler" 2>/dev/null || echo full ;;
        room) rm "$disk/filler"; echo room ;;
    esac
done
"#;
