//! The process-wide arena: slabs, the slots in them, and what is known of all mappings.

use core::ptr::NonNull;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::map::Mapping;
use crate::{Protection, Reason, Usage};

/// The sizes of slots, ascending. All are multiples of 32, and so the alignment of each slot is at
/// least that; a slot of a size that is a multiple of a larger alignment has that one.
pub(crate) const CLASSES: [usize; 14] = [
    32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, SLAB,
];

/// The size of a slab.
pub(crate) const SLAB: usize = 64 << 10;

/// How many slabs without a secret are kept, for whichever size of slot needs one next, so that
/// secrets that come and go do not map and unmap memory each time.
const SPARES: usize = 8;

/// The largest mapping for one block that may be kept, in bytes; up to this their sizes are powers
/// of two, so that one fits where another was.
const LARGEST_KEPT: usize = 1 << 20;

/// How many bytes of such mappings are kept: each page of a new one costs the kernel a fault, and
/// where it is of `memfd_secret` an interrupt to every processor.
const KEPT: usize = 2 << 20;

/// What [`Slab::at`] is when no slot is free.
const FULL: usize = usize::MAX;

static ARENA: Mutex<Arena> = Mutex::new(Arena::new());

/// The arena, for a moment: nothing that may wait or take long is done with it.
pub(crate) fn lock() -> MutexGuard<'static, Arena> {
    ARENA.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How the memory of this process for secrets is protected: the weakest that there was so far.
///
/// As [`Protection::Unlocked`] stays once it came to that, a daemon that logs this at its start and
/// again whenever it changes misses nothing. If no secret was made so far, this finds out how the
/// first would be protected.
#[must_use]
pub fn protection() -> Protection {
    if let Some(protection) = lock().weakest {
        return protection;
    }
    match Mapping::new(SLAB) {
        Ok(mapping) => {
            let protection = mapping.protection();
            let mut arena = lock();
            arena.enter(&mapping);
            let unused = arena.retire(mapping);
            drop(arena);
            drop(unused);
            protection
        }
        Err(reason) => {
            lock().weaken(Protection::Unlocked { reason });
            Protection::Unlocked { reason }
        }
    }
}

/// Where secrets are: the address ranges of all mappings, ascending, from the first byte to the one
/// after the last, guards not included. Secrets in the heap, for want of a mapping, are not there.
///
/// For looking where secrets are and, by looking everywhere else, where they must not be.
#[must_use]
pub fn regions() -> Vec<(usize, usize)> {
    let arena = lock();
    arena
        .regions
        .iter()
        .map(|(start, region)| (*start, region.end))
        .collect()
}

/// How much memory there is for secrets now.
#[must_use]
pub fn usage() -> Usage {
    let arena = lock();
    let mut usage = Usage {
        heap: arena.heap,
        ..Usage::default()
    };
    for (start, region) in &arena.regions {
        let bytes = match region.protection {
            Protection::SecretMemory => &mut usage.secret,
            Protection::Locked => &mut usage.locked,
            Protection::Unlocked { .. } => &mut usage.unlocked,
        };
        *bytes += region.end - start;
    }
    usage
}

/// One slot, as a [`Block`](crate::block::Block) remembers it.
pub(crate) struct Slot {
    /// Which of [`CLASSES`] it is of.
    pub(crate) class: u8,
    /// Which of its slab it is.
    pub(crate) index: u16,
    /// Which slab it is in.
    pub(crate) slab: u32,
}

/// A mapping divided into slots.
struct Slab {
    /// None if there is no slab of this number now.
    mapping: Option<Mapping>,
    /// Slots that were in use and are not.
    free: Vec<u16>,
    /// The first of the slots that were never in use.
    fresh: u16,
    used: u16,
    /// Its place among those of its class with a free slot, or [`FULL`].
    at: usize,
}

/// A mapping in use, of whichever kind.
struct Region {
    end: usize,
    protection: Protection,
}

/// See the module.
pub(crate) struct Arena {
    slabs: Vec<Slab>,
    /// Numbers of slabs that there are none of.
    vacant: Vec<u32>,
    /// For each class, the slabs with a free slot.
    open: [Vec<u32>; CLASSES.len()],
    /// Mappings for slabs, wiped, all of them protected.
    spares: Vec<Mapping>,
    /// Mappings for one block each, wiped, all of them protected.
    kept: Vec<Mapping>,
    /// All mappings, by where they start.
    regions: BTreeMap<usize, Region>,
    /// How many bytes there are in the heap.
    heap: usize,
    /// Set once there was any memory.
    weakest: Option<Protection>,
}

impl Arena {
    const fn new() -> Self {
        Self {
            slabs: Vec::new(),
            vacant: Vec::new(),
            open: [const { Vec::new() }; CLASSES.len()],
            spares: Vec::new(),
            kept: Vec::new(),
            regions: BTreeMap::new(),
            heap: 0,
            weakest: None,
        }
    }

    /// How many slots of a class a slab has.
    const fn slots(class: usize) -> usize {
        SLAB / CLASSES[class]
    }

    /// A slot of this class, if there is one without mapping memory. It is zero.
    pub(crate) fn take(&mut self, class: usize) -> Option<(NonNull<u8>, Slot)> {
        if self.open[class].is_empty() {
            let spare = self.spares.pop()?;
            self.carve(class, spare);
        }
        let number = *self.open[class].last()?;
        let slab = &mut self.slabs[number as usize];
        let start = slab.mapping.as_ref()?.start();
        let index = slab.free.pop().unwrap_or_else(|| {
            slab.fresh += 1;
            slab.fresh - 1
        });
        slab.used += 1;
        if usize::from(slab.used) == Self::slots(class) {
            slab.at = FULL;
            self.open[class].pop();
        }
        // SAFETY: a slab with a free slot has given out fewer slots than fit into it, so this one is
        // one of those, and within the mapping.
        let start = unsafe { start.add(usize::from(index) * CLASSES[class]) };
        let slot = Slot {
            class: class as u8,
            index,
            slab: number,
        };
        Some((start, slot))
    }

    /// Makes a mapping of [`SLAB`] bytes, all zero, a slab of this class.
    pub(crate) fn carve(&mut self, class: usize, mapping: Mapping) {
        let slab = Slab {
            mapping: Some(mapping),
            free: Vec::new(),
            fresh: 0,
            used: 0,
            at: self.open[class].len(),
        };
        let number = match self.vacant.pop() {
            Some(number) => {
                self.slabs[number as usize] = slab;
                number
            }
            None => {
                self.slabs.push(slab);
                // As many as that do not fit into any memory.
                (self.slabs.len() - 1) as u32
            }
        };
        self.open[class].push(number);
    }

    /// Takes a slot back, which must be wiped. What is returned is to be dropped once the arena is
    /// not locked any more.
    pub(crate) fn release(&mut self, slot: Slot) -> Option<Mapping> {
        let Slot {
            class,
            index,
            slab: number,
        } = slot;
        let open = &mut self.open[usize::from(class)];
        let slab = &mut self.slabs[number as usize];
        slab.free.push(index);
        slab.used -= 1;
        if slab.at == FULL {
            slab.at = open.len();
            open.push(number);
        }
        if slab.used > 0 {
            return None;
        }
        let (at, mapping) = (slab.at, slab.mapping.take()?);
        slab.free = Vec::new();
        open.swap_remove(at);
        if let Some(moved) = open.get(at) {
            self.slabs[*moved as usize].at = at;
        }
        self.vacant.push(number);
        self.retire(mapping)
    }

    /// Keeps a wiped mapping of [`SLAB`] bytes for later, or returns it to be dropped. One that is
    /// not protected is not kept: the next may be.
    fn retire(&mut self, mapping: Mapping) -> Option<Mapping> {
        let protected = !matches!(mapping.protection(), Protection::Unlocked { .. });
        if protected && self.spares.len() < SPARES {
            self.spares.push(mapping);
            return None;
        }
        self.leave(&mapping);
        Some(mapping)
    }

    /// How large a mapping for one block of `size` bytes is.
    pub(crate) fn size_alone(size: usize) -> usize {
        if size <= LARGEST_KEPT {
            size.next_power_of_two()
        } else {
            size
        }
    }

    /// A mapping for one block that was kept, all zero.
    pub(crate) fn take_kept(&mut self, size: usize) -> Option<Mapping> {
        let position = self.kept.iter().position(|mapping| mapping.len() == size)?;
        Some(self.kept.swap_remove(position))
    }

    /// Takes a mapping for one block back, which must be wiped. What is returned is to be dropped
    /// once the arena is not locked any more.
    pub(crate) fn release_alone(&mut self, mapping: Mapping) -> Option<Mapping> {
        let protected = !matches!(mapping.protection(), Protection::Unlocked { .. });
        let total: usize = self.kept.iter().map(Mapping::len).sum();
        if protected && mapping.len() <= LARGEST_KEPT && total + mapping.len() <= KEPT {
            self.kept.push(mapping);
            return None;
        }
        self.leave(&mapping);
        Some(mapping)
    }

    /// Takes note of a new mapping.
    pub(crate) fn enter(&mut self, mapping: &Mapping) {
        let start = mapping.start().addr().get();
        let region = Region {
            end: start + mapping.len(),
            protection: mapping.protection(),
        };
        self.weaken(region.protection);
        self.regions.insert(start, region);
    }

    /// Takes note that a mapping is about to be dropped.
    pub(crate) fn leave(&mut self, mapping: &Mapping) {
        self.regions.remove(&mapping.start().addr().get());
    }

    /// Takes note of memory from the heap, and why it had to be.
    pub(crate) fn enter_heap(&mut self, bytes: usize, reason: Reason) {
        self.weaken(Protection::Unlocked { reason });
        self.heap += bytes;
    }

    /// Takes note that memory goes back to the heap.
    pub(crate) fn leave_heap(&mut self, bytes: usize) {
        self.heap -= bytes;
    }

    fn weaken(&mut self, protection: Protection) {
        self.weakest = Some(self.weakest.map_or(protection, |weakest| weakest.weaker(protection)));
    }
}
