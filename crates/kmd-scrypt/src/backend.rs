//! Which code computes ROMix.

use crate::scratch::Scratch;
#[cfg(target_arch = "x86_64")]
use crate::simd;
use crate::{OutOfMemory, portable};

/// A way of computing ROMix that this processor is known to be able to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backend(Path);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Path {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Backend {
    /// All that this processor can run, the best first. There is always the portable one.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut paths = Vec::new();
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
                paths.push(Self(Path::Avx512));
            }
            paths.push(Self(Path::Avx2));
        }
        paths.push(Self(Path::Portable));
        paths
    }

    /// The best that this processor can run.
    pub(crate) fn best() -> Self {
        let best = Self::available().first().copied();
        best.unwrap_or(Self(Path::Portable))
    }

    /// The most lanes that it can run at once.
    pub(crate) fn width(self) -> usize {
        match self.0 {
            Path::Portable => 1,
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 | Path::Avx512 => simd::LANES,
        }
    }

    /// Bytes of scratch memory that [`Backend::romix`] needs for so many lanes (or fewer) at once,
    /// or `None` where that is beyond any memory there could be.
    pub(crate) fn memory(self, lanes: usize, n: usize, r: usize) -> Option<usize> {
        if self.alone(lanes, n) {
            return portable::memory(n, r);
        }
        #[cfg(target_arch = "x86_64")]
        return simd::memory(lanes, n, r);
        #[cfg(not(target_arch = "x86_64"))]
        return None;
    }

    /// Whether it runs so many lanes one after the other. A single lane is faster that way (54 ns
    /// for each Salsa20/8 in place of 88 for eight of them at once); and the vectors hold the low 32
    /// bits of an index only.
    fn alone(self, lanes: usize, n: usize) -> bool {
        lanes <= 1 || self.width() == 1 || u32::try_from(n - 1).is_err()
    }

    /// ROMix of each of the lanes of `blocks`, at most [`Backend::width`] of them.
    pub(crate) fn romix(self, blocks: &mut [u8], n: usize, r: usize, scratch: &mut Scratch) -> Result<(), OutOfMemory> {
        let lanes = blocks.len() / (r * crate::params::BLOCK);
        match self.0 {
            _ if self.alone(lanes, n) => portable::romix(blocks, n, r, scratch),
            Path::Portable => portable::romix(blocks, n, r, scratch),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this value is made only after the processor was seen to have AVX2.
            Path::Avx2 => unsafe { simd::avx2::romix(blocks, n, r, scratch) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this value is made only after the processor was seen to have AVX2, AVX-512F
            // and AVX-512VL.
            Path::Avx512 => unsafe { simd::avx512::romix(blocks, n, r, scratch) },
        }
    }
}
