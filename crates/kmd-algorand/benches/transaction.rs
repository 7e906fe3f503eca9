//! Decoding a transaction, which includes its canonical encoding, and writing
//! the signed one.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros, and a bench may stop"
)]

use std::hint::black_box;
use std::io::{BufRead, BufReader};

use criterion::{Criterion, criterion_group, criterion_main};
use kmd_algorand::{PublicKey, Signature, Transaction};

/// A recorded transaction by its name.
fn recorded(name: &str) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/transactions.jsonl.gz");
    let lines = BufReader::new(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())).lines();
    for line in lines {
        let recorded: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        if recorded["name"] == name {
            return data_encoding::BASE64
                .decode(recorded["transaction"].as_str().unwrap().as_bytes())
                .unwrap();
        }
    }
    Vec::new()
}

fn transactions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("transaction");
    for (name, recording) in [
        ("decode a payment", "random_pay_00"),
        ("decode a payment, keys shuffled", "random_pay_00/keys shuffled"),
        ("decode an application call", "random_appl_00"),
        ("decode every field", "random_every_field_00"),
    ] {
        let bytes = recorded(recording);
        group.bench_function(name, |bencher| {
            bencher.iter(|| Transaction::decode(black_box(&bytes)).unwrap())
        });
    }
    let payment = Transaction::decode(&recorded("random_pay_00")).unwrap();
    let signature = Signature::from_bytes([7; 64]);
    let signer = PublicKey::from_bytes([9; 32]);
    group.bench_function("encode a signed payment", |bencher| {
        bencher.iter(|| black_box(&payment).signed(&signature, signer));
    });
    group.finish();
}

criterion_group!(benches, transactions);
criterion_main!(benches);
