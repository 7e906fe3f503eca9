//! `POST /v2/token/rotate`

use serde_json::json;

use crate::support::{
    TOKEN,
    daemon::{Home, mode},
};

#[test]
fn the_old_token_is_dead_at_once_for_everybody() {
    let daemon = Home::cheap().start();
    let (mut one, mut two) = (daemon.api(), daemon.unix_api());
    let id = two.create("first", "");
    let handle = two.open(&id, "");

    let reply = one.post("/v2/token/rotate", &json!({}));
    assert_eq!((reply.status, reply.text().as_str()), (200, "{}"));
    let new = daemon.home.read("kmd.token");
    assert!(new.len() == 64 && new != TOKEN);
    assert_eq!(mode(&daemon.home.file("kmd.token")), 0o600);
    assert!(!daemon.home.has(".kmd.token.unfinished"));
    assert!(!daemon.home.read("kmd.log").contains(&new));

    // Both connections are still open.
    one.post("/v2/token/rotate", &json!({})).refused(401, "invalid_token");
    assert_eq!(two.get("/v1/wallets").status, 401);
    assert_eq!(daemon.home.read("kmd.token"), new, "what is refused rotates nothing");
    for api in [&mut one, &mut two] {
        api.set_token(&new);
        assert_eq!(api.wallet_ids(), [id.as_str()]);
    }
    // Handles are not touched.
    two.generate(&handle);

    one.ok("/v2/token/rotate", &json!({}));
    assert_eq!(one.get("/v1/wallets").status, 401);
    let home = daemon.home.clone();
    daemon.stop();
    let daemon = home.start();
    assert_eq!(daemon.api().get("/v1/wallets").status, 401, "not after a start either");
}

#[test]
fn a_token_that_cannot_be_written_is_not_replaced() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    std::fs::create_dir(daemon.home.file(".kmd.token.unfinished")).unwrap();
    api.post("/v2/token/rotate", &json!({})).refused(500, "token_failed");
    assert_eq!(daemon.home.read("kmd.token"), TOKEN);
    assert_eq!(api.get("/v1/wallets").status, 200);
}
