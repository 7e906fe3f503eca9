//! What there is to say about the memory.

use core::fmt;

/// How well memory with secrets in it is protected, besides being guarded and wiped.
///
/// For people, as [`Display`](fmt::Display): "secret memory (memfd_secret)".
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protection {
    /// Memory of `memfd_secret`: not swapped, not dumped, and not reachable even for the kernel.
    SecretMemory,
    /// Memory that is locked, so that it is not swapped, and excluded from core dumps.
    Locked,
    /// Memory that may be swapped.
    Unlocked {
        /// Why it could not be protected better.
        reason: Reason,
    },
}

/// Why memory is not [locked](Protection::Locked).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// It would be more than the process may lock.
    Limit {
        /// The limit (`RLIMIT_MEMLOCK`) when that happened, in bytes.
        bytes: u64,
    },
    /// The system refused for another reason.
    Refused {
        /// The number of its error.
        errno: i32,
    },
    /// It is locked, but the system refused to exclude it from core dumps.
    Dumpable {
        /// The number of its error.
        errno: i32,
    },
    /// The system gave no memory to map, so it is from the heap: neither locked nor guarded, nor
    /// excluded from core dumps.
    Unmapped {
        /// The number of its error.
        errno: i32,
    },
    /// This system has no such memory, so it is from the heap, as with [`Reason::Unmapped`].
    Unsupported,
}

impl Protection {
    /// The larger, the worse.
    fn rank(self) -> u8 {
        match self {
            Self::SecretMemory => 0,
            Self::Locked => 1,
            Self::Unlocked { reason } => match reason {
                Reason::Dumpable { .. } => 2,
                Reason::Limit { .. } | Reason::Refused { .. } => 3,
                Reason::Unmapped { .. } | Reason::Unsupported => 4,
            },
        }
    }

    /// The weaker of both, and the later if they are equally weak.
    pub(crate) fn weaker(self, later: Self) -> Self {
        if later.rank() >= self.rank() { later } else { self }
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretMemory => f.write_str("secret memory (memfd_secret)"),
            Self::Locked => f.write_str("locked memory (mlock)"),
            Self::Unlocked { reason } => write!(f, "memory that is not fully protected: {reason}"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = |errno: &i32| std::io::Error::from_raw_os_error(*errno);
        match self {
            Self::Limit { bytes } => write!(f, "no more than {bytes} bytes may be locked (RLIMIT_MEMLOCK)"),
            Self::Refused { errno } => write!(f, "it cannot be locked: {}", error(errno)),
            Self::Dumpable { errno } => write!(f, "it cannot be kept out of core dumps: {}", error(errno)),
            Self::Unmapped { errno } => write!(f, "it is from the heap, as none can be mapped: {}", error(errno)),
            Self::Unsupported => f.write_str("it is from the heap, as this system has no other"),
        }
    }
}

/// How much memory there is for secrets at a moment, in bytes, used or not, guards not included.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Usage {
    /// Of `memfd_secret`.
    pub secret: usize,
    /// Locked otherwise.
    pub locked: usize,
    /// Mapped but not locked.
    pub unlocked: usize,
    /// From the heap.
    pub heap: usize,
}
