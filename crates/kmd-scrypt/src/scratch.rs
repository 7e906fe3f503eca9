//! The memory that lanes work in: large, and full of secrets while it is in use.
//!
//! It lies between pages that cannot be accessed, is kept out of core dumps, advised to be made of huge pages (reading the table at random is
//! what scrypt is about, and with small pages half of that time is spent on address translation),
//! and wiped before it is given back. Not getting it is an error and never ends the process.

use crate::OutOfMemory;

/// One cache line, and one block of Salsa20: the unit of scratch memory.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [u32; 16]);

impl Line {
    /// All zero.
    pub(crate) const ZERO: Self = Self([0; 16]);
}

/// What scratch memory can be looked at as.
///
/// # Safety
///
/// Any bytes at all must be a value of the type, it must have no padding, its alignment must be at
/// most that of [`Line`], and the size of `Line` must be a multiple of its size.
pub(crate) unsafe trait Plain: Copy {}

// SAFETY: one of the bytes that `Line` is made of.
unsafe impl Plain for u8 {}

// SAFETY: an array of integers, as large and as aligned as itself.
unsafe impl Plain for Line {}

// SAFETY: 32 bytes of integers, aligned to 32, without padding.
#[cfg(target_arch = "x86_64")]
unsafe impl Plain for core::arch::x86_64::__m256i {}

/// A piece of scratch memory: zero at first, and again after [`Scratch::wipe`].
pub(crate) struct Scratch {
    backing: Backing,
    /// How many lines from the start may hold something.
    dirty: usize,
}

/// Where the memory came from.
enum Backing {
    /// The allocator: for small pieces, and where there is no mapping.
    Heap(Vec<Line>),
    /// The system.
    #[cfg(unix)]
    Mapped(mapped::Mapping),
}

impl Scratch {
    /// Memory from the allocator, of at least `bytes`.
    pub(crate) fn heap(bytes: usize) -> Result<Self, OutOfMemory> {
        let lines = bytes.div_ceil(size_of::<Line>());
        let mut memory = Vec::new();
        memory.try_reserve_exact(lines).map_err(|_| OutOfMemory)?;
        memory.resize(lines, Line::ZERO);
        Ok(Self {
            backing: Backing::Heap(memory),
            dirty: 0,
        })
    }

    /// Memory from the system, of at least `bytes`, in huge pages where it can be.
    pub(crate) fn mapped(bytes: usize) -> Result<Self, OutOfMemory> {
        #[cfg(unix)]
        return Ok(Self {
            backing: Backing::Mapped(mapped::Mapping::new(bytes)?),
            dirty: 0,
        });
        #[cfg(not(unix))]
        return Self::heap(bytes);
    }

    /// Its size in bytes.
    pub(crate) fn len(&self) -> usize {
        let lines = match &self.backing {
            Backing::Heap(memory) => memory.len(),
            #[cfg(unix)]
            Backing::Mapped(mapping) => mapping.len(),
        };
        lines * size_of::<Line>()
    }

    /// All of it.
    fn lines(&mut self) -> &mut [Line] {
        match &mut self.backing {
            Backing::Heap(memory) => memory,
            #[cfg(unix)]
            Backing::Mapped(mapping) => mapping.lines(),
        }
    }

    /// The first `count` values of type `T`, to be written to.
    pub(crate) fn view<T: Plain>(&mut self, count: usize) -> Result<&mut [T], OutOfMemory> {
        let bytes = count.checked_mul(size_of::<T>()).ok_or(OutOfMemory)?;
        let lines = bytes.div_ceil(size_of::<Line>());
        self.dirty = self.dirty.max(lines);
        let all = self.lines().get_mut(..lines).ok_or(OutOfMemory)?;
        // SAFETY: `all` is borrowed for as long as the result, covers at least `count` values of
        // `T`, and is aligned for them and made of bytes that are values of them, as `Plain` says.
        Ok(unsafe { core::slice::from_raw_parts_mut(all.as_mut_ptr().cast::<T>(), count) })
    }

    /// Overwrites with zero whatever may have been written.
    pub(crate) fn wipe(&mut self) {
        let dirty = core::mem::take(&mut self.dirty);
        let lines = &mut self.lines()[..dirty];
        lines.fill(Line::ZERO);
        // The writes above count as observed here, so they are not optimised out.
        zeroize::optimization_barrier(lines);
    }

    /// Whether it is all zero.
    #[cfg(test)]
    pub(crate) fn is_zero(&mut self) -> bool {
        self.lines().iter().all(|line| line.0 == [0; 16])
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(unix)]
mod mapped {
    use core::ptr::{self, NonNull};

    #[cfg(target_os = "linux")]
    use rustix::mm::{Advice, madvise};
    use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

    use super::Line;
    use crate::OutOfMemory;

    /// What a huge page begins at a multiple of.
    const HUGE: usize = 2 << 20;

    /// An anonymous mapping of its own, unmapped when dropped. At least the first and the last page
    /// of it cannot be accessed.
    pub(super) struct Mapping {
        /// All that was mapped.
        base: NonNull<u8>,
        mapped: usize,
        /// The part in use, which can be read and written.
        start: NonNull<Line>,
        lines: usize,
    }

    // SAFETY: the mapping is private memory that nothing else points to; it is reached only through
    // the `Mapping`, which hands out references by the usual rules.
    unsafe impl Send for Mapping {}

    // SAFETY: as above; a shared `Mapping` gives no access to the memory at all.
    unsafe impl Sync for Mapping {}

    impl Mapping {
        /// Maps at least `bytes`.
        ///
        /// It is mapped without access first, and access given after the advice: if the process
        /// locks its future mappings, pages are made as soon as they can be accessed, and that must
        /// not be before it is known that they should be huge.
        pub(super) fn new(bytes: usize) -> Result<Self, OutOfMemory> {
            let page = rustix::param::page_size();
            let bytes = bytes.checked_next_multiple_of(page).ok_or(OutOfMemory)?;
            let alignment = if bytes < HUGE { page } else { HUGE };
            let mapped = bytes.checked_add(alignment + 2 * page).ok_or(OutOfMemory)?;
            if bytes == 0 || isize::try_from(mapped).is_err() {
                return Err(OutOfMemory);
            }
            // SAFETY: the address is the system's to choose, so that no memory in use is mapped over.
            let base = unsafe { mmap_anonymous(ptr::null_mut(), mapped, ProtFlags::empty(), MapFlags::PRIVATE) };
            let base = NonNull::new(base.map_err(|_| OutOfMemory)?.cast::<u8>());
            let base = base.ok_or(OutOfMemory)?;
            let guarded = base.addr().get().checked_add(page).ok_or(OutOfMemory)?;
            let skip = guarded.checked_next_multiple_of(alignment).ok_or(OutOfMemory)? - base.addr().get();
            // SAFETY: `skip` is less than a page and the alignment together, and so many bytes, and
            // a page more, were mapped beyond `bytes`.
            let start = unsafe { base.add(skip) }.cast::<Line>();
            let mapping = Self {
                base,
                mapped,
                start,
                lines: bytes / size_of::<Line>(),
            };
            let area = start.as_ptr().cast();
            #[cfg(target_os = "linux")]
            for advice in [Advice::LinuxDontDump, Advice::LinuxHugepage] {
                // Advice that is not taken costs time, or a line in a core dump, and nothing else.
                // SAFETY: the area is within the mapping just made, and neither advice changes what
                // its memory holds.
                let _ = unsafe { madvise(area, bytes, advice) };
            }
            // SAFETY: the area is within the mapping just made, which nothing refers to yet.
            unsafe { mprotect(area, bytes, MprotectFlags::READ | MprotectFlags::WRITE) }.map_err(|_| OutOfMemory)?;
            Ok(mapping)
        }

        /// How many lines there are.
        pub(super) fn len(&self) -> usize {
            self.lines
        }

        /// The memory.
        pub(super) fn lines(&mut self) -> &mut [Line] {
            // SAFETY: `start` is at a page and begins `lines` lines of the mapping that can be read
            // and written, are zero or were written as lines, and live as long as `self`, which is
            // borrowed mutably.
            unsafe { core::slice::from_raw_parts_mut(self.start.as_ptr(), self.lines) }
        }
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            // SAFETY: the whole of a mapping that this value made, and no reference to it is left.
            let _ = unsafe { munmap(self.base.as_ptr().cast(), self.mapped) };
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// What may be done with the page at an address: `rw-p`, or `---p`.
    fn access(address: usize) -> Option<String> {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let within = |line: &&str| {
            let (start, end) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
            let number = |text| usize::from_str_radix(text, 16).unwrap();
            (number(start)..number(end)).contains(&address)
        };
        let line = maps.lines().find(within)?;
        Some(line.split(' ').nth(1).unwrap().to_owned())
    }

    #[test]
    fn a_mapping_lies_between_pages_that_cannot_be_accessed() {
        for bytes in [1, 4096, 4097, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, 64 << 20] {
            let mut scratch = Scratch::mapped(bytes).unwrap();
            assert!(scratch.len() >= bytes);
            let lines = scratch.lines().as_ptr_range();
            let (start, end) = (lines.start.addr(), lines.end.addr());
            let around = [start - 1, start, end - 1, end].map(access);
            let expected = ["---p", "rw-p", "rw-p", "---p"].map(|access| Some(access.to_owned()));
            assert_eq!(around, expected, "{bytes} bytes");
        }
    }
}
