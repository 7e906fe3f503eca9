//! kmd's default parameters: the crate `scrypt` against this one.

use core::num::NonZeroUsize;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kmd_scrypt::{Backend, Kdf, Limits, Params};

fn default_parameters(c: &mut Criterion) {
    let mut group = c.benchmark_group("N=65536 r=1 p=32");
    group.sample_size(10);
    group.bench_function("crate scrypt", |b| {
        let Ok(params) = scrypt::Params::new(16, 1, 32) else {
            return;
        };
        let mut key = [0; 32];
        b.iter(|| scrypt::scrypt(black_box(b"password"), b"salt", &params, &mut key));
    });
    let Ok(params) = Params::new(65536, 1, 32) else {
        return;
    };
    for threads in [1, 2] {
        for backend in Backend::available() {
            let Some(count) = NonZeroUsize::new(threads) else {
                return;
            };
            let kdf = Kdf::new(Limits::default(), count).with_backend(backend);
            let mut key = [0; 32];
            group.bench_function(format!("{backend:?} on {threads}"), |b| {
                b.iter(|| kdf.derive(black_box(b"password"), b"salt", &params, &mut key));
            });
        }
    }
    group.finish();

    // What tests of the daemon use.
    c.bench_function("N=2 r=1 p=32", |b| {
        let kdf = Kdf::new(Limits::default(), NonZeroUsize::MIN);
        let Ok(params) = Params::new(2, 1, 32) else {
            return;
        };
        let mut key = [0; 32];
        b.iter(|| kdf.derive(black_box(b"password"), b"salt", &params, &mut key));
    });
}

criterion_group!(benches, default_parameters);
criterion_main!(benches);
