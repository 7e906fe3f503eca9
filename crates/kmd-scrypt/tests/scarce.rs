//! Where there is less memory than wanted: alone in its process, as that is so for all of it.
#![cfg(target_os = "linux")]

mod common;

use core::num::NonZeroUsize;

use common::{derive, oracle};
use kmd_scrypt::{Error, Kdf, Limits, Params};
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

#[test]
fn fewer_lanes_or_an_error() {
    let kdf = Kdf::new(Limits::default(), NonZeroUsize::new(2).unwrap());
    let expected = oracle(b"password", b"salt", (65536, 1, 8), 32);
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = pages.split(' ').next().unwrap().parse().unwrap();
    let used = pages * rustix::param::page_size() as u64;
    if used > 1 << 40 {
        return println!("skipped: a sanitizer has mapped the address space already");
    }
    let before = getrlimit(Resource::As);
    let limit = |mebibytes: u64| Rlimit {
        current: Some(used + (mebibytes << 20)),
        maximum: before.maximum,
    };

    // Not enough for eight lanes of 8 MiB, but for some.
    setrlimit(Resource::As, limit(40)).unwrap();
    let key = derive(&kdf, b"password", b"salt", (65536, 1, 8), 32);
    // Not enough for one.
    setrlimit(Resource::As, limit(4)).unwrap();
    let mut out = [0; 32];
    let params = Params::new(65536, 1, 8).unwrap();
    let result = kdf.derive(b"password", b"salt", &params, &mut out);
    setrlimit(Resource::As, before).unwrap();
    assert_eq!(key, expected);
    assert_eq!(result, Err(Error::OutOfMemory));
    assert_eq!(out, [0; 32]);

    // With memory that is locked as it is mapped: less of it than wanted if this process may not
    // lock much, or none.
    if mlockall(MlockAllFlags::FUTURE).is_ok() {
        let result = kdf.derive(b"password", b"salt", &params, &mut out);
        println!("with locked memory: {result:?}");
        match result {
            Ok(()) => assert_eq!(out, *expected),
            Err(error) => assert_eq!(error, Error::OutOfMemory),
        }
    }
}
