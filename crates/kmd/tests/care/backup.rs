//! `POST /v2/wallets/{id}/backup` and `POST /v2/wallets/restore`

use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::path;
use crate::support::{
    StopWhenDropped,
    api::{Api, with},
    daemon::{Home, cheap, mode, names},
    golden,
    http::Reply,
    sqlite,
};

const RESTORE: &str = "/v2/wallets/restore";

fn backup(name: &str, password: &str) -> Value {
    json!({"file_name": name, "wallet_password": password})
}

fn rows(file: &Path) -> [Vec<sqlite::Row>; 4] {
    [
        "SELECT * FROM metadata",
        "SELECT * FROM keys ORDER BY address",
        "SELECT * FROM msig_addrs ORDER BY address",
        "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name",
    ]
    .map(|query| sqlite::rows(file, query))
}

#[test]
fn a_backup_holds_everything_and_comes_back() {
    for name in ["plain", "multisig", "deleted", "日本語 / ../ \"x\" 🔑"] {
        let home = Home::cheap();
        let wallet = golden::wallet(name);
        let file = wallet.copy_to(&home.make_wallets());
        let daemon = home.start();
        let mut api = daemon.api();
        let body = backup("kept.db", &wallet.password());
        let written = api.ok(&path(wallet.id(), "backup"), &body);
        let copy = PathBuf::from(written["path"].as_str().unwrap());
        assert_eq!(copy, home.file("backups/kept.db"));
        assert_eq!((mode(&copy), mode(&home.file("backups"))), (0o600, 0o700));
        assert_eq!(written["verification"]["problem_count"], 0, "{written}");
        assert_eq!(rows(&file), rows(&copy), "{name}");
        assert_eq!(names(&home.file("backups")), ["kept.db"]);

        // As long as the wallet is there it is not replaced.
        let refused = api.post(RESTORE, &body);
        refused.refused(409, "wallet_exists");
        assert!(refused.text().contains("move the file"), "{}", refused.text());
        api.post(RESTORE, &with(&body, json!({"wallet_name": "another"})))
            .refused(409, "wallet_exists");
        fs::remove_file(&file).unwrap();
        let restored = api.ok(RESTORE, &body);
        assert_eq!(restored["wallet"]["id"], wallet.id());
        assert_eq!(restored["wallet"], api.wallets()[0]);
        assert_eq!(
            home.wallet_files(),
            names(&home.wallets()),
            "nothing unfinished is left"
        );
        assert_eq!(
            rows(&home.wallets().join(&home.wallet_files()[0])),
            rows(&copy),
            "{name}"
        );
        let handle = api.open(wallet.id(), &wallet.password());
        assert_eq!(api.keys(&handle), wallet.addresses());
        api.generate(&handle);
    }
}

#[test]
fn a_wallet_comes_back_under_another_name() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let id = api.create("first", "right");
    api.ok(&path(&id, "backup"), &backup("kept", "right"));
    fs::remove_file(daemon.home.wallets().join(&daemon.home.wallet_files()[0])).unwrap();
    api.create("taken", "");
    let body = backup("kept", "right");
    api.post(RESTORE, &with(&body, json!({"wallet_name": "taken"})))
        .refused(409, "wallet_exists");
    api.post(RESTORE, &with(&body, json!({"wallet_name": "x".repeat(65)})))
        .refused(400, "bad_request");
    api.post(RESTORE, &with(&body, json!({"wallet_password": "wrong"})))
        .refused(403, "wrong_password");
    let restored = api.ok(RESTORE, &with(&body, json!({"wallet_name": "second"})));
    assert_eq!(restored["wallet"]["name"], "second");
    assert!(api.wallet_names().contains(&"second".to_owned()));
    assert_eq!(names(&daemon.home.wallets()), daemon.home.wallet_files());
    api.open(&id, "right");
}

/// Every key that was answered before the backup was asked for is in it.
#[test]
fn a_wallet_in_use_is_backed_up_in_one_state() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let id = api.create("busy", "");
    let handle = api.open(&id, "");
    let done = AtomicBool::new(false);
    let before_each: Vec<(BTreeSet<String>, Reply)> = thread::scope(|scope| {
        let _stop = StopWhenDropped(&done);
        for _ in 0..2 {
            let (mut api, handle, done) = (daemon.api(), &handle, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    api.post("/v1/key", &json!({"wallet_handle_token": handle}));
                }
            });
        }
        let mut write = |number: i32| {
            let keys = api.post("/v1/key/list", &json!({"wallet_handle_token": handle})).json();
            let keys = keys["addresses"].as_array().into_iter().flatten();
            let keys = keys.map(|key| key.as_str().unwrap().to_owned()).collect();
            (
                keys,
                api.post(&path(&id, "backup"), &backup(&format!("{number}.db"), "")),
            )
        };
        (0..3).map(&mut write).collect()
    });
    for (number, (keys, reply)) in before_each.iter().enumerate() {
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.json()["verification"]["problem_count"], 0, "{}", reply.text());
        // The copy is a wallet by itself.
        let other = Home::cheap();
        fs::copy(
            daemon.home.file(&format!("backups/{number}.db")),
            other.make_wallets().join("x.db"),
        )
        .unwrap();
        let other = other.start();
        let mut api = other.api();
        let handle = api.open(&id, "");
        let copied: BTreeSet<String> = api.keys(&handle).into_iter().collect();
        assert!(copied.is_superset(keys), "{number}");
    }
}

#[test]
fn what_is_refused_leaves_nothing() {
    let daemon = Home::cheap().start();
    let home = &daemon.home;
    let mut api = daemon.api();
    let id = api.create("first", "right");
    let place = path(&id, "backup");
    for name in ["", "../x", "/tmp/x", "a/b", ".hidden", "a b", "..", "x\0y"] {
        api.post(&place, &backup(name, "right")).refused(400, "bad_request");
        api.post(RESTORE, &backup(name, "right")).refused(400, "bad_request");
    }
    api.post(&place, &backup("x", "wrong")).refused(403, "wrong_password");
    api.post(&path("00ff", "backup"), &backup("x", "right"))
        .refused(404, "wallet_not_found");
    api.post(RESTORE, &backup("x", "right"))
        .refused(404, "backup_not_found");
    assert_eq!(names(&home.file("backups")), Vec::<String>::new());

    home.write("backups/there", "somebody's");
    api.post(&place, &backup("there", "right"))
        .refused(409, "backup_exists");
    assert_eq!(home.read("backups/there"), "somebody's");
    api.post(RESTORE, &backup("there", "right"))
        .refused(500, "wallet_failed");
    let elsewhere = home.wallets().join(&home.wallet_files()[0]);
    symlink(elsewhere, home.file("backups/link")).unwrap();
    api.post(RESTORE, &backup("link", "right"))
        .refused(404, "backup_not_found");
    api.post(&place, &backup("link", "right")).refused(409, "backup_exists");
    // What a crash left goes with the next backup.
    home.write("backups/.kmd-unfinished-crashed", "half");
    api.ok(&place, &backup("good", "right"));
    assert_eq!(names(&home.file("backups")), ["good", "link", "there"]);
    assert_eq!(home.wallet_files(), names(&home.wallets()));
}

#[test]
fn the_folder_is_the_configured_one_and_not_that_of_wallets() {
    let elsewhere = Home::empty();
    let mut config = cheap();
    config["kmd"]["backup_dir"] = elsewhere.file("deep/down").to_str().into();
    let daemon = Home::with(&config).start();
    let mut api = daemon.api();
    let id = api.create("first", "");
    api.ok(&path(&id, "backup"), &backup("x.db", ""));
    assert!(elsewhere.has("deep/down/x.db") && !daemon.home.has("backups"));

    let home = Home::empty();
    let mut config = cheap();
    config["kmd"]["backup_dir"] = home.wallets().to_str().into();
    home.write("kmd.token", crate::support::TOKEN);
    home.write("kmd_config.json", &config.to_string());
    let daemon = home.start();
    let mut api = daemon.api();
    let id = api.create("first", "");
    api.post(&path(&id, "backup"), &backup("x.db", ""))
        .refused(500, "wallet_failed");
    assert_eq!(names(&home.wallets()), home.wallet_files());
    assert_eq!(api.wallets().len(), 1);
}

#[test]
fn one_of_two_backups_of_a_name_wins() {
    let daemon = Home::cheap().start();
    let id = daemon.api().create("first", "");
    for round in 0..10 {
        let write = |mut api: Api| {
            let (place, body) = (path(&id, "backup"), backup(&format!("{round}"), ""));
            thread::spawn(move || api.post(&place, &body))
        };
        let threads = [write(daemon.api()), write(daemon.api())];
        let replies = threads.map(|thread| thread.join().unwrap());
        let mut statuses = replies.each_ref().map(|reply| reply.status);
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{replies:?}");
    }
}
