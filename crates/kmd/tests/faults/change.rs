//! The changes that a client can ask for: how to ask, and what must be true afterwards.

use super::scene::{PASSWORD, Scene, check_whole, create_unless_there};
use crate::support::{
    TOKEN,
    api::{Api, creation, string},
    daemon::{Daemon, Home, names},
    http::{Connection, Reply},
};
use serde_json::{Value, json};
use std::{
    fs::{self, Permissions},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
};

/// A change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    Create,
    Generate,
    Import,
    Delete,
    ImportMultisig,
    Rename,
    NewPassword,
    Backup,
    Restore,
}

const NEW_PASSWORD: &str = "another horse";
const NEW_NAME: &str = "new name";
/// The backup that is made, or restored.
const BACKUP: &str = "kept.db";
const RESTORE: &str = "/v2/wallets/restore";

impl Change {
    /// A directory where it can be asked for.
    pub fn home(self, scene: &Scene) -> Home {
        let home = scene.copy();
        if self == Self::Restore {
            let wallet = home.wallets().join(&home.wallet_files()[0]);
            fs::rename(wallet, make_backups(&home).join(BACKUP)).unwrap();
        }
        home
    }

    /// The folder that it changes. It is there.
    pub fn folder(self, home: &Home) -> PathBuf {
        match self {
            Self::Backup => make_backups(home),
            _ => home.wallets(),
        }
    }

    /// Asks for it: the answer, or nothing when the daemon is gone before it gave one.
    pub fn ask(self, scene: &Scene, daemon: SocketAddr) -> Option<Reply> {
        let handle = match self {
            Self::Create | Self::Rename | Self::NewPassword | Self::Backup | Self::Restore => String::new(),
            _ => {
                let opened = json!({"wallet_id": scene.wallet, "wallet_password": PASSWORD});
                let opened = ask(daemon, "POST", "/v1/wallet/init", &opened)?;
                if opened.status != 200 {
                    return Some(opened);
                }
                string(&opened.json()["wallet_handle_token"])
            }
        };
        let (method, path, body) = self.request(scene, &handle);
        let path = path.replace("{id}", &scene.wallet);
        ask(daemon, method, &path, &body)
    }

    fn request(self, scene: &Scene, handle: &str) -> (&'static str, &'static str, Value) {
        match self {
            Self::Create => ("POST", "/v1/wallet", creation(NEW_NAME, PASSWORD)),
            Self::Generate => ("POST", "/v1/key", json!({"wallet_handle_token": handle})),
            Self::Import => (
                "POST",
                "/v1/key/import",
                json!({"wallet_handle_token": handle, "private_key": vec![8; 32]}),
            ),
            Self::Delete => (
                "DELETE",
                "/v1/key",
                json!({"wallet_handle_token": handle, "address": scene.victim, "wallet_password": PASSWORD}),
            ),
            Self::ImportMultisig => (
                "POST",
                "/v1/multisig/import",
                json!({"wallet_handle_token": handle, "multisig_version": 1, "threshold": 1, "pks": [vec![3; 32]]}),
            ),
            Self::Rename => (
                "POST",
                "/v1/wallet/rename",
                json!({"wallet_id": scene.wallet, "wallet_name": NEW_NAME, "wallet_password": PASSWORD}),
            ),
            Self::NewPassword => (
                "POST",
                "/v2/wallets/{id}/password",
                json!({"wallet_password": PASSWORD, "new_password": NEW_PASSWORD}),
            ),
            Self::Backup => ("POST", "/v2/wallets/{id}/backup", backup(BACKUP)),
            Self::Restore => ("POST", RESTORE, backup(BACKUP)),
        }
    }

    /// Whether the answer says that it was done before: a change may have lasted although it was answered as failed.
    pub fn is_done_already(self, reply: &Reply) -> bool {
        let said = match self {
            Self::NewPassword => return reply.json()["error"]["code"] == "wrong_password",
            Self::Backup => return reply.json()["error"]["code"] == "backup_exists",
            Self::Restore => return reply.json()["error"]["code"] == "wallet_exists",
            Self::Create | Self::Rename => "wallet with same name already exists",
            Self::Import | Self::ImportMultisig => "key already exists in wallet",
            Self::Generate | Self::Delete => return false,
        };
        reply.message() == said
    }

    /// Checks what is there now, given what was answered: all of what was acknowledged, and nothing half.
    pub fn check(self, scene: &Scene, daemon: &Daemon, answer: Option<&Value>) {
        match self {
            Self::NewPassword => change_back(scene, daemon, answer.is_some()),
            Self::Backup => check_backup(scene, daemon, answer.is_some()),
            Self::Restore => check_restored(scene, daemon, answer.is_some()),
            _ => {}
        }
        let may_lack = (self == Self::Delete).then_some(scene.victim.as_str());
        let multisig = answer.filter(|_| self == Self::ImportMultisig);
        let mut api = daemon.api();
        let keys = scene.check(&mut api, may_lack, multisig.map(|answer| string(&answer["address"])));
        let mut names = api.wallet_names();
        names.sort_unstable();
        match self {
            Self::Create => {
                assert!(names == ["new name", "wallet"] || names == ["wallet"] && answer.is_none());
            }
            Self::Rename => {
                assert!(
                    names == [NEW_NAME] || names == ["wallet"] && answer.is_none(),
                    "{names:?}"
                );
            }
            _ => assert_eq!(names, ["wallet"]),
        }
        match (self, answer) {
            (Self::Generate | Self::Import, Some(answer)) => {
                assert!(keys.contains(&string(&answer["address"])), "lost")
            }
            (Self::Delete, Some(_)) => assert!(!keys.contains(&scene.victim), "not deleted"),
            _ => {}
        }
        for wallet in api.wallet_ids() {
            check_whole(&mut api, &wallet);
        }
        // A further creation clears away what an unfinished one left.
        let wallet = create_unless_there(&mut api, NEW_NAME);
        check_whole(&mut api, &wallet);
        scene.check_nothing_is_left(daemon);
    }
}

/// The answer, or nothing when the daemon is gone before it gave one.
fn ask(daemon: SocketAddr, method: &str, path: &str, body: &Value) -> Option<Reply> {
    let connection = Connection::try_tcp(daemon).ok()?;
    Api::new(connection, TOKEN)
        .try_call(method, path, &body.to_string())
        .ok()
}

/// Checks that one password opens the wallet and the other does not, and gives it the one that it had.
fn change_back(scene: &Scene, daemon: &Daemon, answered: bool) {
    let mut api = daemon.api();
    let mut opens = |password: &str| {
        let body = json!({"wallet_id": scene.wallet, "wallet_password": password});
        api.post("/v1/wallet/init", &body).status == 200
    };
    let (old, new) = (opens(PASSWORD), opens(NEW_PASSWORD));
    assert!(
        old != new && (new || !answered),
        "old: {old}, new: {new}, answered: {answered}"
    );
    if new {
        let body = json!({"wallet_password": NEW_PASSWORD, "new_password": PASSWORD});
        api.ok(&format!("/v2/wallets/{}/password", scene.wallet), &body);
    }
}

fn backup(name: &str) -> Value {
    json!({"file_name": name, "wallet_password": PASSWORD})
}

fn backups(home: &Home) -> PathBuf {
    home.file("backups")
}

fn make_backups(home: &Home) -> PathBuf {
    let folder = backups(home);
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    folder
}

/// Checks that there is no backup or a whole one, from which the wallet comes back elsewhere, and that the next backup
/// clears away what an unfinished one left.
fn check_backup(scene: &Scene, daemon: &Daemon, answered: bool) {
    let written = backups(&daemon.home).join(BACKUP);
    assert!(written.exists() || !answered, "lost");
    if written.exists() {
        let other = Home::cheap();
        fs::copy(&written, make_backups(&other).join(BACKUP)).unwrap();
        let other = other.start();
        let restored = other.api().ok(RESTORE, &backup(BACKUP));
        assert_eq!(restored["verification"]["problem_count"], 0, "{restored}");
        scene.check(&mut other.api(), None, None);
    }
    let place = format!("/v2/wallets/{}/backup", scene.wallet);
    daemon.api().ok(&place, &backup("next.db"));
    let expected: &[&str] = if written.exists() {
        &[BACKUP, "next.db"]
    } else {
        &["next.db"]
    };
    assert_eq!(names(&backups(&daemon.home)), expected);
}

/// Checks that the wallet is there or can be restored, and that its backup is as it was.
fn check_restored(scene: &Scene, daemon: &Daemon, answered: bool) {
    let mut api = daemon.api();
    let restored = !api.wallet_ids().is_empty();
    assert!(restored || !answered, "lost");
    if !restored {
        api.ok(RESTORE, &backup(BACKUP));
    }
    let kept = fs::read(backups(&daemon.home).join(BACKUP)).unwrap();
    assert!(kept == scene.wallet_file(), "the backup was changed");
    assert_eq!(names(&backups(&daemon.home)), [BACKUP]);
}
