//! A page of metrics tells nothing of who does what with which wallet.

use crate::{
    get,
    support::{
        TOKEN,
        algorand::{base64, payment, public_key},
        daemon::{Home, cheap},
        http::Request,
        metrics::scrape,
    },
};
use serde_json::json;

const NAME: &str = "savings-of-alice";
const PASSWORD: &str = "correct-horse-battery";
const ORIGIN: &str = "http://page-of-alice.example";

#[test]
fn no_secret_no_address_and_no_name_is_in_it() {
    let mut config = cheap();
    config["allowed_origins"] = json!([ORIGIN]);
    let daemon = Home::with(&config).start();
    let mut api = daemon.api();
    let id = api.create(NAME, PASSWORD);
    let handle = api.open(&id, PASSWORD);
    let address = api.generate(&handle);
    let transaction = base64(&payment(&public_key(&address)));
    let signing = json!({"wallet_handle_token": handle, "wallet_password": PASSWORD, "transaction": transaction});
    api.ok("/v1/transaction/sign", &signing);
    let exported = json!({"wallet_handle_token": handle, "wallet_password": PASSWORD, "address": address});
    let key = api.ok("/v1/key/export", &exported)["private_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let verifying = format!("/v2/wallets/{id}/verify");
    api.ok(&verifying, &json!({"wallet_password": PASSWORD}));
    // Failures, and what strays into paths, methods and headers.
    api.post(
        "/v1/wallet/init",
        &json!({"wallet_id": id, "wallet_password": "wrong-horse"}),
    );
    api.post(
        "/v1/wallet/init",
        &json!({"wallet_id": NAME, "wallet_password": PASSWORD}),
    );
    let strays = [
        Request::new("GET", &format!("/{TOKEN}")),
        Request::new("GET", &format!("/v1/{address}?{handle}")),
        Request::new("GET", &format!("/metrics/{id}")),
        Request::new("GET", &format!("/metrics?{PASSWORD}")),
        Request::new("PASSWORDMETHOD", "/v1/wallets"),
        Request::new("OPTIONS", &format!("/{NAME}")).header("Origin", ORIGIN),
        Request::new("GET", "/v1/wallets").header("X-KMD-API-Token", &handle),
    ];
    for request in strays {
        daemon.tcp().send(&request);
    }
    assert_eq!(get(&mut daemon.tcp(), "/metrics").status, 401);

    let page = scrape(&daemon);
    let (handle_id, handle_secret) = handle.split_once('.').unwrap();
    let home = daemon.home.path.to_str().unwrap();
    let port = daemon.address.port().to_string();
    let words = [
        NAME,
        PASSWORD,
        "wrong-horse",
        "PASSWORDMETHOD",
        ORIGIN,
        "alice",
        TOKEN,
        &id,
        handle_id,
        handle_secret,
        &address,
        &key,
        &transaction,
        home,
        &format!(":{port}"),
    ];
    for word in words {
        assert!(!page.text.contains(word), "{word} is in\n{}", page.text);
    }
    // Short and plain, whatever else it may be: what labels are made of.
    for (name, _) in page.samples() {
        let labels = name
            .split_once('{')
            .map_or("", |(_, labels)| labels.trim_end_matches('}'));
        for value in labels
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .map(|(_, value)| value)
        {
            let plain = |character: char| character.is_ascii_alphanumeric() || "_-+./{id}".contains(character);
            let value = value.trim_matches('"');
            assert!(value.len() < 40 && value.chars().all(plain), "{name}");
        }
    }
}
