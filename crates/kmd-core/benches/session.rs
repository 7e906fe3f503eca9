//! What a handle costs: finding its wallet among many others.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros, and a bench may stop"
)]

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kmd_core::{AllowAll, Kmd, KmdSettings, ManualClock, NoToken, WalletToCreate};
use kmd_crypto::Password;
use kmd_wallet::contract::{TestRandom, cheap_params, kdf};
use kmd_wallet::memory::MemoryDriver;

fn kmd() -> Kmd {
    let random = Arc::new(TestRandom::default());
    Kmd::new(KmdSettings {
        drivers: vec![Box::new(MemoryDriver::new(cheap_params(), kdf(), random.clone()))],
        session_lifetime: Duration::from_secs(60),
        clock: Arc::new(ManualClock::default()),
        random,
        policy: Arc::new(AllowAll),
        recorder: Arc::new(AllowAll),
        threads: NonZeroUsize::MIN,
        token: Arc::new(NoToken),
    })
}

fn sessions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("session");
    for others in [0, 1_000, 100_000] {
        let kmd = kmd();
        let password = Password::new(b"");
        let created = kmd.call().create_wallet(WalletToCreate {
            driver: "memory",
            name: "w",
            password: &password,
            master_derivation_key: None,
        });
        let id = created.unwrap().id;
        let open = || kmd.call().init_wallet(id.as_str(), &password).unwrap().expose();
        for _ in 0..others {
            open();
        }
        let handle = String::from_utf8(open().expose().to_vec()).unwrap();
        group.bench_with_input(
            BenchmarkId::new("handle info, open handles", others),
            &handle,
            |bencher, handle| {
                bencher.iter(|| kmd.call().handle_info(black_box(handle)).unwrap());
            },
        );
    }
    group.finish();
}

criterion_group!(benches, sessions);
criterion_main!(benches);
