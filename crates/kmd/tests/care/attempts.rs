//! Wrong passwords, in both versions.

use serde_json::json;

use crate::path;
use crate::support::daemon::Home;

#[test]
fn after_five_wrong_passwords_the_next_must_wait() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let (id, other) = (api.create("first", "right"), api.create("other", "right"));
    let handle = api.open(&id, "right");
    let address = api.generate(&handle);
    let body = |password: &str| json!({"wallet_handle_token": handle, "wallet_password": password, "address": address});
    let opening = |id: &str| json!({"wallet_id": id, "wallet_password": "wrong"});
    // Enough of them to make a wait that outlasts the test.
    for _ in 0..5 {
        let reply = api.post("/v1/wallet/init", &opening(&id));
        assert_eq!(
            (reply.status, reply.header("retry-after")),
            (401, None),
            "{}",
            reply.text()
        );
    }
    let reply = api.post("/v1/wallet/init", &opening(&id));
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (429, Some("1")),
        "{}",
        reply.text()
    );
    assert_eq!(
        reply.message(),
        "too many wrong passwords for this wallet, try again in 1 s"
    );
    assert_eq!(api.post("/v1/key/export", &body("wrong")).status, 429);
    let reply = api.post(&path(&id, "verify"), &json!({"wallet_password": "right"}));
    let message = reply.refused(429, "too_many_attempts");
    assert!(message.contains("try again in 1 s"), "{message}");
    // Who has it open, and another wallet, need not wait.
    api.ok("/v1/key/export", &body("right"));
    api.open(&other, "right");
}
