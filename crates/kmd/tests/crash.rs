//! Killed again and again at any moment, while clients create, generate, import, delete and rename: what was answered is
//! there, what is there is whole. `TEST_KILLS=1000` kills more often than the fifty times of an ordinary run.

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
    algorand::{key_of_label, private_key},
    api::{Api, creation, string},
    daemon::{Daemon, Home},
    http::Connection,
};

/// How often the daemon is killed in each directory.
const KILLS: usize = 10;

const PASSWORD: &str = "correct horse";

#[test]
fn nothing_that_was_answered_is_lost() {
    let kills = std::env::var("TEST_KILLS").map_or(50, |number| number.parse().unwrap());
    for directory in 0..usize::div_ceil(kills, KILLS) {
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
    /// Wallets that were answered, and what their names may be.
    wallets: BTreeMap<String, BTreeSet<String>>,
    /// Keys that were answered, by wallet.
    keys: BTreeMap<String, BTreeSet<String>>,
    /// Keys that somebody asked to delete.
    doomed: BTreeSet<String>,
    /// Keys whose deletion was answered.
    deleted: BTreeSet<String>,
    /// Wallets that opened after some kill, answered or not.
    opened: BTreeSet<String>,
}

/// An answer that a client got, or what it is about to ask for.
enum Answer {
    Wallet { id: String, name: String },
    Key { wallet: String, address: String },
    AskedToDelete { address: String },
    Deleted { address: String },
    AskedToRename { id: String, name: String },
    Renamed { id: String, name: String },
}

impl Promised {
    /// Lets clients do all that changes wallets, and kills the daemon after so many answers.
    fn hammer(&mut self, daemon: Daemon, round: usize, answers: usize) {
        let name = format!("keys of {round}");
        let target = daemon.api().create(&name, PASSWORD);
        self.wallets.insert(target.clone(), BTreeSet::from([name.clone()]));
        self.asked.insert(name);

        let (sender, answered) = mpsc::channel();
        let clients: Vec<_> = (0..6)
            .map(|client| {
                let (address, sender, wallet) = (daemon.address, sender.clone(), target.clone());
                let prefix = format!("{round} {client}");
                thread::spawn(move || match client {
                    0 => create(address, &prefix, &sender),
                    1 | 2 => generate(address, &wallet, &sender),
                    3 => import(address, &wallet, round, &sender),
                    4 => delete(address, &wallet, &sender),
                    _ => rename(address, &prefix, &sender),
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
                assert_eq!(
                    self.wallets.insert(id, BTreeSet::from([name])),
                    None,
                    "an id given twice"
                );
            }
            Answer::Key { wallet, address } => {
                let new = self.keys.entry(wallet).or_default().insert(address.clone());
                assert!(new, "{address} was generated twice");
            }
            Answer::AskedToDelete { address } => drop(self.doomed.insert(address)),
            Answer::Deleted { address } => drop(self.deleted.insert(address)),
            Answer::AskedToRename { id, name } => {
                self.asked.insert(name.clone());
                self.wallets.entry(id).or_default().insert(name);
            }
            Answer::Renamed { id, name } => drop(self.wallets.insert(id, BTreeSet::from([name]))),
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
        for (id, names) in &self.wallets {
            let name = listed.get(id).unwrap_or_else(|| panic!("{id} was answered"));
            assert!(names.contains(name), "{id} is {name} and not one of {names:?}");
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
        let lost = &(&answered - &keys) - &self.doomed;
        assert!(lost.is_empty(), "lost: {lost:?}");
        let back: Vec<_> = keys.intersection(&self.deleted).collect();
        assert!(back.is_empty(), "deleted, and back: {back:?}");
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
    let Some(handle) = open(address, wallet) else {
        return Vec::new();
    };
    while generate_one(address, wallet, &handle, sender).is_some() {}
    Vec::new()
}

fn generate_one(address: SocketAddr, wallet: &str, handle: &str, sender: &Sender<Answer>) -> Option<String> {
    let generated = answer(address, "/v1/key", &json!({"wallet_handle_token": handle}))?;
    let (wallet, address) = (wallet.to_owned(), string(&generated["address"]));
    let key = Answer::Key {
        wallet,
        address: address.clone(),
    };
    sender.send(key).unwrap();
    Some(address)
}

/// Imports keys until the daemon is gone.
fn import(address: SocketAddr, wallet: &str, round: usize, sender: &Sender<Answer>) -> Vec<String> {
    let Some(handle) = open(address, wallet) else {
        return Vec::new();
    };
    for number in 0.. {
        let key = key_of_label(&format!("{wallet} {round} {number}"));
        let body = json!({"wallet_handle_token": handle, "private_key": private_key(&key)});
        let Some(imported) = answer(address, "/v1/key/import", &body) else {
            break;
        };
        let (wallet, address) = (wallet.to_owned(), string(&imported["address"]));
        sender.send(Answer::Key { wallet, address }).unwrap();
    }
    Vec::new()
}

/// Generates keys and deletes each again until the daemon is gone.
fn delete(address: SocketAddr, wallet: &str, sender: &Sender<Answer>) -> Vec<String> {
    let Some(handle) = open(address, wallet) else {
        return Vec::new();
    };
    while let Some(key) = generate_one(address, wallet, &handle, sender) {
        sender.send(Answer::AskedToDelete { address: key.clone() }).unwrap();
        let body = json!({"wallet_handle_token": handle, "wallet_password": PASSWORD, "address": key});
        let Some(_) = answer_to(address, "DELETE", "/v1/key", &body) else {
            break;
        };
        sender.send(Answer::Deleted { address: key }).unwrap();
    }
    Vec::new()
}

/// Creates a wallet and gives it one name after the other until the daemon is gone; gives the first name.
fn rename(address: SocketAddr, prefix: &str, sender: &Sender<Answer>) -> Vec<String> {
    let first = format!("{prefix} first");
    let Some(created) = answer(address, "/v1/wallet", &creation(&first, PASSWORD)) else {
        return vec![first];
    };
    let id = string(&created["wallet"]["id"]);
    let (wallet, name) = (id.clone(), first.clone());
    sender.send(Answer::Wallet { id: wallet, name }).unwrap();
    for number in 0.. {
        let (wallet, name) = (id.clone(), format!("{prefix} {number}"));
        let body = json!({"wallet_id": wallet, "wallet_name": name, "wallet_password": PASSWORD});
        let asked = Answer::AskedToRename {
            id: wallet.clone(),
            name: name.clone(),
        };
        sender.send(asked).unwrap();
        let Some(_) = answer(address, "/v1/wallet/rename", &body) else {
            break;
        };
        sender.send(Answer::Renamed { id: wallet, name }).unwrap();
    }
    vec![first]
}

fn open(address: SocketAddr, wallet: &str) -> Option<String> {
    let body = json!({"wallet_id": wallet, "wallet_password": PASSWORD});
    let opened = answer(address, "/v1/wallet/init", &body)?;
    Some(string(&opened["wallet_handle_token"]))
}

/// The answer, or nothing when the daemon was killed before it gave one.
fn answer(address: SocketAddr, path: &str, body: &Value) -> Option<Value> {
    answer_to(address, "POST", path, body)
}

fn answer_to(address: SocketAddr, method: &str, path: &str, body: &Value) -> Option<Value> {
    let mut api = Api::new(Connection::try_tcp(address).ok()?, TOKEN);
    let reply = api.try_call(method, path, &body.to_string()).ok()?;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    Some(reply.json())
}
