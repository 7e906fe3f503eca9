//! Eight lanes at once, in 256-bit registers.
//!
//! Each word of the state is a vector with that word of eight lanes, so that Salsa20 is computed
//! for all of them without moving words about. In the table each lane's blocks are kept together, as
//! each lane will want blocks of its own choice: words are transposed on their way there and back.

#[macro_use]
mod kernel;

pub(crate) mod avx2;
pub(crate) mod avx512;

use core::arch::x86_64::__m256i;

use crate::params::BLOCK;

/// How many lanes run at once.
pub(crate) const LANES: usize = 8;

/// Vectors of the state of eight lanes, for each unit of `r`: one for each word of a block.
const STATE: usize = BLOCK / size_of::<u32>();

/// Vectors of one lane's block in the table, for each unit of `r`.
const SAVED: usize = BLOCK / size_of::<__m256i>();

/// Scratch memory needed for so many lanes at once, or `None` where that is beyond any memory there
/// could be.
pub(crate) fn memory(lanes: usize, n: usize, r: usize) -> Option<usize> {
    let table = lanes.checked_mul(n)?.checked_mul(r)?.checked_mul(BLOCK)?;
    let state = r.checked_mul(2 * STATE * size_of::<__m256i>())?;
    table.checked_add(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_the_default() {
        assert_eq!(memory(LANES, 65536, 1), Some((64 << 20) + (2 << 10)));
        assert_eq!(memory(LANES, 1 << 60, 1 << 29), None);
    }
}
