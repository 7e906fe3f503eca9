//! `kmd sign`: what it writes is what py-algorand-sdk signs with the same keys.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::desk::{Desk, PASSWORD, run_on, says};
use crate::screen::Screen;
use crate::support::daemon::{Home, cheap};
use crate::vectors::{A, B, C, MULTISIG, canonical, vector, vectors};

const GROUP: [&str; 3] = [
    "group 1 of 3, unsigned",
    "group 2 of 3, unsigned",
    "group 3 of 3, unsigned",
];

/// Signs a file and returns what was written.
fn sign(desk: &Desk, options: &str, input: &[u8]) -> Vec<u8> {
    let file = desk.file("in", input);
    desk.ok(
        &format!("sign {file} -o {} --force --yes {options}", desk.path("out")),
        &[PASSWORD],
    );
    desk.bytes("out")
}

/// How signing fails, with this exit code; nothing is written.
fn refused(desk: &Desk, code: i32, options: &str, input: &[u8]) -> String {
    let file = desk.file("in", input);
    let said = desk.fails(
        code,
        &format!("sign {file} -o {} {options}", desk.path("out")),
        &[PASSWORD],
    );
    assert!(!desk.has("out"), "{said}");
    said
}

#[test]
fn with_one_key() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let signed = vector("signed by key");
    assert_eq!(sign(&desk, "", &vector("unsigned")), signed);
    // Without the map around it, and with its signature already.
    let bare = &vector("unsigned")[5..];
    assert_eq!(sign(&desk, "", bare), signed);
    let both = vectors(&["unsigned", "signed by key"]);
    assert_eq!(sign(&desk, "", &both), [&signed[..], &signed].concat());
    let only = sign(&desk, "--only 2", &vectors(&["unsigned", "unsigned"]));
    assert_eq!(only, vectors(&["unsigned", "signed by key"]));
}

#[test]
fn for_a_rekeyed_sender() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let rekeyed = canonical(&vector("signed by another key, sender rekeyed"));
    // {sgnr, txn}, and {txn} with the signer named.
    let transaction = &rekeyed[rekeyed.windows(4).position(|window| window == b"\xa3txn").unwrap()..];
    let unsigned = [b"\x81", transaction].concat();
    assert_eq!(sign(&desk, &format!("--signer {A}"), &unsigned), rekeyed);
    let named = [b"\x82", &rekeyed[1..40], transaction].concat();
    assert_eq!(sign(&desk, "", &named), rekeyed);
    fs::remove_file(desk.path("out")).unwrap();
    says(&refused(&desk, 5, "--yes", &unsigned), &["no key of", C]);
}

#[test]
fn for_a_multisig_account_one_after_the_other() {
    let desk = Desk::new();
    for (name, account) in [("a", A), ("b", B), ("c", C)] {
        desk.wallet_of(name, &[account]);
    }
    desk.wallet_of("all", &[A, B, C]);
    let first = sign(&desk, "-w a", &vector("multisig unsigned"));
    assert_eq!(first, vector("multisig 1 of 2"));
    let second = sign(&desk, "-w c", &first);
    assert_eq!(second, vector("multisig 2 of 2"));
    // It is complete; a member may add to it all the same, when asked to.
    fs::remove_file(desk.path("out")).unwrap();
    says(&refused(&desk, 5, "-w b --yes", &second), &["signed already"]);
    says(
        &refused(&desk, 5, "-w a --yes", &first),
        &["no key of", "that has not signed"],
    );

    // A wallet that knows the account needs no more than the transaction, and signs as often as is needed.
    desk.knows_multisig("all");
    let whole = vector("multisig unsigned");
    let transaction = whole.windows(4).position(|window| window == b"\xa3txn").unwrap();
    let bare = [b"\x81", &whole[transaction..]].concat();
    says(&refused(&desk, 5, "-w a --yes", &bare), &["no key of", MULTISIG]);
    let members = format!("-w all --multisig {MULTISIG} --member {A} --member {C}");
    assert_eq!(sign(&desk, &members, &bare), vector("multisig 2 of 2"));
    let all = format!("-w all --member {A} --member {B} --member {C}");
    assert_eq!(sign(&desk, &all, &bare), vector("multisig 3"));
    let two = desk.file("two", &sign(&desk, "-w all", &bare));
    says(
        &desk.ok(&format!("inspect {two}"), &[]),
        &["2 of the 2 needed, of 3 keys: valid"],
    );
}

#[test]
fn for_a_sender_that_was_rekeyed_to_a_multisig_account() {
    let desk = Desk::new();
    desk.wallet_of("w", &[B, C]);
    desk.knows_multisig("w");
    let expected = vector("multisig of a rekeyed sender");
    let transaction = expected.windows(4).position(|window| window == b"\xa3txn").unwrap();
    let unsigned = [b"\x81", &expected[transaction..]].concat();
    assert_eq!(
        sign(
            &desk,
            &format!("--signer {MULTISIG} --member {B} --member {C}"),
            &unsigned
        ),
        expected
    );
}

#[test]
fn groups_whole_or_by_several() {
    let desk = Desk::new();
    desk.wallet_of("two", &[A, B]);
    desk.wallet_of("one", &[C]);
    let file = desk.file("in", &vectors(&GROUP));
    let report = desk.json(
        &format!("sign {file} -o {} --yes -w two", desk.path("half")),
        &[PASSWORD],
    );
    let states: Vec<_> = report["transactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["state"])
        .collect();
    assert_eq!(states, ["good", "good", "missing"]);
    assert_eq!(report["transactions"][0]["signed_by"], json!([A]));
    assert_eq!(report["transactions"][2]["signed_by"], json!([]));
    let signed = ["group 1 of 3, signed", "group 2 of 3, signed", "group 3 of 3, signed"];
    assert_eq!(sign(&desk, "-w one", &desk.bytes("half")), vectors(&signed));

    fs::remove_file(desk.path("out")).unwrap();
    let part = vectors(&GROUP[..2]);
    says(
        &refused(&desk, 6, "--yes -w two", &part),
        &["not whole", "--partial-group"],
    );
    says(
        &refused(
            &desk,
            6,
            "--yes -w two --partial-group",
            &vectors(&[GROUP[1], GROUP[0], GROUP[2]]),
        ),
        &["right is 2, 1, 3"],
    );
    assert_eq!(sign(&desk, "-w two --partial-group", &part), vectors(&signed[..2]));
}

#[test]
fn more_than_fit_in_one_request() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let signed = sign(&desk, "", &vector("unsigned").repeat(2100));
    assert!(signed == vector("signed by key").repeat(2100));
}

#[test]
fn by_a_daemon_that_has_only_version_1() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let old = Between::before(&desk, without_version_2);
    let file = desk.file("in", &vectors(&["unsigned", "unsigned"]));
    let words = format!("sign {file} -o {} --yes", desk.path("out"));
    let exit = run_on(&old.directory, &words, &[PASSWORD]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    assert_eq!(desk.bytes("out"), vectors(&["signed by key", "signed by key"]));
    assert_eq!(old.asked_for_version_2.load(Ordering::Relaxed), 0);
}

#[test]
fn an_answer_that_is_not_what_was_asked_for_is_not_written() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let file = desk.file("in", &vector("unsigned"));
    let words = format!("sign {file} -o {} --yes", desk.path("out"));
    let lies: [(Change, &str); 2] = [
        (|answer| spoil(answer, 20), "is not one of"),
        // The amount, in base64.
        (|answer| spoil(answer, 111), "another transaction"),
    ];
    for (lie, expected) in lies {
        let liar = Between::before(&desk, lie);
        let exit = run_on(&liar.directory, &words, &[PASSWORD]);
        assert_eq!(exit.code, Some(1), "{exit:?}");
        says(
            &exit.stderr,
            &["the daemon's signature of transaction 1 is wrong", expected],
        );
        assert!(!desk.has("out"));
    }
}

#[test]
fn nothing_is_written_unless_all_is_well() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let unsigned = vector("unsigned");
    says(
        &refused(&desk, 8, "", &unsigned),
        &["--yes", "payment", "12.500000 Algos", "with the key of", A],
    );
    let wrong = desk.fails(
        4,
        &format!("sign {} -o {} --yes", desk.path("in"), desk.path("out")),
        &["wrong"],
    );
    says(&wrong, &["cannot unlock"]);
    says(&refused(&desk, 6, "--yes", b"{}"), &["is not a file of transactions"]);
    says(&refused(&desk, 2, "--yes --only 2", &unsigned), &["no transaction 2"]);
    desk.fails(2, &format!("sign {}", desk.path("in")), &[PASSWORD]);
    let mut damaged = vector("multisig 1 of 2");
    damaged[60] ^= 1;
    says(
        &refused(&desk, 6, "--yes", &damaged),
        &["transaction 1 has a wrong signature already"],
    );
    let other = format!("--yes --signer {B}");
    says(
        &refused(&desk, 6, &other, &vector("multisig 1 of 2")),
        &["partly signed for", MULTISIG],
    );
}

#[test]
fn a_file_that_is_there_stays() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let file = desk.file("in", &vector("unsigned"));
    let out = desk.file("out", b"precious");
    let said = desk.fails(10, &format!("sign {file} -o {out} --yes"), &[PASSWORD]);
    says(&said, &["exists already", "--force"]);
    assert_eq!(desk.bytes("out"), b"precious");
    desk.ok(&format!("sign {file} -o {file} --yes --force"), &[PASSWORD]);
    assert_eq!(desk.bytes("in"), vector("signed by key"));
    desk.file("in", &vector("unsigned"));
    let said = desk.fails(10, &format!("sign {file} -o /not/there --yes"), &[PASSWORD]);
    says(&said, &["cannot write /not/there"]);
}

#[test]
fn at_a_terminal_it_shows_and_asks() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let file = desk.file("in", &vector("unsigned"));
    for (answer, code) in [("n", 8), ("y", 0)] {
        let mut screen = Screen::run(&desk, &format!("sign {file} -o {}", desk.path("out")));
        screen.waits_for("12.500000 Algos");
        screen.waits_for("Password of the wallet w: ");
        screen.answer(PASSWORD);
        screen.waits_for("Sign 1 transaction with the wallet w? [y/N] ");
        screen.answer(answer);
        let (found, shown) = screen.end();
        assert_eq!(found, Some(code), "{shown}");
        assert_eq!(desk.has("out"), code == 0);
    }
    assert_eq!(desk.bytes("out"), vector("signed by key"));
}

#[test]
fn a_person_may_read_for_longer_than_a_handle_lives() {
    let mut config = cheap();
    config["session_lifetime_secs"] = json!(1);
    let daemon = Home::with(&config).start();
    let desk = Desk { daemon };
    desk.wallet_of("w", &[A]);
    let file = desk.file("in", &vector("unsigned"));
    let mut screen = Screen::run(&desk, &format!("sign {file} -o {}", desk.path("out")));
    screen.waits_for("Password of the wallet w: ");
    screen.answer(PASSWORD);
    screen.waits_for("[y/N] ");
    thread::sleep(Duration::from_millis(1500));
    screen.answer("y");
    let (code, shown) = screen.end();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(desk.bytes("out"), vector("signed by key"));
}

/// What is changed in an answer of the daemon, or in a piece of it.
type Change = fn(&mut [u8]);

fn without_version_2(answer: &mut [u8]) {
    if let Some(at) = answer.windows(4).position(|window| window == b"\"v2\"") {
        answer[at + 2] = b'0';
    }
}

/// Changes one character of the first signed transaction.
fn spoil(answer: &mut [u8], character: usize) {
    const HEAD: &[u8] = b"\"signed_transactions\": [\n    \"";
    if let Some(at) = answer.windows(HEAD.len()).position(|window| window == HEAD) {
        let character = &mut answer[at + HEAD.len() + character];
        *character = if *character == b'A' { b'B' } else { b'A' };
    }
}

/// Stands before a daemon and changes what it answers.
struct Between {
    directory: PathBuf,
    asked_for_version_2: Arc<AtomicUsize>,
}

impl Between {
    fn before(desk: &Desk, change: Change) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let directory = desk
            .home()
            .file(&format!("before-{}", listener.local_addr().unwrap().port()));
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join("kmd.net"), listener.local_addr().unwrap().to_string()).unwrap();
        fs::copy(desk.home().file("kmd.token"), directory.join("kmd.token")).unwrap();
        let asked_for_version_2 = Arc::new(AtomicUsize::new(0));
        let (counter, daemon) = (Arc::clone(&asked_for_version_2), desk.daemon.address);
        thread::spawn(move || {
            for client in listener.incoming() {
                pass_on(client.unwrap(), daemon, Arc::clone(&counter), change);
            }
        });
        Self {
            directory,
            asked_for_version_2,
        }
    }
}

fn pass_on(mut client: TcpStream, daemon: SocketAddr, counter: Arc<AtomicUsize>, change: Change) {
    let mut daemon = TcpStream::connect(daemon).unwrap();
    let (mut requests, mut to_daemon) = (client.try_clone().unwrap(), daemon.try_clone().unwrap());
    thread::spawn(move || {
        each_piece(&mut requests, |piece| {
            counter.fetch_add(
                String::from_utf8_lossy(piece).matches("/v2/").count(),
                Ordering::Relaxed,
            );
            to_daemon.write_all(piece).is_ok()
        });
    });
    thread::spawn(move || {
        each_piece(&mut daemon, |piece| {
            change(piece);
            client.write_all(piece).is_ok()
        });
    });
}

fn each_piece(from: &mut TcpStream, mut take: impl FnMut(&mut [u8]) -> bool) {
    let mut buffer = [0; 65536];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if !take(&mut buffer[..length]) {
            return;
        }
    }
}
