//! Pieces of memory, owned.

use core::ptr::NonNull;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};

use crate::Reason;
use crate::arena::{Arena, CLASSES, SLAB, Slot, lock};
use crate::map::Mapping;
use crate::wipe::wipe;

/// The largest alignment that a block can have: pages are no smaller.
pub(crate) const MAX_ALIGN: usize = 4096;

/// So that blocks can be wiped in words.
const MIN_ALIGN: usize = 8;

/// A piece of memory that this value owns: zero at first, wiped and given back when dropped.
pub(crate) struct Block {
    start: NonNull<u8>,
    origin: Origin,
}

/// Where a block came from, and goes back to.
enum Origin {
    /// Nowhere: it has no bytes.
    Nothing,
    /// The arena.
    Slot(Slot),
    /// A mapping of its own, at whose end it is.
    Mapping(Box<Mapping>),
    /// The heap.
    Heap(Layout),
}

// SAFETY: the memory is the block's alone, not a thread's, and a block gives nothing but its address.
unsafe impl Send for Block {}

// SAFETY: as above.
unsafe impl Sync for Block {}

impl Block {
    /// A block of at least `size` bytes with this alignment, which is at most [`MAX_ALIGN`].
    ///
    /// # Panics
    ///
    /// If no memory could ever be that large.
    pub(crate) fn new(size: usize, align: usize) -> Self {
        debug_assert!(align <= MAX_ALIGN);
        let Ok(layout) = Layout::from_size_align(size, align.max(MIN_ALIGN)) else {
            #[expect(clippy::panic, reason = "as `Vec` does; no length that anything sends is near that")]
            {
                panic!("a secret of {size} bytes");
            }
        };
        let layout = layout.pad_to_align();
        let class = CLASSES
            .iter()
            .position(|class| *class >= layout.size() && class % layout.align() == 0);
        match class {
            _ if size == 0 => Self::nothing(layout.align()),
            Some(class) => Self::in_slab(class, layout),
            None => Self::alone(layout),
        }
    }

    fn nothing(align: usize) -> Self {
        let align = core::num::NonZeroUsize::new(align).unwrap_or(core::num::NonZeroUsize::MIN);
        Self {
            start: NonNull::without_provenance(align),
            origin: Origin::Nothing,
        }
    }

    /// A slot of the arena.
    fn in_slab(class: usize, layout: Layout) -> Self {
        loop {
            if let Some((start, slot)) = lock().take(class) {
                return Self {
                    start,
                    origin: Origin::Slot(slot),
                };
            }
            // Mapping takes a while, so it is done with the arena unlocked. If several threads do
            // it at once, there are more slots than needed, for those who come next.
            let mapping = match Mapping::new(SLAB) {
                Ok(mapping) => mapping,
                Err(reason) => return Self::in_heap(layout, reason),
            };
            let mut arena = lock();
            arena.enter(&mapping);
            arena.carve(class, mapping);
        }
    }

    /// A mapping of its own, at the end of which it is put, so that what runs over its end faults.
    fn alone(layout: Layout) -> Self {
        let size = Arena::size_alone(layout.size());
        let kept = lock().take_kept(size);
        let mapping = match kept.map_or_else(|| Self::map_alone(size), Ok) {
            Ok(mapping) => Box::new(mapping),
            Err(reason) => return Self::in_heap(layout, reason),
        };
        // SAFETY: within the mapping, which is at least as large as the layout.
        let start = unsafe { mapping.start().add(mapping.len() - layout.size()) };
        Self {
            start,
            origin: Origin::Mapping(mapping),
        }
    }

    fn map_alone(size: usize) -> Result<Mapping, Reason> {
        let mapping = Mapping::new(size)?;
        lock().enter(&mapping);
        Ok(mapping)
    }

    /// Memory of the heap, when there is no other.
    fn in_heap(layout: Layout, reason: Reason) -> Self {
        // SAFETY: the size is not zero; those of size zero are not made here.
        let start = unsafe { alloc_zeroed(layout) };
        let Some(start) = NonNull::new(start) else {
            handle_alloc_error(layout)
        };
        lock().enter_heap(layout.size(), reason);
        Self {
            start,
            origin: Origin::Heap(layout),
        }
    }

    /// Where it begins.
    pub(crate) fn start(&self) -> NonNull<u8> {
        self.start
    }

    /// How many bytes it has: at least those asked for.
    fn len(&self) -> usize {
        match &self.origin {
            Origin::Nothing => 0,
            Origin::Slot(slot) => CLASSES[usize::from(slot.class)],
            Origin::Mapping(mapping) => {
                let end = mapping.start().addr().get() + mapping.len();
                end - self.start.addr().get()
            }
            Origin::Heap(layout) => layout.size(),
        }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let len = self.len();
        // SAFETY: all of the block, which can be written to until it is given back below, and whose
        // owner is being dropped, so that no reference to it is left.
        unsafe { wipe(self.start, len) };
        #[cfg(test)]
        crate::tests::released(self.start, len);
        match core::mem::replace(&mut self.origin, Origin::Nothing) {
            Origin::Nothing => {}
            Origin::Slot(slot) => {
                let unused = lock().release(slot);
                drop(unused);
            }
            Origin::Mapping(mapping) => {
                let unused = lock().release_alone(*mapping);
                drop(unused);
            }
            Origin::Heap(layout) => {
                lock().leave_heap(layout.size());
                // SAFETY: allocated with this layout, and nothing refers to it any more.
                unsafe { dealloc(self.start.as_ptr(), layout) };
            }
        }
    }
}
