//! What a panic tells, seen from outside: the whole daemon in a process of its own, with a driver that only tests have.
//! Its panics quote what it was given, which is the worst that a bug could do.

mod driver;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use kmd_wallet::Driver;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::run::{Options, run};

const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const PASSWORD: &str = "password of a panic";
const NEW_PASSWORD: &str = "new password of a panic";
const KEY: [u8; 32] = *b"private key in a request to kmd!";
const ADDRESS: &str = "RBIYPC33EJMULE2FNLNG7Y2YRTKEWB6FS3WQAVFPKSZUX4HTG2WGK3NDUM";
/// A body, and how often it is sent.
const LARGE: usize = 1 << 19;
const MANY: usize = 20;
/// Tells the process that it is the daemon, and where.
const DATA_DIR: &str = "KMD_TEST_PANICKING_IN";

/// Adds the driver to those of a daemon.
pub(crate) fn with_driver(mut drivers: Vec<Box<dyn Driver>>) -> Vec<Box<dyn Driver>> {
    drivers.push(Box::new(driver::Panicking));
    drivers
}

/// No test in itself: the process that the others look at.
#[test]
fn daemon() {
    if let Some(path) = env::var_os(DATA_DIR) {
        let options = Options {
            data_dir: Some(path.into()),
            timeout: None,
        };
        run(options).unwrap();
    }
}

#[test]
fn a_panic_is_answered_and_tells_only_its_place() {
    let daemon = Running::start();
    let handle = daemon.open();
    for (path, body, answer) in requests(&handle) {
        assert_eq!(daemon.post(path, &body), (500, answer), "{path}");
        // It serves on, and the wallet that is open too.
        let keys = daemon.post("/v1/key/list", &json!({"wallet_handle_token": handle}));
        assert_eq!(keys, (200, json!({})), "{path}");
        daemon.open();
    }
    let panics = requests(&handle).len();
    let (_, secret) = handle.split_once('.').unwrap();
    let (stderr, log) = daemon.stop();
    for (place, said) in [("stderr", stderr), ("kmd.log", log)] {
        assert_eq!(said.matches("panicking/driver.rs:").count(), panics, "{place}: {said}");
        let secrets = [
            TOKEN,
            PASSWORD,
            NEW_PASSWORD,
            secret,
            &driver::spelled(&KEY),
            &encoded(&KEY),
            std::str::from_utf8(&KEY).unwrap(),
            driver::CHOKED,
        ];
        let told = secrets.into_iter().find(|secret| said.contains(secret));
        assert_eq!(told, None, "{place}: {said}");
    }
}

/// Requests that end in a panic, and their answers.
fn requests(handle: &str) -> [(&'static str, Value, Value); 3] {
    let internal = json!({"error": true, "message": "internal error"});
    let explained = json!({"error": {
        "code": "internal",
        "hint": "this is a bug: see kmd.log, and report it",
        "message": "internal error",
    }});
    [
        (
            "/v1/key/import",
            json!({"wallet_handle_token": handle, "private_key": encoded(&KEY)}),
            internal.clone(),
        ),
        // Done where its connection is served, since nothing has to be waited for.
        (
            "/v1/program/sign",
            json!({
                "wallet_handle_token": handle,
                "wallet_password": PASSWORD,
                "address": ADDRESS,
                "data": encoded(&[1, 32, 1, 1, 34]),
            }),
            internal,
        ),
        (
            "/v2/wallets/panicking/password",
            json!({"wallet_password": PASSWORD, "new_password": NEW_PASSWORD}),
            explained,
        ),
    ]
}

/// What a request was read into goes with it.
#[test]
fn a_panic_keeps_no_request() {
    let daemon = Running::start();
    let handle = daemon.open();
    let [(path, body, _), ..] = requests(&handle);
    let large = format!("{}{body}", " ".repeat(LARGE));
    let ask = || {
        assert_eq!(daemon.send("POST", path, &large).0, 500);
        daemon.secret_memory()
    };
    let first = ask();
    let last = (0..MANY).fold(first, |_, _| ask());
    // The end of a connection is seen a moment before its memory goes.
    assert!(last < first + MANY * LARGE / 2, "{first}, then {last}");
}

/// A daemon that serves; killed when dropped.
struct Running {
    home: TempDir,
    process: Child,
    /// It may go on saying something.
    _stdout: BufReader<ChildStdout>,
    address: String,
}

impl Running {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
        for (name, text) in [
            ("kmd.token", TOKEN),
            ("kmd_config.json", r#"{"address": "127.0.0.1:0"}"#),
        ] {
            fs::write(home.path().join(name), text).unwrap();
            fs::set_permissions(home.path().join(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "panicking::daemon", "--nocapture"])
            .env(DATA_DIR, home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let said = stdout.by_ref().lines().map_while(Result::ok);
        let mut serving = said.filter_map(|line| Some(line.split_once("serving on http://")?.1.to_owned()));
        let address = serving.next().expect("it serves");
        Self {
            home,
            process,
            _stdout: stdout,
            address,
        }
    }

    /// A handle of the driver's only wallet.
    fn open(&self) -> String {
        let body = json!({"wallet_id": driver::ID, "wallet_password": PASSWORD});
        let (status, answer) = self.post("/v1/wallet/init", &body);
        assert_eq!(status, 200, "{answer}");
        answer["wallet_handle_token"].as_str().unwrap().to_owned()
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let (status, answer) = self.send("POST", path, &body.to_string());
        (status, serde_json::from_str(&answer).unwrap())
    }

    /// How much memory for secrets it says it has.
    fn secret_memory(&self) -> usize {
        let (_, metrics) = self.send("GET", "/metrics", "");
        let lines = metrics
            .lines()
            .filter(|line| line.starts_with("kmd_secret_memory_bytes"));
        let bytes = lines.map(|line| line.rsplit(' ').next().unwrap());
        bytes.map(|bytes| bytes.parse::<usize>().unwrap()).sum()
    }

    fn send(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nX-KMD-API-Token: {TOKEN}\r\nConnection: close\r\n");
        write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        (head[9..12].parse().unwrap(), body.to_owned())
    }

    /// Stops it, and gives what it said on standard error and in its log.
    fn stop(mut self) -> (String, String) {
        kill_process(Pid::from_child(&self.process), Signal::TERM).unwrap();
        let mut stderr = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(self.process.wait().unwrap().success(), "{stderr}");
        (stderr, fs::read_to_string(self.home.path().join("kmd.log")).unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Bytes as bodies have them.
fn encoded(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}
