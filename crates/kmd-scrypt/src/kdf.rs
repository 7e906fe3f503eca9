//! One derivation: its two ends, and its lanes shared out over threads.

use core::num::NonZeroUsize;
use core::slice::ChunksMut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::backend::Backend;
use crate::params::BLOCK;
use crate::pbkdf2::pbkdf2;
use crate::pool::{Permit, Pool};
use crate::scratch::Scratch;
use crate::{Error, Limits, OutOfMemory, Params};

/// Scratch memory of one thread at most, unless one lane alone needs more: eight lanes of kmd's
/// default parameters, and their state.
const SLOT_MEMORY: usize = (64 << 20) + (64 << 10);

/// The most work (see [`Params::work`]) that is done on the calling thread: about a millisecond.
/// Starting another thread takes a twentieth of that.
const INLINE_WORK: u128 = 1 << 12;

/// The longest output, as the specification has it.
const MAX_OUTPUT: u64 = 32 * (u32::MAX as u64);

/// The stack of a thread: it computes in scratch memory, and calls next to nothing.
const STACK: usize = 256 << 10;

/// How much of the stack may hold words of the state once lanes were computed.
const STACK_USED: usize = 16 << 10;

/// How much nicer than the process the threads are: a busy thread at the process's own priority
/// gets three times as much of a processor.
#[cfg(target_os = "linux")]
const NICER: i32 = 5;

/// The scrypt key derivation function, bounded in work, in memory and in threads.
///
/// A value is meant to be shared: all derivations that run at the same time share its threads and
/// its scratch memory, and wait for each other where there is not enough for all, in the order in
/// which they came. Only derivations that take less than about a millisecond run right away.
///
/// Scratch memory is wiped after each derivation, and returned to the system when none is running.
pub struct Kdf {
    limits: Limits,
    pool: Pool,
    backend: Backend,
}

impl Kdf {
    /// A key derivation function that refuses what is not within `limits`, and runs at most
    /// `threads` threads, with about 64 MiB of memory each, or as many as `limits.max_memory` is
    /// enough for.
    #[must_use]
    pub fn new(limits: Limits, threads: NonZeroUsize) -> Self {
        let memory = usize::try_from(limits.max_memory).unwrap_or(usize::MAX);
        let slots = threads.get().min(memory / SLOT_MEMORY).max(1);
        Self {
            limits,
            pool: Pool::new(slots, memory.clamp(1, SLOT_MEMORY)),
            backend: Backend::best(),
        }
    }

    /// The same, but computed in a certain way: for tests and measurements.
    #[doc(hidden)]
    #[must_use]
    pub fn with_backend(self, backend: Backend) -> Self {
        Self { backend, ..self }
    }

    /// The limits it was made with.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Fills `out` with the key that `password` and `salt` give.
    ///
    /// This blocks for as long as it takes, and while earlier calls take what there is of threads
    /// and memory.
    ///
    /// # Errors
    ///
    /// [`Error::TooMuchWork`] or [`Error::TooMuchMemory`] where `params` are beyond the limits, and
    /// [`Error::OutputLength`] where `out` is empty or longer than scrypt can give, all before
    /// anything is done; [`Error::OutOfMemory`] where the system has no memory to give. `out` is
    /// left as it was then.
    pub fn derive(&self, password: &[u8], salt: &[u8], params: &Params, out: &mut [u8]) -> Result<(), Error> {
        self.limits.check(params)?;
        if out.is_empty() || out.len() as u64 > MAX_OUTPUT {
            return Err(Error::OutputLength);
        }
        let shape = Shape::new(params)?;
        let length = shape.lane.checked_mul(shape.p).ok_or(OutOfMemory)?;
        let is_cheap = params.work() <= INLINE_WORK;
        let mut memory = if is_cheap {
            Scratch::heap(length)
        } else {
            Scratch::mapped(length)
        }?;
        let blocks = memory.view(length)?;
        pbkdf2(password, salt, blocks);
        if is_cheap {
            self.mix_here(blocks, &shape)?;
        } else {
            self.mix(blocks, &shape)?;
        }
        pbkdf2(password, blocks, out);
        // Hashing leaves blocks of the password there.
        zeroize::zeroize_stack::<STACK_USED>();
        Ok(())
    }

    /// Mixes all lanes on the calling thread.
    fn mix_here(&self, blocks: &mut [u8], shape: &Shape) -> Result<(), OutOfMemory> {
        let lanes = self.backend.width().min(shape.p);
        let memory = self.backend.memory(lanes, shape.n, shape.r);
        let mut scratch = Scratch::heap(memory.ok_or(OutOfMemory)?)?;
        for group in blocks.chunks_mut(lanes * shape.lane) {
            self.backend.romix(group, shape.n, shape.r, &mut scratch)?;
        }
        zeroize::zeroize_stack::<STACK_USED>();
        Ok(())
    }

    /// Mixes all lanes, in groups that threads take one after the other.
    fn mix(&self, blocks: &mut [u8], shape: &Shape) -> Result<(), OutOfMemory> {
        let memory = |lanes| self.backend.memory(lanes, shape.n, shape.r);
        let most = self.backend.width().min(shape.p);
        let lanes = (2..=most)
            .rev()
            .find(|&lanes| memory(lanes).is_some_and(|bytes| bytes <= self.pool.slot_memory()))
            .unwrap_or(1);
        let bytes = memory(lanes).ok_or(OutOfMemory)?;
        let groups = Groups {
            rest: Mutex::new(blocks.chunks_mut(lanes * shape.lane)),
            failed: AtomicBool::new(false),
        };
        let threads = groups.left().min(self.pool.slots());
        let visit = self.pool.enter();
        let permit = || visit.permit(bytes, || groups.left() == 0);
        thread::scope(|scope| {
            for _ in 0..threads {
                let Some(own) = permit() else { break };
                let work = |own| self.work(own, lanes, &groups, shape);
                let spawned = thread::Builder::new()
                    .name("kmd-scrypt".into())
                    .stack_size(STACK)
                    .spawn_scoped(scope, move || {
                        lower_priority();
                        work(own);
                    });
                if spawned.is_err() {
                    // The permit went with the thread that could not be. Without threads it takes
                    // longer, that is all.
                    permit().into_iter().for_each(work);
                    break;
                }
            }
        });
        if groups.left() > 0 || groups.failed.into_inner() {
            return Err(OutOfMemory);
        }
        Ok(())
    }

    /// What a thread does: takes groups of lanes for as long as there are any. It takes none if it
    /// gets no memory; where it gets less than it should, it runs fewer lanes at once.
    fn work(&self, mut permit: Permit<'_>, mut lanes: usize, groups: &Groups<'_>, shape: &Shape) {
        loop {
            let bytes = self.backend.memory(lanes, shape.n, shape.r);
            match bytes.ok_or(OutOfMemory).and_then(|b| permit.reserve(b)) {
                Ok(()) => break,
                Err(OutOfMemory) if lanes > 1 => lanes /= 2,
                Err(OutOfMemory) => return,
            }
        }
        let Ok(scratch) = permit.scratch() else {
            return;
        };
        while let Some(group) = groups.next() {
            for part in group.chunks_mut(lanes * shape.lane) {
                if self.backend.romix(part, shape.n, shape.r, scratch).is_err() {
                    groups.failed.store(true, Ordering::Relaxed);
                    return;
                }
            }
        }
        zeroize::zeroize_stack::<STACK_USED>();
    }
}

impl core::fmt::Debug for Kdf {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Kdf")
            .field("limits", &self.limits)
            .field("threads", &self.pool.slots())
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}

/// The parameters, as numbers that memory is counted in.
struct Shape {
    n: usize,
    r: usize,
    p: usize,
    /// Bytes of the block of one lane.
    lane: usize,
}

impl Shape {
    fn new(params: &Params) -> Result<Self, OutOfMemory> {
        let r = usize::try_from(params.r()).map_err(|_| OutOfMemory)?;
        Ok(Self {
            n: usize::try_from(params.n()).map_err(|_| OutOfMemory)?,
            r,
            p: usize::try_from(params.p()).map_err(|_| OutOfMemory)?,
            lane: r.checked_mul(BLOCK).ok_or(OutOfMemory)?,
        })
    }
}

/// The groups of lanes that no thread has taken yet.
struct Groups<'a> {
    rest: Mutex<ChunksMut<'a, u8>>,
    failed: AtomicBool,
}

impl<'a> Groups<'a> {
    fn next(&self) -> Option<&'a mut [u8]> {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        rest.next()
    }

    fn left(&self) -> usize {
        let rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        rest.len()
    }
}

/// Makes the current thread nicer, where that can be: others should get on with their work.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getpriority_process, setpriority_process};

        // On Linux this is about the one thread.
        let thread = Some(rustix::thread::gettid());
        let _ = getpriority_process(thread).and_then(|now| setpriority_process(thread, (now + NICER).min(19)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// While another derivation is about, memory stays for it to use: wiped.
    #[test]
    fn scratch_memory_is_wiped_after_each_derivation() {
        for backend in Backend::available() {
            let threads = NonZeroUsize::new(2).unwrap();
            let kdf = Kdf::new(Limits::default(), threads).with_backend(backend);
            let other = kdf.pool.enter();
            let params = Params::new(4096, 1, 20).unwrap();
            kdf.derive(b"password", b"salt", &params, &mut [0; 32]).unwrap();
            let (zero, pieces) = kdf.pool.idle_memory();
            assert!(zero && pieces > 0, "{backend:?}");
            drop(other);
            assert_eq!(kdf.pool.idle_memory(), (true, 0));
        }
    }
}
