//! What is refused, and that it is refused before it costs anything.
#![allow(clippy::unwrap_used)]

mod common;

use core::num::NonZeroUsize;
use std::time::{Duration, Instant};

use common::UNLIMITED;
use kmd_scrypt::{Error, Kdf, Limits, Params, ParamsError};

fn refused(limits: Limits, n: u64, r: u32, p: u32) -> Error {
    let kdf = Kdf::new(limits, NonZeroUsize::MIN);
    let mut out = [7; 32];
    let start = Instant::now();
    let params = Params::new(n, r, p).unwrap();
    let error = kdf.derive(b"", b"", &params, &mut out).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(out, [7; 32]);
    error
}

#[test]
fn parameters() {
    for n in [0, 1, 3, 65535, u64::MAX] {
        assert_eq!(Params::new(n, 1, 1), Err(ParamsError::Cost));
    }
    assert_eq!(Params::new(2, 0, 1), Err(ParamsError::BlockSize));
    assert_eq!(Params::new(2, 1, 0), Err(ParamsError::Parallelism));
    assert_eq!(Params::new(2, 1 << 15, 1 << 15), Err(ParamsError::TooLarge));
    assert_eq!(Params::new(2, u32::MAX, u32::MAX), Err(ParamsError::TooLarge));
    assert_eq!(Params::new(1 << 56, 1, 1), Err(ParamsError::TooLarge));
    assert_eq!(Params::new(1 << 63, 1, 1), Err(ParamsError::TooLarge));
    assert!(Params::new(1 << 55, 1, 1).is_ok());
    assert!(Params::new(2, (1 << 15) - 1, 1 << 15).is_ok());

    let params = Params::new(65536, 1, 32).unwrap();
    assert_eq!((params.n(), params.r(), params.p()), (65536, 1, 32));
    assert_eq!(params.work(), 1 << 21);
    assert_eq!(params.memory(), 128 * (65536 + 32 + 2));
}

#[test]
fn too_much() {
    let limits = Limits::default();
    assert_eq!(refused(limits, 1 << 40, 1, 1), Error::TooMuchWork);
    assert_eq!(refused(limits, 1 << 20, 1, 33), Error::TooMuchWork);
    assert_eq!(refused(limits, 2, 1, (1 << 30) - 1), Error::TooMuchWork);
    // Work for a second only, all of it in the one lane.
    assert_eq!(refused(limits, 1 << 23, 1, 1), Error::TooMuchMemory);
    assert_eq!(refused(limits, 2, 1 << 22, 1), Error::TooMuchMemory);
    assert_eq!(limits.check(&Params::new(65536, 1, 512).unwrap()), Ok(()));
    assert_eq!(limits.check(&Params::new(1 << 22, 1, 1).unwrap()), Ok(()));
}

/// Where the limits allow it but there is no such memory, that is an error like any other.
#[test]
fn no_memory() {
    assert_eq!(refused(UNLIMITED, 1 << 55, 1, 1), Error::OutOfMemory);
    assert_eq!(refused(UNLIMITED, 1 << 42, 1, 12), Error::OutOfMemory);
}

#[test]
fn output_length() {
    let kdf = Kdf::new(Limits::default(), NonZeroUsize::MIN);
    let params = Params::new(2, 1, 1).unwrap();
    let result = kdf.derive(b"", b"", &params, &mut []);
    assert_eq!(result, Err(Error::OutputLength));
}
