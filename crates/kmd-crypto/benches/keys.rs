//! What a signature and a generated key cost, and the envelopes around keys.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros, and a bench may stop"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kmd_crypto::{
    MasterDerivationKey, MasterKey, Password, PasswordCheck, PrivateKey, Random, RandomError, Seed, SigningKey,
    derive_seed,
};

struct Zeros;

impl Random for Zeros {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        bytes.fill(0);
        Ok(())
    }
}

fn keys(criterion: &mut Criterion) {
    let seed = Seed::from_fn(|seed| seed.fill(1));
    let signing = SigningKey::from_seed(&seed);
    let master = MasterKey::from_fn(|key| key.fill(2));
    let derivation = MasterDerivationKey::from_fn(|key| key.fill(3));
    let private = SigningKey::from_seed(&seed).private_key();
    let envelope = private.seal(&master, &Zeros).unwrap();
    let check = PasswordCheck::new(b"correct horse battery staple", &Zeros).unwrap();
    let password = Password::new(b"correct horse battery staple");
    let message = [5; 250];

    let mut group = criterion.benchmark_group("keys");
    group.bench_function("sign 250 bytes", |bencher| {
        bencher.iter(|| signing.sign(black_box(&message)))
    });
    group.bench_function("expand a seed", |bencher| {
        bencher.iter(|| SigningKey::from_seed(black_box(&seed)))
    });
    group.bench_function("derive a seed", |bencher| {
        bencher.iter(|| derive_seed(black_box(&derivation), 7))
    });
    group.bench_function("seal a secret key", |bencher| {
        bencher.iter(|| private.seal(black_box(&master), &Zeros))
    });
    group.bench_function("open a secret key", |bencher| {
        bencher.iter(|| PrivateKey::open(black_box(&master), &envelope))
    });
    group.bench_function("check a password", |bencher| {
        bencher.iter(|| check.matches(black_box(&password)))
    });
    group.finish();
}

criterion_group!(benches, keys);
criterion_main!(benches);
