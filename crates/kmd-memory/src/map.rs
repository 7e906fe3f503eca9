//! Memory from the system, with guards at both ends.

use core::ptr::{self, NonNull};

#[cfg(target_os = "linux")]
use rustix::mm::{Advice, madvise};
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mlock, mmap_anonymous, mprotect, munmap};
use rustix::process::{Resource, getrlimit};

use crate::{Protection, Reason};

/// A mapping of its own between two pages without access: zero at first, unmapped when dropped.
pub(crate) struct Mapping {
    /// All of it, guards included.
    base: NonNull<u8>,
    total: usize,
    /// The part that can be used.
    start: NonNull<u8>,
    len: usize,
    protection: Protection,
}

// SAFETY: the memory is the process's, not a thread's, and a `Mapping` gives nothing but its address.
unsafe impl Send for Mapping {}

// SAFETY: as above.
unsafe impl Sync for Mapping {}

/// The sizes that a mapping has.
#[derive(Clone, Copy)]
struct Sizes {
    page: usize,
    /// What can be used: a multiple of the page.
    len: usize,
    /// That and a page at each end.
    total: usize,
}

impl Sizes {
    /// Those of a mapping of at least `bytes`, if they are not beyond all bounds.
    fn of(bytes: usize) -> Option<Self> {
        let page = rustix::param::page_size();
        let len = bytes.max(1).checked_next_multiple_of(page)?;
        let total = len.checked_add(2 * page)?;
        isize::try_from(total).is_ok().then_some(Self { page, len, total })
    }
}

impl Mapping {
    /// Maps at least `bytes`, protected as well as can be.
    pub(crate) fn new(bytes: usize) -> Result<Self, Reason> {
        let sizes = Sizes::of(bytes).ok_or(Reason::Unmapped {
            errno: rustix::io::Errno::NOMEM.raw_os_error(),
        })?;
        #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
        if let Some(mapping) = Self::secret(sizes) {
            return Ok(mapping);
        }
        Self::anonymous(sizes)
    }

    /// Maps memory of `memfd_secret`, which is locked and excluded from core dumps by its nature, if
    /// there is such memory and the process may still lock as much.
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn secret(sizes: Sizes) -> Option<Self> {
        use std::os::fd::{FromRawFd as _, OwnedFd};

        let Sizes { page, len, total } = sizes;
        // SAFETY: the call takes flags and returns a new descriptor, and touches no memory.
        let file = unsafe { libc::syscall(libc::SYS_memfd_secret, libc::O_CLOEXEC) };
        let file = i32::try_from(file).ok().filter(|file| *file >= 0)?;
        // SAFETY: the descriptor was opened just now, and nothing else knows of it.
        let file = unsafe { OwnedFd::from_raw_fd(file) };
        rustix::fs::ftruncate(&file, u64::try_from(total).ok()?).ok()?;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the address is the system's to choose, so that no memory in use is mapped over.
        let base = unsafe { rustix::mm::mmap(ptr::null_mut(), total, access, MapFlags::SHARED, &file, 0) };
        let base = NonNull::new(base.ok()?.cast::<u8>())?;
        // SAFETY: within the mapping, which is larger than a page.
        let start = unsafe { base.add(page) };
        // The guards are mapped over the ends and not the memory over a reservation with guards: if
        // the former fails, which it does when the limit is reached, nothing is in doubt, while a
        // kernel may leave a hole where it could not map over something. Guards of anonymous memory
        // do not count as locked, as pages of the same file would.
        for at in [0, total - page] {
            // SAFETY: within the mapping, of which these are the first page and the last.
            let guard = unsafe { base.add(at) };
            let flags = MapFlags::PRIVATE | MapFlags::FIXED | MapFlags::NORESERVE;
            // SAFETY: the page is of the mapping made above, which nothing refers to yet.
            let mapped = unsafe { mmap_anonymous(guard.as_ptr().cast(), page, ProtFlags::empty(), flags) };
            if mapped.is_err() {
                // It is not known whether the page is still mapped or another thread's by now, so
                // the ends are left alone, whatever they are: two pages that nothing was written to.
                // SAFETY: the part of the mapping that was left as it was made.
                let _ = unsafe { munmap(start.as_ptr().cast(), len) };
                return None;
            }
        }
        let mapping = Self {
            base,
            total,
            start,
            len,
            protection: Protection::SecretMemory,
        };
        // A child that got it would share it. Every kernel with such memory takes this advice.
        mapping.advise(Advice::LinuxDontFork).ok()?;
        Some(mapping)
    }

    /// Maps anonymous memory, and locks it if the process may.
    fn anonymous(sizes: Sizes) -> Result<Self, Reason> {
        let Sizes { page, len, total } = sizes;
        let unmapped = |error: rustix::io::Errno| Reason::Unmapped {
            errno: error.raw_os_error(),
        };
        // SAFETY: the address is the system's to choose, so that no memory in use is mapped over.
        let base = unsafe { mmap_anonymous(ptr::null_mut(), total, ProtFlags::empty(), MapFlags::PRIVATE) };
        let base = NonNull::new(base.map_err(unmapped)?.cast::<u8>());
        let base = base.ok_or(unmapped(rustix::io::Errno::NOMEM))?;
        let mut mapping = Self {
            base,
            total,
            // SAFETY: within the mapping, which is larger than a page.
            start: unsafe { base.add(page) },
            len,
            protection: Protection::Locked,
        };
        let area = mapping.start.as_ptr().cast();
        // SAFETY: the area is within the mapping, which nothing refers to yet.
        unsafe { mprotect(area, len, MprotectFlags::READ | MprotectFlags::WRITE) }.map_err(unmapped)?;
        #[cfg(target_os = "linux")]
        {
            if let Err(error) = mapping.advise(Advice::LinuxDontDump) {
                let errno = error.raw_os_error();
                mapping.protection = Protection::Unlocked {
                    reason: Reason::Dumpable { errno },
                };
            }
            // A child that got it has a copy, which is its own to protect.
            let _ = mapping.advise(Advice::LinuxDontFork);
        }
        // SAFETY: the area is within the mapping; locking does not change what is in it.
        if let Err(error) = unsafe { mlock(area, len) } {
            mapping.protection = Protection::Unlocked {
                reason: not_locked(error),
            };
        }
        Ok(mapping)
    }

    /// Gives advice on the part that can be used.
    #[cfg(target_os = "linux")]
    fn advise(&self, advice: Advice) -> rustix::io::Result<()> {
        // SAFETY: the area is within the mapping, and neither advice that is given here changes what
        // its memory holds.
        unsafe { madvise(self.start.as_ptr().cast(), self.len, advice) }
    }

    /// Where the part that can be used begins: at a page.
    pub(crate) fn start(&self) -> NonNull<u8> {
        self.start
    }

    /// How many bytes can be used: a multiple of the page.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How it is protected.
    pub(crate) fn protection(&self) -> Protection {
        self.protection
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the whole of a mapping that this value made, and no secret is in it any more.
        let _ = unsafe { munmap(self.base.as_ptr().cast(), self.total) };
    }
}

/// Why memory was not locked.
fn not_locked(error: rustix::io::Errno) -> Reason {
    use rustix::io::Errno;

    let limit = getrlimit(Resource::Memlock).current;
    match (error, limit) {
        (Errno::NOMEM | Errno::PERM | Errno::AGAIN, Some(bytes)) => Reason::Limit { bytes },
        _ => Reason::Refused {
            errno: error.raw_os_error(),
        },
    }
}
