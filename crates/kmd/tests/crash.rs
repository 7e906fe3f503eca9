//! A hundred times killed in the middle of creating wallets and generating keys: what was answered is there, what is
//! there is whole.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::mpsc::{self, Sender},
    thread,
};
use support::{
    TOKEN,
    api::{Api, creation, string},
    daemon::{Daemon, Home},
    http::Connection,
};

/// Directories, and how often the daemon is killed in each.
const DIRECTORIES: usize = 10;
const KILLS: usize = 10;

const PASSWORD: &str = "correct horse";

#[test]
fn nothing_that_was_answered_is_lost() {
    for directory in 0..DIRECTORIES {
        let home = Home::cheap();
        let mut promised = Promised::default();
        for kill in 0..KILLS {
            // Another moment each time, and the same ones on each run: 1 to 30 answers.
            let answers = 1 + (directory * KILLS + kill) * 7 % 30;
            let daemon = home.start();
            promised.check_new(&daemon);
            promised.hammer(daemon, kill, answers);
        }
        promised.check_all(&home.start());
    }
}

/// What the daemon answered so far.
#[derive(Default)]
struct Promised {
    /// Names that were asked for, answered or not.
    asked: BTreeSet<String>,
    /// Wallets that were answered: id and name.
    wallets: BTreeMap<String, String>,
    /// Keys that were answered, by wallet.
    keys: BTreeMap<String, BTreeSet<String>>,
    /// Wallets that opened after some kill, answered or not.
    opened: BTreeSet<String>,
}

/// An answer that a client got.
enum Answer {
    Wallet { id: String, name: String },
    Key { wallet: String, address: String },
}

impl Promised {
    /// Lets four clients create and generate, and kills the daemon after so many answers.
    fn hammer(&mut self, daemon: Daemon, round: usize, answers: usize) {
        let target = daemon.api().create(&format!("keys of {round}"), PASSWORD);
        self.wallets.insert(target.clone(), format!("keys of {round}"));
        self.asked.insert(format!("keys of {round}"));

        let (sender, answered) = mpsc::channel();
        let clients: Vec<_> = (0..4)
            .map(|client| {
                let (address, sender, wallet) = (daemon.address, sender.clone(), target.clone());
                thread::spawn(move || match client % 2 {
                    0 => create(address, &format!("{round} {client}"), &sender),
                    _ => generate(address, &wallet, &sender),
                })
            })
            .collect();
        drop(sender);

        let mut received: Vec<Answer> = answered.iter().take(answers).collect();
        daemon.kill();
        received.extend(answered.iter());
        for client in clients {
            self.asked.extend(client.join().unwrap());
        }
        assert!(received.len() >= answers, "the daemon ended by itself");
        for answer in received {
            self.remember(answer);
        }
    }

    fn remember(&mut self, answer: Answer) {
        match answer {
            Answer::Wallet { id, name } => {
                assert_eq!(self.wallets.insert(id, name), None, "an id given twice");
            }
            Answer::Key { wallet, address } => {
                let new = self.keys.entry(wallet).or_default().insert(address.clone());
                assert!(new, "{address} was generated twice");
            }
        }
    }

    /// Checks that all wallets are listed, and looks into those that no earlier check has seen.
    fn check_new(&mut self, daemon: &Daemon) {
        let mut api = daemon.api();
        for id in self.check_list(daemon, &mut api) {
            if self.opened.insert(id.clone()) {
                self.check_wallet(&mut api, &id);
            }
        }
    }

    fn check_all(&self, daemon: &Daemon) {
        let mut api = daemon.api();
        for id in self.check_list(daemon, &mut api) {
            self.check_wallet(&mut api, &id);
        }
    }

    /// Every answered wallet is listed, every listed one was asked for, and every file is a listed wallet.
    fn check_list(&self, daemon: &Daemon, api: &mut Api) -> Vec<String> {
        let listed: BTreeMap<String, String> = api
            .wallets()
            .iter()
            .map(|wallet| (string(&wallet["id"]), string(&wallet["name"])))
            .collect();
        for (id, name) in &self.wallets {
            assert_eq!(listed.get(id), Some(name), "{id} was answered");
        }
        for (id, name) in &listed {
            assert!(self.asked.contains(name), "{id} {name} was never asked for");
        }
        let names: BTreeSet<&String> = listed.values().collect();
        assert_eq!(names.len(), listed.len(), "a name twice: {listed:?}");
        let files = daemon.home.wallet_files();
        assert_eq!(files.len(), listed.len(), "{files:?} are {listed:?}");
        listed.into_keys().collect()
    }

    /// The wallet opens, has all keys that were answered, and takes one more that it never gave before.
    fn check_wallet(&self, api: &mut Api, id: &str) {
        let handle = api.open(id, PASSWORD);
        let keys: BTreeSet<String> = api.keys(&handle).into_iter().collect();
        let answered = self.keys.get(id).cloned().unwrap_or_default();
        assert!(keys.is_superset(&answered), "lost: {:?}", &answered - &keys);
        let body = json!({"wallet_handle_token": handle, "wallet_password": PASSWORD});
        assert!(api.ok("/v1/master-key/export", &body)["master_derivation_key"].is_string());
        let new = api.generate(&handle);
        assert!(!keys.contains(&new), "{new} again");
    }
}

/// Creates wallets until the daemon is gone; gives the names that it asked for.
fn create(address: SocketAddr, prefix: &str, sender: &Sender<Answer>) -> Vec<String> {
    let mut asked = Vec::new();
    for number in 0.. {
        let name = format!("{prefix} {number}");
        asked.push(name.clone());
        let Some(answer) = answer(address, "/v1/wallet", &creation(&name, PASSWORD)) else {
            break;
        };
        let id = string(&answer["wallet"]["id"]);
        sender.send(Answer::Wallet { id, name }).unwrap();
    }
    asked
}

/// Generates keys until the daemon is gone.
fn generate(address: SocketAddr, wallet: &str, sender: &Sender<Answer>) -> Vec<String> {
    let body = json!({"wallet_id": wallet, "wallet_password": PASSWORD});
    let Some(opened) = answer(address, "/v1/wallet/init", &body) else {
        return Vec::new();
    };
    let body = json!({"wallet_handle_token": opened["wallet_handle_token"]});
    while let Some(generated) = answer(address, "/v1/key", &body) {
        let (wallet, address) = (wallet.to_owned(), string(&generated["address"]));
        sender.send(Answer::Key { wallet, address }).unwrap();
    }
    Vec::new()
}

/// The answer, or nothing when the daemon was killed before it gave one.
fn answer(address: SocketAddr, path: &str, body: &Value) -> Option<Value> {
    let mut api = Api::new(Connection::try_tcp(address).ok()?, TOKEN);
    let reply = api.try_call("POST", path, &body.to_string()).ok()?;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    Some(reply.json())
}
