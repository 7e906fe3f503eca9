//! What is counted is what was done, also while it is being read.

use crate::{
    get,
    support::{
        TOKEN,
        algorand::{base64, key_of_label, payment, public_key},
        api::{Api, string, with},
        daemon::{Daemon, Home, cheap_with},
        http::Request,
        metrics::{Page, scrape},
        wait_for,
    },
};
use serde_json::{Value, json};
use std::thread::{self, JoinHandle};

const PASSWORD: &str = "correct horse";

/// An open wallet with a key.
struct Opened {
    id: String,
    handle: String,
    address: String,
}

impl Opened {
    fn new(api: &mut Api) -> Self {
        let id = api.create("wallet", PASSWORD);
        let handle = api.open(&id, PASSWORD);
        let address = api.generate(&handle);
        Self { id, handle, address }
    }

    fn and(&self, more: Value) -> Value {
        with(
            &json!({"wallet_handle_token": self.handle, "wallet_password": PASSWORD}),
            more,
        )
    }

    fn transaction(&self) -> String {
        base64(&payment(&public_key(&self.address)))
    }
}

#[test]
fn each_kind_of_signature() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let opened = Opened::new(&mut api);
    let program = base64(&[1, 32, 1, 1, 34]);
    for _ in 0..2 {
        api.ok(
            "/v1/transaction/sign",
            &opened.and(json!({"transaction": opened.transaction()})),
        );
    }
    api.ok(
        "/v1/program/sign",
        &opened.and(json!({"address": opened.address, "data": program})),
    );
    let many = vec![json!({"transaction": opened.transaction()}); 7];
    api.ok("/v2/transactions/sign", &opened.and(json!({"transactions": many})));
    let members = [
        public_key(&opened.address),
        key_of_label("other").verifying_key().to_bytes(),
    ];
    let members = members.map(|key| base64(&key));
    let import = json!({
        "wallet_handle_token": opened.handle, "multisig_version": 1, "threshold": 1, "pks": members,
    });
    let account = string(&api.ok("/v1/multisig/import", &import)["address"]);
    let transaction = base64(&payment(&public_key(&account)));
    for _ in 0..3 {
        let body = json!({"public_key": members[0], "transaction": transaction});
        api.ok("/v1/multisig/sign", &opened.and(body));
    }
    let body = json!({"public_key": members[0], "address": account, "data": program});
    api.ok("/v1/multisig/signprogram", &opened.and(body));
    // What fails signs nothing.
    let broken = vec![
        json!({"transaction": opened.transaction()}),
        json!({"transaction": "AA=="}),
    ];
    assert_eq!(
        api.post("/v2/transactions/sign", &opened.and(json!({"transactions": broken})))
            .status,
        400
    );

    let page = scrape(&daemon);
    let expected = [
        ("transaction", 2.0),
        ("program", 1.0),
        ("multisig_transaction", 3.0),
        ("multisig_program", 1.0),
        ("batch", 7.0),
    ];
    for (what, count) in expected {
        assert_eq!(
            page.value(&format!("kmd_signatures_total{{type=\"{what}\"}}")),
            count,
            "{what}"
        );
    }
    assert_eq!(page.value("kmd_keys_generated_total"), 1.0);
    assert_eq!(page.value("kmd_errors_total{kind=\"malformed_transaction\"}"), 1.0);
}

#[test]
fn sessions_passwords_and_errors() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let opened = Opened::new(&mut api);
    let second = api.open(&opened.id, PASSWORD);
    let page = scrape(&daemon);
    assert_eq!(
        (page.value("kmd_sessions_open"), page.value("kmd_wallets_open")),
        (2.0, 1.0)
    );
    // Creating and unlocking; the second handle takes no work.
    assert_eq!(page.value("kmd_kdf_duration_seconds_count"), 2.0);
    assert_eq!(
        (page.value("kmd_kdf_running"), page.value("kmd_kdf_waiting")),
        (0.0, 0.0)
    );

    let wrong = json!({"wallet_id": opened.id, "wallet_password": "wrong"});
    for _ in 0..3 {
        assert_eq!(api.post("/v1/wallet/init", &wrong).status, 401);
    }
    assert_eq!(
        api.post("/v1/key/list", &json!({"wallet_handle_token": "x"})).status,
        401
    );
    assert_eq!(api.post("/v1/key/list", &json!({"no": 1})).status, 400);
    for handle in [&opened.handle, &second] {
        api.ok("/v1/wallet/release", &json!({"wallet_handle_token": handle}));
    }
    assert_eq!(get(&mut daemon.tcp(), "/nothing/here").status, 405);
    daemon.tcp().write(b"no head at all\r\n\r\n").unwrap();
    let page = until(
        &daemon,
        "kmd_requests_total{method=\"any\",route=\"unknown\",status=\"400\"}",
        1.0,
    );
    let expected = [
        ("kmd_wrong_passwords_total", 3.0),
        ("kmd_errors_total{kind=\"wrong_password\"}", 3.0),
        ("kmd_errors_total{kind=\"invalid_handle\"}", 1.0),
        ("kmd_errors_total{kind=\"malformed_body\"}", 1.0),
        ("kmd_errors_total{kind=\"internal\"}", 0.0),
        (
            "kmd_requests_total{method=\"POST\",route=\"/v1/wallet/init\",status=\"401\"}",
            3.0,
        ),
        (
            "kmd_requests_total{method=\"POST\",route=\"/v1/wallet/init\",status=\"200\"}",
            2.0,
        ),
        (
            "kmd_requests_total{method=\"any\",route=\"unknown\",status=\"405\"}",
            1.0,
        ),
        ("kmd_kdf_duration_seconds_count", 5.0),
        ("kmd_sessions_open", 0.0),
        ("kmd_wallets_open", 0.0),
    ];
    for (name, count) in expected {
        assert_eq!(page.value(name), count, "{name}");
    }
}

#[test]
fn connections_and_the_process() {
    let home = Home::with(&cheap_with(json!({"max_connections": 2, "sandbox": "auto"})));
    let daemon = home.start();
    let mut first = daemon.tcp();
    get(&mut first, "/health");
    let mut second = daemon.tcp();
    get(&mut second, "/health");
    // A third waits until there is a place.
    let mut third = daemon.tcp();
    third.start(&Request::new("GET", "/health")).unwrap();
    let scraping = Request::new("GET", "/metrics").header("X-KMD-API-Token", TOKEN);
    let held = "kmd_connections_held_back_total{listener=\"tcp\"}";
    wait_for("the third connection is held back", || {
        let count = Page::by(&mut first, &scraping).value(held);
        if count >= 1.0 { Ok(()) } else { Err(count) }
    });
    drop(second);
    assert_eq!(third.answer("GET").unwrap().status, 200);

    let page = Page::by(&mut first, &scraping);
    assert_eq!(page.value("kmd_connections_total{listener=\"tcp\"}"), 3.0);
    assert_eq!(page.value("kmd_connections_open{listener=\"tcp\"}"), 2.0);
    assert_eq!(page.value("kmd_connections_total{listener=\"unix\"}"), 0.0);
    // From within the sandbox.
    assert!(page.value("process_resident_memory_bytes") > 1e6);
    assert!(page.value("process_virtual_memory_bytes") > page.value("process_resident_memory_bytes"));
    assert!(page.value("process_cpu_seconds_total") > 0.0);
    let folder = format!("/proc/{}/fd", daemon.process.id());
    let descriptors = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(page.value("process_open_fds"), descriptors as f64);
    assert!(page.value("process_max_fds") >= page.value("process_open_fds"));
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let age = now.as_secs_f64() - page.value("process_start_time_seconds");
    assert!((0.0..300.0).contains(&age), "{age}");
    let kinds = ["memfd_secret", "locked", "unlocked", "heap"];
    let memory = kinds.map(|kind| page.value(&format!("kmd_secret_memory_bytes{{protection=\"{kind}\"}}")));
    assert!(memory.iter().sum::<f64>() > 0.0, "{memory:?}");
}

#[test]
fn nothing_is_lost_under_load() {
    const CLIENTS: usize = 4;
    const EACH: usize = 200;
    let daemon = Home::cheap().start();
    let opened = Opened::new(&mut daemon.api());
    let body = opened.and(json!({"transaction": opened.transaction()}));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (mut api, body) = (daemon.api(), body.clone());
            thread::spawn(move || (0..EACH).for_each(|_| drop(api.ok("/v1/transaction/sign", &body))))
        })
        .collect();
    only_grows(&daemon, || clients.iter().all(JoinHandle::is_finished));
    clients.into_iter().for_each(|client| client.join().unwrap());
    let page = scrape(&daemon);
    let all = (CLIENTS * EACH) as f64;
    let labels = "method=\"POST\",route=\"/v1/transaction/sign\"";
    let names = [
        "kmd_signatures_total{type=\"transaction\"}".to_owned(),
        format!("kmd_requests_total{{{labels},status=\"200\"}}"),
        format!("kmd_request_duration_seconds_count{{{labels}}}"),
        format!("kmd_request_duration_seconds_bucket{{{labels},le=\"+Inf\"}}"),
    ];
    for name in names {
        assert_eq!(page.value(&name), all, "{name}");
    }
    assert!(page.value(&format!("kmd_request_duration_seconds_sum{{{labels}}}")) > 0.0);
}

/// Reads until it is over. No count ever falls.
fn only_grows(daemon: &Daemon, over: impl Fn() -> bool) {
    let mut last = scrape(daemon);
    while !over() {
        let page = scrape(daemon);
        for (name, before) in last.samples().filter(|(name, _)| name.contains("_total")) {
            assert!(page.value(name) >= before, "{name} fell from {before}");
        }
        last = page;
    }
}

/// Reads until a count is reached.
fn until(daemon: &Daemon, name: &str, count: f64) -> Page {
    wait_for(&format!("{name} is {count}"), || {
        let page = scrape(daemon);
        match page.find(name) {
            Some(found) if found == count => Ok(page),
            other => Err(other),
        }
    })
}
