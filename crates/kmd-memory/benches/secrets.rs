//! How long it takes to make and drop secrets: `cargo bench -p kmd-memory --bench secrets`, with
//! `-- locked` after that for memory that is locked and not of `memfd_secret`.

use core::hint::black_box;
use std::time::Instant;

use kmd_memory::{Secret, protection, usage};

/// Prints how long each of `count` things took.
fn time<T>(name: &str, count: usize, what: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = what();
    let each = start.elapsed().as_nanos() as f64 / count as f64;
    println!("{name:<50} {each:9.1} ns");
    result
}

fn main() {
    const COUNT: usize = 100_000;

    #[cfg(target_os = "linux")]
    if std::env::args().any(|arg| arg == "locked") {
        use rustix::process::{Resource, Rlimit, setrlimit};

        // Secret memory needs a descriptor.
        let (current, maximum) = (Some(0), Some(0));
        let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
    }
    println!("{}", protection());
    let one = Secret::<[u8; 96]>::zeroed();
    time("make and drop, 96 bytes", 10 * COUNT, || {
        for _ in 0..10 * COUNT {
            black_box(Secret::<[u8; 96]>::zeroed());
        }
    });
    time("the same of the heap", 10 * COUNT, || {
        for _ in 0..10 * COUNT {
            black_box(Box::new(black_box([0_u8; 96])));
        }
    });
    time("make and drop, 96 bytes, 2 threads at once", 10 * COUNT, || {
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..10 * COUNT {
                        black_box(Secret::<[u8; 96]>::zeroed());
                    }
                });
            }
        });
    });
    for round in ["first", "again"] {
        let mut all = Vec::with_capacity(COUNT);
        time(&format!("make 100,000 of 96 bytes, {round}"), COUNT, || {
            all.extend((0..COUNT).map(|_| Secret::new([7_u8; 96])));
        });
        println!("{:?}", usage());
        time(&format!("drop 100,000 of 96 bytes, {round}"), COUNT, || drop(all));
    }
    time("make and drop, 64 KiB, its own mapping", 1000, || {
        for _ in 0..1000 {
            let mut large = Secret::<[u8; 1 << 16]>::zeroed();
            large[0] = 1;
            black_box(&large);
        }
    });
    drop(one);
}
