//! All that a daemon is asked with a secret, or answers with one.

use super::speaker::{Speaker, Tongue};
use crate::support::{
    algorand::{address, derived_seed, payment, public_key},
    daemon::Daemon,
    pack::Pack,
    secrets::Secrets,
    sqlite,
};
use ed25519_dalek::SigningKey;
use kmd_crypto::{KdfFloor, KdfLimits, KdfParams, PasswordKdf, PasswordKdfSettings, open_master_key};
use std::{fs, num::NonZeroUsize, path::PathBuf};

/// A wallet, its secrets, and the client that made it.
pub struct Story {
    pub speaker: Speaker,
    pub known: Secrets,
    pub password: String,
    pub id: String,
    pub handle: String,
    /// In the wallet: one that was imported, and the first that was generated.
    pub imported: SigningKey,
    pub generated: SigningKey,
}

/// Bytes that are in no other test and in no memory by chance.
pub fn fresh<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// A password with characters that JSON writes in more than one way.
pub fn fresh_password() -> String {
    format!("\"{}\\ é🔑 {}", address(&fresh::<32>()), address(&fresh::<32>()))
}

impl Story {
    /// Creates a wallet of a known master derivation key, opens it and uses every key of it.
    pub fn begin(daemon: &Daemon, mut speaker: Speaker) -> Self {
        let password = fresh_password();
        let mdk = fresh::<32>();
        let mut known = Secrets::default();
        known.add("password", password.as_bytes());
        known.add("mdk", &mdk);
        let creation = Pack::map([
            ("wallet_name", (&address(&fresh::<32>())).into()),
            ("wallet_driver_name", "sqlite".into()),
            ("wallet_password", (&password).into()),
            ("master_derivation_key", mdk.as_slice().into()),
        ]);
        let id = speaker.ok("POST", "/v1/wallet", &creation).wallet_id();
        let generated = SigningKey::from_bytes(&derived_seed(&mdk, 1));
        known.add_key("generated key", &generated);
        let imported = SigningKey::from_bytes(&fresh());
        known.add_key("imported key", &imported);
        let mut story = Self {
            speaker,
            known,
            password,
            id,
            handle: String::new(),
            imported,
            generated,
        };
        story.learn_master_key(daemon);
        story.open();
        story.keys(&mdk);
        story.signs();
        story
    }

    /// A handle: replaces that of the story.
    pub fn open(&mut self) {
        let body = Pack::map([
            ("wallet_id", (&self.id).into()),
            ("wallet_password", (&self.password).into()),
        ]);
        self.handle = self
            .speaker
            .ok("POST", "/v1/wallet/init", &body)
            .text("wallet_handle_token");
        self.known.add_handle("handle", &self.handle);
    }

    /// The keys of the envelopes, as only the password and the file tell them.
    fn file(&self, daemon: &Daemon) -> PathBuf {
        let files = daemon.home.wallet_files();
        let name = files.iter().find(|name| name.contains(&self.id)).unwrap();
        daemon.home.wallets().join(name)
    }

    fn learn_master_key(&mut self, daemon: &Daemon) {
        let envelope = sqlite::blob(&self.file(daemon), "SELECT mep_encrypted FROM metadata");
        let kdf = PasswordKdf::new(PasswordKdfSettings {
            limits: KdfLimits::default(),
            floor: KdfFloor::NONE,
            parallel: NonZeroUsize::MIN,
            queue: 0,
            threads: NonZeroUsize::MIN,
        });
        let fields = Pack::decode(&envelope);
        let params = KdfParams::new(2, 1, 1).unwrap();
        let password = self.password.as_bytes();
        let key = kdf.derive(password, fields.at("salt").bytes(), &params).unwrap();
        self.known.add("password's key", key.expose());
        let master_key = open_master_key(&kdf, password, &envelope).unwrap();
        self.known.add("master key", master_key.expose());
    }

    fn keys(&mut self, mdk: &[u8]) {
        let body = self.with_handle([("display_mnemonic", false.into())]);
        assert_eq!(
            self.speaker.ok("POST", "/v1/key", &body).text("address"),
            address(self.generated.verifying_key().as_bytes())
        );
        let pair = self.imported.to_keypair_bytes();
        let body = self.with_handle([("private_key", pair.as_slice().into())]);
        self.speaker.ok("POST", "/v1/key/import", &body);
        for key in [&self.imported, &self.generated] {
            let body = self.with_password([("address", (&address(key.verifying_key().as_bytes())).into())]);
            let exported = self.speaker.ok("POST", "/v1/key/export", &body).bytes("private_key");
            assert_eq!(exported, key.to_keypair_bytes());
        }
        let exported = self
            .speaker
            .ok("POST", "/v1/master-key/export", &self.with_password([]));
        assert_eq!(exported.bytes("master_derivation_key"), mdk);
        self.speaker.ok("POST", "/v1/key/list", &self.with_handle([]));
    }

    /// Signs with both keys, alone, in a batch, and as members of a multisig address.
    pub fn signs(&mut self) {
        let keys = [&self.imported, &self.generated].map(|key| key.verifying_key().to_bytes());
        let program = [1, 32, 1, 1, 34].as_slice();
        // First, since what is deleted takes the keys that are kept along.
        for public in &keys {
            self.multisig(public, program);
        }
        for public in keys {
            let transaction = payment(&public);
            let sign = self.with_password([("transaction", transaction.as_slice().into())]);
            self.speaker.ok("POST", "/v1/transaction/sign", &sign);
            let sign = self.with_password([("address", (&address(&public)).into()), ("data", program.into())]);
            self.speaker.ok("POST", "/v1/program/sign", &sign);
            let one = Pack::map([("transaction", transaction.as_slice().into())]);
            let batch = self.with_password([("transactions", Pack::List(vec![one; 3]))]);
            self.speaker.ok("POST", "/v2/transactions/sign", &batch);
        }
        self.speaker.ok("POST", "/v1/wallet/renew", &self.with_handle([]));
        self.speaker.ok("POST", "/v1/wallet/info", &self.with_handle([]));
    }

    fn multisig(&mut self, member: &[u8], program: &[u8]) {
        let members = Pack::List(vec![member.into(), fresh::<32>().as_slice().into()]);
        let import = self.with_handle([
            ("multisig_version", 1.into()),
            ("threshold", 1.into()),
            ("pks", members),
        ]);
        let text = self.speaker.ok("POST", "/v1/multisig/import", &import).text("address");
        let transaction = payment(&public_key(&text));
        let sign = self.with_password([
            ("transaction", transaction.as_slice().into()),
            ("public_key", member.into()),
        ]);
        self.speaker.ok("POST", "/v1/multisig/sign", &sign);
        let sign = self.with_password([
            ("address", (&text).into()),
            ("data", program.into()),
            ("public_key", member.into()),
        ]);
        self.speaker.ok("POST", "/v1/multisig/signprogram", &sign);
        let delete = self.with_password([("address", (&text).into())]);
        self.speaker.ok("DELETE", "/v1/multisig", &delete);
    }

    /// What asks for the password and not for the handle; a changed password ends the handles.
    pub fn cares(&mut self, daemon: &Daemon) {
        let old = std::mem::replace(&mut self.password, fresh_password());
        self.known.add("new password", self.password.as_bytes());
        let id = &self.id;
        let change = Pack::map([
            ("wallet_password", (&old).into()),
            ("new_password", (&self.password).into()),
        ]);
        self.speaker.ok("POST", &format!("/v2/wallets/{id}/password"), &change);
        self.learn_master_key(daemon);
        let verify = Pack::map([("wallet_password", (&self.password).into())]);
        self.speaker
            .ok("POST", &format!("/v2/wallets/{}/verify", self.id), &verify);
        self.comes_back(daemon);
        let rename = Pack::map([
            ("wallet_id", (&self.id).into()),
            ("wallet_password", (&self.password).into()),
            ("wallet_name", (&address(&fresh::<32>())).into()),
        ]);
        self.speaker.ok("POST", "/v1/wallet/rename", &rename);
    }

    /// Backed up, lost, restored.
    fn comes_back(&mut self, daemon: &Daemon) {
        let body = Pack::map([
            ("file_name", (&self.id).into()),
            ("wallet_password", (&self.password).into()),
        ]);
        self.speaker
            .ok("POST", &format!("/v2/wallets/{}/backup", self.id), &body);
        fs::remove_file(self.file(daemon)).unwrap();
        self.speaker.ok("POST", "/v2/wallets/restore", &body);
    }

    pub fn release(&mut self) {
        self.speaker.ok("POST", "/v1/wallet/release", &self.with_handle([]));
    }

    pub fn with_handle<const N: usize>(&self, entries: [(&str, Pack); N]) -> Pack {
        let Pack::Map(mut entries) = Pack::map(entries) else {
            unreachable!("a map is a map");
        };
        entries.push(("wallet_handle_token".to_owned(), (&self.handle).into()));
        Pack::Map(entries)
    }

    pub fn with_password<const N: usize>(&self, entries: [(&str, Pack); N]) -> Pack {
        let Pack::Map(mut entries) = self.with_handle(entries) else {
            unreachable!("a map is a map");
        };
        entries.push(("wallet_password".to_owned(), (&self.password).into()));
        Pack::Map(entries)
    }
}

/// The clients of a daemon: each tongue, over TCP and over the Unix socket.
pub fn speakers(daemon: &Daemon) -> [Speaker; 4] {
    [
        Speaker::new(daemon.tcp(), Tongue::Json),
        Speaker::new(daemon.unix(), Tongue::Pack),
        Speaker::new(daemon.unix(), Tongue::Escapes),
        Speaker::new(daemon.tcp(), Tongue::Numbers),
    ]
}
