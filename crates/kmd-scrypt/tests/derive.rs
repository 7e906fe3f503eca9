//! What comes out: the RFC's vectors, and the same as from the crate `scrypt`.

mod common;

use common::{Random, UNLIMITED, derive, kdfs, oracle};
use kmd_scrypt::Limits;

/// Password, salt, cost, and the key that they give.
type Vector = (&'static str, &'static str, (u64, u32, u32), &'static str);

/// RFC 7914, section 12.
const VECTORS: [Vector; 3] = [
    (
        "",
        "",
        (16, 1, 1),
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442\
         fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
    ),
    (
        "password",
        "NaCl",
        (1024, 8, 16),
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162\
         2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
    ),
    (
        "pleaseletmein",
        "SodiumChloride",
        (16384, 8, 1),
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
         d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
    ),
];

/// The largest of them takes a gigabyte.
const LARGE: Vector = (
    "pleaseletmein",
    "SodiumChloride",
    (1_048_576, 8, 1),
    "2101cb9b6a511aaeaddbbe09cf70f881ec568d574a2ffd4dabe5ee9820adaa47\
     8e56fd8f4ba5d09ffa1c6d927c40f4c337304049e8a952fbcbf45c6fa77a41a4",
);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn rfc_7914() {
    for (backend, kdf) in kdfs(Limits::default(), 2) {
        for (password, salt, cost, expected) in VECTORS {
            let key = derive(&kdf, password.as_bytes(), salt.as_bytes(), cost, 64);
            assert_eq!(hex(&key), expected, "{backend:?} {cost:?}");
        }
    }
}

#[test]
// Takes 1 GiB and some seconds.
fn rfc_7914_large() {
    let (password, salt, cost, expected) = LARGE;
    let (_, kdf) = kdfs(UNLIMITED, 2).remove(0);
    let key = derive(&kdf, password.as_bytes(), salt.as_bytes(), cost, 64);
    assert_eq!(hex(&key), expected);
}

#[test]
fn the_same_as_the_crate_for_small_costs() {
    let mut random = Random(1);
    let all = kdfs(Limits::default(), 2);
    for _ in 0..3000 {
        let cost = (
            2 << random.below(6),
            1 + random.below(5) as u32,
            1 + random.below(20) as u32,
        );
        let (password, salt) = (random.bytes(140), random.bytes(80));
        let length = 1 + random.below(100) as usize;
        let expected = oracle(&password, &salt, cost, length);
        for (backend, kdf) in &all {
            let key = derive(kdf, &password, &salt, cost, length);
            assert_eq!(key, expected, "{backend:?} {cost:?}");
        }
    }
}

#[test]
fn the_same_as_the_crate_on_threads() {
    let mut random = Random(2);
    for threads in 1..=3 {
        let all = kdfs(Limits::default(), threads);
        for cost in [
            (8192, 1, 32),
            (4096, 1, 9),
            (4096, 3, 7),
            (1024, 8, 2),
            (2048, 8, 17),
            (2, 700, 12),
            (4, 2049, 3),
            (65536, 1, 2),
        ] {
            let (password, salt) = (random.bytes(40), random.bytes(40));
            let expected = oracle(&password, &salt, cost, 32);
            for (backend, kdf) in &all {
                let key = derive(kdf, &password, &salt, cost, 32);
                assert_eq!(key, expected, "{backend:?} {cost:?} on {threads}");
            }
        }
    }
}

/// Fewer lanes at once than there are, where the limit on memory has room for no more; and a lane
/// that needs the memory of all threads.
#[test]
fn the_same_as_the_crate_in_little_memory() {
    let cost = (4096, 2, 11);
    let expected = oracle(b"password", b"salt", cost, 32);
    for mebibytes in 2..10 {
        let limits = Limits {
            max_memory: mebibytes << 20,
            ..Limits::default()
        };
        for (backend, kdf) in kdfs(limits, 2) {
            let key = derive(&kdf, b"password", b"salt", cost, 32);
            assert_eq!(key, expected, "{backend:?} in {mebibytes}");
        }
    }
    let cost = (131_072, 8, 1);
    let (_, kdf) = kdfs(Limits::default(), 2).remove(0);
    assert_eq!(
        derive(&kdf, b"password", b"salt", cost, 32),
        oracle(b"password", b"salt", cost, 32)
    );
}

#[test]
fn the_default_of_kmd() {
    let cost = (65536, 1, 32);
    let expected = oracle(b"password", b"salt", cost, 32);
    for (backend, kdf) in kdfs(Limits::default(), 2) {
        let key = derive(&kdf, b"password", b"salt", cost, 32);
        assert_eq!(key, expected, "{backend:?}");
    }
}
