//! Memory in which secrets live: locked, kept out of core dumps, guarded, and wiped.
//!
//! [`Secret`] is to a value what `Box` is, [`SecretSlice`] to bytes what a boxed slice is, and
//! [`SecretBuffer`] what `Vec` is; what they point to is not in the heap but in memory of this crate.
//!
//! ```
//! use kmd_memory::{Secret, SecretSlice};
//!
//! let mut key = Secret::<[u8; 32]>::zeroed();
//! key.copy_from_slice(&[7; 32]); // written in place, by whatever derives it
//! let password = SecretSlice::copy_of(b"correct horse");
//! assert_eq!((key[31], &password[..7]), (7, &b"correct"[..]));
//! println!("secrets are in {}", kmd_memory::protection());
//! ```
//!
//! # What the memory is like
//!
//! It is mapped from the system in slabs of 64 KiB, each divided into slots of one size; a secret
//! larger than the largest slot (64 KiB) gets a mapping of its own. A mapping
//!
//! * is of `memfd_secret` where the kernel has it: memory that is never swapped, not in a core dump,
//!   and that not even the kernel has an address for, so that neither a debugger nor
//!   `/proc/<pid>/mem` reads it. Otherwise it is anonymous memory, locked (`mlock`) and excluded
//!   from core dumps;
//! * has a page without access before it and one after it, so that running over either end of it is
//!   a fault and not a leak;
//! * is not inherited by `fork`: a child that goes on without `exec` must not touch secrets;
//! * is unmapped when no secret is in it any more, but for a few that are kept for the next ones.
//!
//! A secret is wiped when it is dropped, so memory that is given out is always zero. Secrets that
//! are never dropped, such as those in a `static`, are not wiped at exit: their memory goes back to
//! the kernel, which hands no page on without clearing it.
//!
//! # When memory cannot be locked
//!
//! How much a process may lock is limited (`RLIMIT_MEMLOCK`, often 8 MiB) unless it has the
//! capability `CAP_IPC_LOCK`, and `memfd_secret` counts as well. Beyond the limit memory is used
//! that is not locked but guarded, kept out of core dumps and wiped all the same; should the system
//! give no mapping at all, the heap is used, and that is wiped. Neither is an error: [`protection`]
//! says what happened, for the log.
//!
//! # What it is not
//!
//! Only the memory of the value itself is protected, not what it points to: a `Secret<Vec<u8>>` is
//! of no use. And only that place is: copies in registers and on the stack are the concern of the
//! code that makes them.

mod arena;
mod block;
mod buffer;
#[cfg(unix)]
mod map;
#[cfg(not(unix))]
#[path = "unmapped.rs"]
mod map;
mod secret;
mod status;
#[cfg(test)]
mod tests;
mod wipe;

pub use arena::{protection, regions, usage};
pub use buffer::SecretBuffer;
pub use secret::{Secret, SecretSlice, Zeroed};
pub use status::{Protection, Reason, Usage};
