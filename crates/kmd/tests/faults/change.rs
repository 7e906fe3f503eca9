//! The changes that a client can ask for: how to ask, and what must be true afterwards.

use super::{
    scene::{PASSWORD, Scene, check_whole, create_unless_there},
    strace::Traced,
};
use crate::support::{
    api::{creation, string},
    daemon::Daemon,
    http::Reply,
};
use serde_json::{Value, json};

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
}

const NEW_PASSWORD: &str = "another horse";
const NEW_NAME: &str = "new name";

impl Change {
    /// Asks for it: the answer, or nothing when the daemon is gone before it gave one.
    pub fn ask(self, scene: &Scene, daemon: &Traced) -> Option<Reply> {
        let handle = match self {
            Self::Create | Self::Rename | Self::NewPassword => String::new(),
            _ => {
                let opened = json!({"wallet_id": scene.wallet, "wallet_password": PASSWORD});
                let opened = daemon.ask("POST", "/v1/wallet/init", &opened)?;
                if opened.status != 200 {
                    return Some(opened);
                }
                string(&opened.json()["wallet_handle_token"])
            }
        };
        let (method, path, body) = self.request(scene, &handle);
        let path = path.replace("{id}", &scene.wallet);
        daemon.ask(method, &path, &body)
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
        }
    }

    /// Whether the answer says that it was done before: a change may have lasted although it was answered as failed.
    pub fn is_done_already(self, reply: &Reply) -> bool {
        let said = match self {
            Self::NewPassword => return reply.json()["error"]["code"] == "wrong_password",
            Self::Create | Self::Rename => "wallet with same name already exists",
            Self::Import | Self::ImportMultisig => "key already exists in wallet",
            Self::Generate | Self::Delete => return false,
        };
        reply.message() == said
    }

    /// Checks what is there now, given what was answered: all of what was acknowledged, and nothing half.
    pub fn check(self, scene: &Scene, daemon: &Daemon, answer: Option<&Value>) {
        if self == Self::NewPassword {
            change_back(scene, daemon, answer.is_some());
        }
        let may_lack = (self == Self::Delete).then_some(scene.victim.as_str());
        let multisig = answer.filter(|_| self == Self::ImportMultisig);
        let keys = scene.check(daemon, may_lack, multisig.map(|answer| string(&answer["address"])));
        let mut api = daemon.api();
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
