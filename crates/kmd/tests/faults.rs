//! Killed, refused and out of room at every step of every change: what was acknowledged stays, and the daemon serves on.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "faults/change.rs"]
mod change;
#[path = "faults/errors.rs"]
mod errors;
#[path = "faults/full_disk.rs"]
mod full_disk;
#[path = "faults/kills.rs"]
mod kills;
#[path = "faults/power.rs"]
mod power;
#[path = "faults/scene.rs"]
mod scene;
#[path = "faults/small_disk.rs"]
mod small_disk;
#[path = "faults/strace.rs"]
mod strace;

mod support;
